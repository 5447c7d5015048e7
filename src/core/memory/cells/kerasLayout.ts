/**
 * Keras LSTM, GRU and SimpleRNN: `kernel` [inputs, gates · units], `recurrent_kernel` [units, gates · units], `bias`;
 * Keras 3 numbers them, `cell/vars/0`, `1` and `2`.
 * Gates stand in the order i, f, c, o and z, r, h; a GRU bias of two rows is reset_after (the default since Keras 2.3).
 */
import type { Tensors, TensorShape } from '../../model/architecture';
import { type CellKind, gateCount } from './cell';
import type { LayerLayout, Stack } from './layout';

const kernelName = /^(.*\/|)kernel(:0)?$/;
const numberedKernel = /^(.*\/|)cell\/vars\/0$/;
const kinds = ['lstm', 'gru', 'rnn'] as const;
/** Place in torch's order of each gate in Keras' order. */
const order = { lstm: [0, 1, 2, 3], gru: [1, 0, 2], rnn: [0] } as const;

export function kerasStacks(tensors: Tensors, problems: string[] = []): Stack[] {
  const found: LayerLayout[] = [];
  for (const name of tensors.keys()) {
    const parts = partsOf(tensors, name);
    const layer = parts && layerOf(parts, problems);
    if (layer) found.push(layer);
  }
  // Both directions of a Bidirectional stand next to each other; a layer that takes another width starts anew.
  const stacks: { name: string; order: string; layers: LayerLayout[][] }[] = [];
  for (const layer of found) {
    const stack = stacks.at(-1);
    const last = stack?.layers.at(-1);
    const twin =
      last?.length === 1 && last[0]!.direction !== layer.direction ? last[0]! : undefined;
    const width = last?.reduce((sum, { outputs }) => sum + outputs, 0);
    if (twin?.inputs === layer.inputs) {
      if (layer.direction === 'bwd') last!.push(layer);
      else last!.unshift(layer);
    } else if (stack && width === layer.inputs) stack.layers.push([layer]);
    else {
      const gru = `Keras: z, r, h${isBiased(layer) ? '' : '; reset_after taken as the default'}`;
      const told = { lstm: 'Keras: i, f, c, o', gru, rnn: 'one' }[layer.kind];
      stacks.push({ name: layer.name, order: told, layers: [[layer]] });
    }
  }
  return stacks;
}

const isBiased = ({ tensors }: LayerLayout): boolean => tensors.length > 2;

interface Parts {
  /** Names up to those of the three tensors. */
  readonly folder: string;
  readonly kernel: TensorShape;
  readonly recurrent: TensorShape;
  readonly bias: TensorShape | undefined;
}

/** Undefined when `name` is no kernel of a recurrent layer. */
function partsOf(tensors: Tensors, name: string): Parts | undefined {
  const [, folder, suffix = ''] = kernelName.exec(name) ?? [];
  const [, numbered] = numberedKernel.exec(name) ?? [];
  const [recurrentName, biasName] =
    numbered === undefined
      ? [`${folder}recurrent_kernel${suffix}`, `${folder}bias${suffix}`]
      : [`${numbered}cell/vars/1`, `${numbered}cell/vars/2`];
  const kernel = tensors.get(name)!;
  const recurrent = tensors.get(recurrentName);
  const start = folder ?? numbered;
  if (start === undefined || !recurrent) return undefined;
  return { folder: start, kernel, recurrent, bias: tensors.get(biasName) };
}

function layerOf(
  { folder, kernel, recurrent, bias }: Parts,
  problems: string[],
): LayerLayout | undefined {
  const [inputs = 0, columns = 0] = kernel.shape;
  const units = recurrent.shape[0] ?? 0;
  const kind = kinds.find((one) => gateCount[one] * units === columns);
  const twoRows = bias?.shape.length === 2;
  const biased = bias?.shape.at(-1) ?? columns;
  if (!kind || recurrent.shape[1] !== columns || biased !== columns || inputs === 0) {
    problems.push(
      `${recurrent.name} has shape [${recurrent.shape.join(', ')}], which does not fit ${kernel.name} [${kernel.shape.join(', ')}]`,
    );
    return undefined;
  }
  return {
    name: folder.replace(/\/$/, '') || kind,
    direction: /(^|\/)backward/.test(folder) ? 'bwd' : 'fwd',
    kind,
    inputs,
    units,
    outputs: units,
    tensors: [kernel, recurrent, ...(bias ? [bias] : [])],
    cell(values) {
      const all = bias && values.get(bias.name);
      const reorder = (from: number) =>
        all && transposed(all.subarray(from, from + columns), 1, units, kind);
      const inputBias = reorder(0);
      const recurrentBias = twoRows ? reorder(columns) : undefined;
      return {
        ...{ kind, inputs, units, outputs: units },
        kernel: transposed(values.get(kernel.name)!, inputs, units, kind),
        recurrent: transposed(values.get(recurrent.name)!, units, units, kind),
        // Without biases nothing tells it: after, as is the default.
        resetBefore: kind === 'gru' && bias !== undefined && !twoRows,
        ...(inputBias ? { inputBias } : {}),
        ...(recurrentBias ? { recurrentBias } : {}),
      };
    },
  };
}

/** [rows, gates · units] in Keras' order → [gates · units, rows] in torch's. */
function transposed(
  values: Float32Array,
  rows: number,
  units: number,
  kind: CellKind,
): Float32Array {
  const gates = gateCount[kind];
  const out = new Float32Array(values.length);
  for (let gate = 0; gate < gates; gate++) {
    const to = order[kind][gate]!;
    for (let unit = 0; unit < units; unit++) {
      for (let row = 0; row < rows; row++) {
        out[(to * units + unit) * rows + row] = values[row * gates * units + gate * units + unit]!;
      }
    }
  }
  return out;
}

/** Whether a tensor belongs to a layer that was found. */
export function belongs(stacks: readonly Stack[], tensor: TensorShape): boolean {
  return stacks.some(({ layers }) =>
    layers.some((directions) => directions.some(({ tensors }) => tensors.includes(tensor))),
  );
}
