/** What is recorded in a JavaScript program, and how it is found in code that knows nothing of us; see `hooks.py`. */
import type { Events } from './events';
import type { Recorded, Recording } from './recording';
import type { Slices, Values } from './slices';

type Unknowns = Record<string, unknown>;

export type Hooks = ReturnType<typeof createHooks>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createHooks(
  { product }: Slices,
  { lookAt, valuesOf, ownOf, kept, copyOf, record, attempt, now }: Recording,
  events: Events,
) {
  const scope = globalThis as unknown as Unknowns;
  const undo: (() => void)[] = [];
  /** The object whose method runs now. */
  let within: object | undefined;

  /** [heads, queries, keys] of the first of a batch. */
  const headsFirst = (values: Values): Recorded => {
    const shape = values.shape.slice(-3);
    const heads = shape.length === 2 ? [1, ...shape] : shape;
    // A copy of its own size: the batch may be large.
    return { shape: heads, data: new Float32Array(values.data).slice(0, product(heads)) };
  };

  /** TensorFlow.js keeps its engine here, whoever imports it; a softmax whose result meets a product is attention. */
  const hookEngine = (engine: unknown): void => {
    const owner = engine as {
      runKernel?: (name: string, inputs: Unknowns, more: unknown) => unknown;
    };
    const original = owner?.runKernel;
    if (typeof original !== 'function' || Object.hasOwn(original, '__mnemoscope__')) return;
    let softmax: unknown;
    const runKernel = function (
      this: unknown,
      name: string,
      inputs: Unknowns,
      more: unknown,
    ): unknown {
      const result = original.call(this, name, inputs, more);
      if (now.isBusy) return result;
      if (name === 'Softmax') softmax = result;
      else if (/MatMul$|^Einsum$/.test(name) && softmax !== undefined) {
        const found = softmax;
        const weighting = Object.values(inputs).find((one) => isSame(one, found));
        softmax = undefined;
        // Inside of a memory it is a part of reading or writing.
        if (weighting && !within) attempt(() => noteAttention(weighting));
        // eslint-disable-next-line no-debugger -- It is what a memory event is for.
        if (events.isDue()) debugger;
      }
      return result;
    };
    owner.runKernel = Object.assign(runKernel, { __mnemoscope__: true });
    undo.push(() => void (owner.runKernel = original));
  };
  /** The same rows, perhaps with other axes before them. */
  const isSame = (one: unknown, other: unknown): boolean => {
    const [a, b] = [one, other] as { dataId?: object; shape: readonly number[] }[];
    return a?.dataId !== undefined && a.dataId === b?.dataId && a.shape.at(-1) === b.shape.at(-1);
  };
  const noteAttention = (weighting: unknown): void => {
    const values = lookAt(weighting);
    if (!values || values.shape.length < 2) return;
    if ('note' in values) return record('attention', 'softmax', {}, {}, values.note);
    const w = headsFirst(values);
    record('attention', 'softmax', { w }, { heads: w.shape[0] });
  };

  const memoryNames = /^_?(memory|mem|M|slots|bank|memoryMatrix|memory_matrix)$/;
  const methods: Readonly<Record<string, RegExp>> = {
    read: /^_?(read|readMemory|recall|retrieve)$/,
    write: /^_?(write|writeMemory|store)$/,
    address: /^_?(address|contentAddress|addressing)$/,
    energy: /^_?(energy|getEnergy|computeEnergy|hopfieldEnergy)$/,
  };
  const memoryOf = (owner: object): unknown => {
    const isMemory = ([key, value]: readonly [string, unknown]): boolean =>
      memoryNames.test(key) && valuesOf(value) !== undefined;
    return Array.isArray(owner) ? undefined : ownOf(owner, 256).find(isMemory)?.[1];
  };
  /** Of an object that owns a memory, or of one or a class that `scripts.ts` has found to be made so, which `mayOwn` says. */
  const hookMemory = (value: unknown, mayOwn = false): void => {
    const isClass = mayOwn && typeof value === 'function';
    if (!isClass && (typeof value !== 'object' || value === null)) return;
    const first: unknown = isClass ? value.prototype : Object.getPrototypeOf(value);
    const hasMemory = mayOwn || memoryOf(value as object) !== undefined;
    for (
      let prototype = first as Unknowns | null;
      prototype && prototype !== Object.prototype;
      prototype = Object.getPrototypeOf(prototype) as Unknowns | null
    ) {
      for (const [what, pattern] of Object.entries(methods)) {
        if (what === 'energy' || hasMemory) hookMethods(prototype, what, pattern);
      }
    }
  };
  const callOf = (owner: object, call: () => unknown): unknown => {
    const outer = within;
    within = owner;
    try {
      return call();
    } finally {
      within = outer;
    }
  };
  const hookMethods = (prototype: Unknowns, what: string, pattern: RegExp): void => {
    const all = Object.entries(Object.getOwnPropertyDescriptors(prototype));
    for (const [name, { value: original }] of all) {
      if (!pattern.test(name) || typeof original !== 'function') continue;
      if (Object.hasOwn(original, '__mnemoscope__')) continue;
      const call = original as (...all: unknown[]) => unknown;
      const wrapper = function (this: object, ...given: unknown[]): unknown {
        // A method that calls its parent's is one operation.
        if (within === this) return call.apply(this, given);
        let before: Recorded | undefined;
        attempt(() => {
          const memory = what === 'write' ? valuesOf(memoryOf(this)) : undefined;
          before = memory && memoryCopy(this, memory);
        });
        const result = callOf(this, () => call.apply(this, given));
        attempt(() => {
          if (what === 'energy') noteEnergy(this, given, result);
          else noteMemory(what, name, this, before, given, result);
        });
        // In this very function: there is one step from here to the person's line.
        // eslint-disable-next-line no-debugger -- It is what a memory event is for.
        if (events.isDue()) debugger;
        return result;
      };
      const { length } = call;
      Object.defineProperties(wrapper, { name: { value: name }, length: { value: length } });
      prototype[name] = Object.assign(wrapper, { __mnemoscope__: true });
      undo.push(() => void (prototype[name] = original as unknown));
    }
  };
  const copies = new WeakMap<object, Recorded>();
  /** One copy as long as nothing is written: a memory is looked at more often. */
  const memoryCopy = (owner: object, memory: Values): Recorded => {
    const last = copies.get(owner);
    if (last && isEqual(last.data, memory.data)) return last;
    const made = copyOf(memory, shapeOf(owner, memory));
    copies.set(owner, made);
    return made;
  };
  const isEqual = (one: Float32Array, other: ArrayLike<number>): boolean => {
    if (one.length !== other.length) return false;
    for (let i = 0; i < one.length; i++) if (!Object.is(one[i], other[i])) return false;
    return true;
  };
  const shapeOf = (owner: object, values: Values): readonly number[] => {
    // A flat typed array tells its rows by a property of its owner.
    if (values.shape.length > 1) return values.shape;
    const sizes = owner as { slots?: unknown };
    const slots = typeof sizes.slots === 'number' ? sizes.slots : undefined;
    return slots && values.data.length % slots === 0
      ? [slots, values.data.length / slots]
      : values.shape;
  };
  const noteMemory = (
    what: string,
    method: string,
    owner: object,
    before: Recorded | undefined,
    given: readonly unknown[],
    result: unknown,
  ): void => {
    const memory = valuesOf(memoryOf(owner));
    if (!memory) return;
    const shape = shapeOf(owner, memory);
    const fits = (value: unknown): boolean => valuesOf(value)?.shape.at(-1) === shape.at(-2);
    const w = what === 'address' ? result : given.find(fits);
    const arrays = {
      w: kept(w),
      memory: memoryCopy(owner, memory),
      before,
      ...(what === 'read' && { read: kept(result) }),
    };
    record(what, owner.constructor.name, arrays, { method, object: idOf(owner) });
  };
  const energies = new Map<unknown, number>();
  /** An energy, and the state that has it. `rose`: by more than rounding since the last one of the same. */
  const noteEnergy = (owner: object | string, given: readonly unknown[], result: unknown): void => {
    const [only, ...more] = valuesOf(result)?.data ? Array.from(valuesOf(result)!.data) : [result];
    if (typeof only !== 'number' || more.length > 0) return;
    const object = typeof owner === 'string' ? owner : idOf(owner);
    const before = energies.get(object);
    energies.set(object, only);
    const rose = before !== undefined && only > before + 1e-6 * Math.max(1, Math.abs(before));
    const state = kept(given.find((one) => valuesOf(one)?.shape.length === 1));
    const name = typeof owner === 'string' ? owner : owner.constructor.name;
    record('energy', name, { state }, { energy: only, object, rose });
  };
  const ids = new WeakMap<object, number>();
  let lastId = 0;
  const idOf = (owner: object): number => {
    const id = ids.get(owner) ?? ++lastId;
    ids.set(owner, id);
    return id;
  };

  let engine = scope['_tfengine'];
  if (engine) hookEngine(engine);
  else {
    // TensorFlow.js makes its engine when it is first imported.
    Object.defineProperty(scope, '_tfengine', {
      configurable: true,
      enumerable: true,
      get: () => engine,
      set(made: unknown) {
        engine = made;
        hookEngine(made);
      },
    });
    undo.push(() => {
      delete scope['_tfengine'];
      if (engine !== undefined) scope['_tfengine'] = engine;
    });
  }

  const uninstall = (): void => {
    for (const one of undo.splice(0).reverse()) one();
  };
  return { hookMemory, noteEnergy, shapeOf, idOf, undo, uninstall };
}
