/** Gates of recurrent layers of TensorFlow.js, computed from what each step was given; the counterpart of `gates.py`. */
import type { Events } from './events';
import type { Hooks } from './hooks';
import type { Recorded, Recording } from './recording';

type Unknowns = Record<string, unknown>;
interface Variable {
  read(): unknown;
}
/** A cell of TensorFlow.js: of `LSTMCell`, `GRUCell` or `SimpleRNNCell`. */
interface Cell {
  readonly units: number;
  readonly kernel: Variable;
  readonly recurrentKernel: Variable;
  readonly bias?: Variable;
  readonly activation?: object;
  readonly recurrentActivation?: object;
}
type Numbers = ArrayLike<number>;

export type Gates = ReturnType<typeof createGates>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createGates(
  { isProxy, valuesOf, record, attempt }: Recording,
  { idOf, undo }: Hooks,
  events: Events,
) {
  const kinds: Readonly<Record<string, string>> = {
    LSTMCell: 'LSTM',
    GRUCell: 'GRU',
    SimpleRNNCell: 'RNN',
  };
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  /** By the class names of that library. */
  const activations: Readonly<Record<string, (x: number) => number>> = {
    sigmoid,
    hardSigmoid: (x) => Math.max(0, Math.min(1, 0.2 * x + 0.5)),
    tanh: Math.tanh,
    relu: (x) => Math.max(0, x),
    linear: (x) => x,
  };
  const classNameOf = (value: unknown): string =>
    String((value as { readonly className?: unknown } | undefined)?.className);
  const activationOf = (one: object | undefined) => activations[classNameOf(one?.constructor)];

  /** Of what a variable holds now, as long as it holds that. */
  const known = new WeakMap<object, Numbers>();
  const numbersOf = (variable: Variable): Numbers => {
    const tensor = variable.read() as { readonly dataId: object };
    const found = known.get(tensor.dataId) ?? valuesOf(tensor)!.data;
    known.set(tensor.dataId, found);
    return found;
  };
  /** `vector` [inputs] times columns `from` … `to` of `matrix` [inputs, columns], added to `sums`. */
  const addProduct = (
    sums: Float64Array,
    vector: Numbers,
    matrix: Numbers,
    columns: number,
    from = 0,
  ): Float64Array => {
    for (let row = 0; row < vector.length; row++) {
      const value = vector[row]!;
      if (value === 0) continue;
      const start = row * columns + from;
      for (let at = 0; at < sums.length; at++) sums[at]! += value * matrix[start + at]!;
    }
    return sums;
  };

  /** Gates and states after one step of the first of a batch, each [units]; undefined for an activation of the person's own. */
  const step = (
    kind: string,
    cell: Cell,
    x: Numbers,
    h: Numbers,
    c: Numbers | undefined,
  ): Readonly<Record<string, Float64Array>> | undefined => {
    const { units } = cell;
    const act = activationOf(cell.activation);
    const gate = kind === 'RNN' ? sigmoid : activationOf(cell.recurrentActivation);
    if (!act || !gate) return undefined;
    const [kernel, recurrent] = [numbersOf(cell.kernel), numbersOf(cell.recurrentKernel)];
    const columns = kernel.length / x.length;
    const sums = new Float64Array(columns);
    if (cell.bias) sums.set(Float64Array.from(numbersOf(cell.bias)));
    addProduct(sums, x, kernel, columns);
    const part = (index: number): Float64Array => sums.subarray(index * units, (index + 1) * units);
    if (kind === 'GRU') {
      // Cho et al. 2014: the reset comes before the recurrent product.
      addProduct(sums.subarray(0, 2 * units), h, recurrent, columns);
      const [z, r] = [part(0).map(gate), part(1).map(gate)];
      const reset = r.map((value, at) => value * h[at]!);
      const n = addProduct(part(2), reset, recurrent, columns, 2 * units).map(act);
      return { r, z, n, h: n.map((value, at) => z[at]! * h[at]! + (1 - z[at]!) * value) };
    }
    addProduct(sums, h, recurrent, columns);
    if (kind === 'RNN') return { h: sums.map(act) };
    const [i, f, g, o] = [
      part(0).map(gate),
      part(1).map(gate),
      part(2).map(act),
      part(3).map(gate),
    ];
    const state = f.map((value, at) => value * c![at]! + i[at]! * g[at]!);
    return { i, f, g, o, h: o.map((value, at) => value * act(state[at]!)), c: state };
  };
  const firstOf = (tensor: unknown): Numbers | undefined => {
    const values = valuesOf(tensor);
    const width = values?.shape.at(-1) ?? 0;
    return values && Array.prototype.slice.call(values.data, 0, width);
  };
  const isNear = (one: Numbers, other: Numbers): boolean =>
    Array.from(one).every((value, at) => Math.abs(value - other[at]!) < 1e-4);

  const noteStep = (kind: string, cell: Cell, inputs: unknown, result: unknown): void => {
    const [x, h, c] = (inputs as readonly unknown[]).map(firstOf);
    const [, after, afterCell] = (Array.isArray(result) ? result : [result, result]).map(firstOf);
    if (!x || !h || !after) return;
    const computed = step(kind, cell, x, h, c);
    // Dropout leaves states that the input does not tell.
    const isTrue = computed?.['h'] && isNear(computed['h'], after);
    const found = isTrue ? computed : { h: after, ...(kind === 'LSTM' && { c: afterCell! }) };
    const arrays: Record<string, Recorded> = {};
    for (const [name, data] of Object.entries(found)) {
      arrays[name] = { shape: [1, data.length], data: Float32Array.from(data) };
    }
    record('gates', kind, arrays, { object: idOf(cell) });
  };

  /** Wraps the steps of a class of cells; false for anything else. */
  const hookCell = (found: unknown): boolean => {
    const kind = kinds[classNameOf(found)];
    if (kind === undefined || typeof found !== 'function') return false;
    const prototype = found.prototype as Unknowns;
    const { call: original } = prototype;
    if (typeof original !== 'function') return false;
    if (Object.hasOwn(original, '__mnemoscope__')) return true;
    const call = original as (...given: unknown[]) => unknown;
    const wrapper = function (this: Cell, ...given: unknown[]): unknown {
      const result = call.apply(this, given);
      attempt(() => noteStep(kind, this, given[0], result));
      // eslint-disable-next-line no-debugger -- It is what a memory event is for.
      if (events.isDue()) debugger;
      return result;
    };
    prototype['call'] = Object.assign(wrapper, { __mnemoscope__: true });
    undo.push(() => void (prototype['call'] = original));
    return true;
  };
  const ownData = (value: object, name: string): unknown =>
    Object.getOwnPropertyDescriptor(value, name)?.value;
  /** Those of a layer, or of a model's layers, that a frame shows. */
  const hookCells = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || isProxy(value)) return;
    const inner = ownData(value, 'cell');
    if (typeof inner === 'object' && inner !== null) hookCell(inner.constructor);
    const layers = ownData(value, 'layers');
    if (Array.isArray(layers)) layers.forEach(hookCells);
  };
  return { hookCell, hookCells };
}
