/** Differentiable Neural Computer checkpoints of ixaxaar/pytorch-dnc: names and shapes, both interface layouts. */
import type { Config, Tensors, TensorShape } from '../model/architecture';
import { createReading, number, type Reading } from '../model/reading';
import { cellWeights, collecting, type LinearWeights } from './collecting';
import { type CellKind, type CellWeights, gatesOf } from './controller';
import { stack } from './kernels';

export interface DncShape {
  readonly kind: CellKind;
  readonly inputs: number;
  readonly outputs: number;
  readonly units: number;
  /** Layers of the network; each may stack several recurrent layers. */
  readonly layers: number;
  readonly stacked: number;
  readonly columns: number;
  readonly reads: number;
  /** One memory for all layers. */
  readonly shared: boolean;
}

/** Weights by their meaning, row-major. */
export interface DncWeights {
  /** By layer, then by the recurrent layers stacked in it. */
  readonly cells: readonly (readonly (CellWeights & { readonly inputs: number })[])[];
  /** One per memory: rows in the order of `interfaceOrder`, [W·R + 3W + 5R + 3, units]. */
  readonly interfaces: readonly LinearWeights[];
  readonly output: LinearWeights;
}

export interface DncLayout {
  readonly shape: DncShape;
  /** Whether the interface is one matrix or ten. */
  readonly joined: boolean;
  /** Number of cells, when a config tells it; no tensor does. */
  readonly slots: number | undefined;
  readonly tensors: readonly TensorShape[];
  weights(values: ReadonlyMap<string, Float32Array>): DncWeights;
}

export type FoundDnc = DncLayout | { readonly problems: readonly string[] };

/** Parts of the interface vector in the order of its rows. */
const interfaceOrder = [
  'read_keys',
  'read_strengths',
  'write_key',
  'write_strength',
  'erase_vector',
  'write_vector',
  'free_gates',
  'allocation_gate',
  'write_gate',
  'read_modes',
] as const;

const anchor = /^(.*?)(lstm|gru|rnn)_layer_0\.weight_ih_l0$/;
const memoryMark = /^rnn_layer_memory_(shared|\d+)\./;

/** Undefined when these are not the names of a DNC. */
export function dncLayout(tensors: Tensors, config: Config = {}): FoundDnc | undefined {
  for (const name of tensors.keys()) {
    const [, prefix, kind] = anchor.exec(name) ?? [];
    if (prefix === undefined || kind === undefined) continue;
    const memories = [...tensors.keys()].some(
      (other) => other.startsWith(prefix) && memoryMark.test(other.slice(prefix.length)),
    );
    if (memories) return read(tensors, prefix, kind as CellKind, config);
  }
  return undefined;
}

function read(tensors: Tensors, prefix: string, kind: CellKind, config: Config): FoundDnc {
  const reading = createReading(tensors, prefix);
  const { asked, need } = collecting(reading);
  const maybe = (name: string, shape: readonly number[]) =>
    reading.has(name) ? need(name, shape) : undefined;
  const layers = count(reading, (n) => `${kind}_layer_${n}.weight_ih_l0`);
  const stacked = count(reading, (n) => `${kind}_layer_0.weight_ih_l${n}`);
  const shared =
    reading.has('rnn_layer_memory_shared.interface_weights.weight') ||
    reading.has('rnn_layer_memory_shared.read_keys_transform.weight');
  const [, units = 0] = need(`${kind}_layer_0.weight_hh_l0`, [undefined, undefined]).shape;
  const [, wide = 0] = need(`${kind}_layer_0.weight_ih_l0`, [undefined, undefined]).shape;
  const [outputs = 0, joinedWidth = 0] = need('output.weight', [undefined, undefined]).shape;
  const readWidth = joinedWidth - units;
  const memories = shared ? ['shared'] : Array.from({ length: layers }, (_, n) => `${n}`);
  const joined = reading.has(`rnn_layer_memory_${memories[0]}.interface_weights.weight`);
  const size = sizes(reading, `rnn_layer_memory_${memories[0]}.`, joined, readWidth, config);
  if (!size) return { problems: [...reading.problems] };
  const { columns, reads } = size;
  const rows = gatesOf[kind] * units;
  const cells = Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: stacked }, (__, level) => {
      const inputs = level > 0 ? units : layer === 0 ? wide : units + readWidth;
      const name = (part: string) => `${kind}_layer_${layer}.${part}_l${level}`;
      return {
        inputs,
        input: need(name('weight_ih'), [rows, inputs]),
        hidden: need(name('weight_hh'), [rows, units]),
        inputBias: maybe(name('bias_ih'), [rows]),
        hiddenBias: maybe(name('bias_hh'), [rows]),
      };
    }),
  );
  const widths = [reads * columns, reads, columns, 1, columns, columns, reads, 1, 1, 3 * reads];
  const interfaces = memories.map((memory) => {
    const start = `rnn_layer_memory_${memory}.`;
    const names = joined
      ? [[`${start}interface_weights`, widths.reduce((a, b) => a + b)] as const]
      : interfaceOrder.map((part, i) => [`${start}${part}_transform`, widths[i]!] as const);
    return names.map(([name, height]) => ({
      weight: need(`${name}.weight`, [height, units]),
      bias: need(`${name}.bias`, [height]),
    }));
  });
  const output = {
    weight: asked.get(`${prefix}output.weight`)!,
    bias: need('output.bias', [outputs]),
  };
  const inputs = wide - readWidth;
  if (inputs <= 0) {
    reading.problem(
      `${prefix}${kind}_layer_0.weight_ih_l0 has ${wide} columns, fewer than the ${readWidth} read`,
    );
  }
  if (reading.problems.length > 0) return { problems: reading.problems };
  return {
    shape: { kind, inputs, outputs, units, layers, stacked, columns, reads, shared },
    joined,
    slots: number(config, 'nr_cells') ?? number(config, 'mem_size'),
    tensors: [...asked.values()],
    weights(values) {
      const of = ({ name }: TensorShape) => values.get(name)!;
      return {
        cells: cells.map((levels) =>
          levels.map((cell) => ({ inputs: cell.inputs, ...cellWeights(cell, values) })),
        ),
        interfaces: interfaces.map((parts) => ({
          weight: stack(parts.map(({ weight }) => of(weight))),
          bias: stack(parts.map(({ bias }) => of(bias))),
        })),
        output: { weight: of(output.weight), bias: of(output.bias) },
      };
    },
  };
}

function count(reading: Reading, name: (n: number) => string): number {
  let n = 0;
  while (reading.has(name(n))) n++;
  return n;
}

/** Width of a memory row and number of read heads: told by separate matrices, else solved from the widths. */
function sizes(
  reading: Reading,
  start: string,
  joined: boolean,
  readWidth: number,
  config: Config,
): { readonly columns: number; readonly reads: number } | undefined {
  if (!joined) {
    const [columns = 0] = reading.need(`${start}write_key_transform.weight`, [
      undefined,
      undefined,
    ]).shape;
    const [reads = 0] = reading.need(`${start}free_gates_transform.weight`, [
      undefined,
      undefined,
    ]).shape;
    return reading.problems.length > 0 ? undefined : { columns, reads };
  }
  const name = `${start}interface_weights.weight`;
  const [rows = 0] = reading.need(name, [undefined, undefined]).shape;
  const told = number(config, 'read_heads');
  // Rows are W·R + 3W + 5R + 3, and W·R is what `output` takes beyond the controller's units.
  const fitting = Array.from({ length: Math.max(0, readWidth) }, (_, i) => i + 1)
    .filter((reads) => readWidth % reads === 0)
    .map((reads) => ({ reads, columns: readWidth / reads }))
    .filter(({ reads, columns }) => readWidth + 3 * columns + 5 * reads + 3 === rows)
    .filter(({ reads }) => told === undefined || reads === told);
  const [only, ...more] = fitting;
  if (!only) {
    reading.problem(
      `${name} has ${rows} rows, which fits no number of read heads over ${readWidth} read values`,
    );
  }
  if (more.length > 0) {
    const choices = fitting.map(({ reads, columns }) => `${reads} of ${columns}`).join(' or ');
    reading.assume(`${only!.reads} read heads: the widths allow ${choices}`);
  }
  return only;
}
