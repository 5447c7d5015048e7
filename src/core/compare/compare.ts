/** Two checkpoints side by side: what to compare is known from the headers, the values are read row by row. */
import { FormatError } from '../checkpoint/bytes';
import type { Checkpoint, Tensor } from '../checkpoint/checkpoint';
import { elementCount } from '../checkpoint/dtype';
import {
  adapterChange,
  type Adapter,
  type AdapterChange,
  type AdapterConfig,
  type AdapterTarget,
  createBaseFinder,
  findAdapter,
} from './adapter';
import { matchAlike } from './alike';
import { type Difference, relativeChange } from './difference';
import { matchTensors, type Layout, type Pair, type RotaryHeads, sameShape } from './match';
import { changedBytes, differenceOf, type Pause } from './stream';

/**
 * `dtype`: another element type, and values apart by no more than its rounding. `adapter`: a low-rank change
 * of a base weight. `unreadable`: values that cannot be shown as numbers on one side.
 */
export const changeKinds = [
  'changed',
  'reshaped',
  'dtype',
  'adapter',
  'added',
  'removed',
  'unreadable',
  'same',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** One line of a comparison, before values are read. */
export interface PlannedRow {
  /** Name in B where it is there, else in A; for an adapter the module. */
  readonly name: string;
  readonly a?: Tensor;
  readonly b?: Tensor;
  readonly layout: Layout;
  readonly heads: number;
  readonly adapter?: AdapterTarget;
  /** Found by their values: the names have nothing in common. */
  readonly isAlike?: boolean;
}

export interface Plan {
  readonly rows: readonly PlannedRow[];
  /** The side that is an adapter of the other. */
  readonly adapter?: { readonly side: 'a' | 'b'; readonly kind: Adapter['kind'] };
  /** Pairs that were found by their values, since their names say nothing. */
  readonly alike?: number;
}

/** What reading the values of a line tells. */
export interface RowOutcome {
  readonly kind: ChangeKind;
  readonly difference?: Difference;
  readonly change?: AdapterChange;
  /** Why values could not be compared, one sentence. */
  readonly problem?: string;
}

export async function planComparison(a: Checkpoint, b: Checkpoint, pause: Pause): Promise<Plan> {
  const sides = { a: findAdapter(a.tensors.values()), b: findAdapter(b.tensors.values()) };
  const side = sides.b && !sides.a ? 'b' : sides.a && !sides.b ? 'a' : undefined;
  const adapter = side && sides[side];
  if (side && adapter) {
    const base = side === 'b' ? a : b;
    return { rows: adapterRows(adapter, base, side), adapter: { side, kind: adapter.kind } };
  }
  const pairs = matchTensors(a.tensors.values(), b.tensors.values(), rotaryOf(a, b));
  const { rows, alike } = await withAlike(pairs.map(rowOf), pause);
  return { rows, ...(alike && { alike }) };
}

/** What names left alone on both sides is matched by values. */
async function withAlike(
  rows: readonly PlannedRow[],
  pause: Pause,
): Promise<{ readonly rows: readonly PlannedRow[]; readonly alike: number }> {
  const alone = (side: 'a' | 'b', other: 'a' | 'b'): readonly Tensor[] =>
    rows.flatMap((row) => (row[other] ? [] : (row[side] ?? [])));
  const found = await matchAlike(alone('a', 'b'), alone('b', 'a'), pause);
  const taken = new Set(found.values());
  return {
    alike: found.size,
    rows: rows.flatMap((row): readonly PlannedRow[] => {
      if (row.b && !row.a && taken.has(row.b)) return [];
      const other = row.a && !row.b ? found.get(row.a) : undefined;
      return [other ? { ...row, name: other.name, b: other, isAlike: true } : row];
    }),
  };
}

function rowOf({ a, b, layout, heads = 1 }: Pair<Tensor>): PlannedRow {
  const name = (b ?? a)!.name;
  return { name, layout, heads, ...(a && { a }), ...(b && { b }) };
}

/** Targets with their base weights, then what else the adapter holds; the untouched base is no change. */
function adapterRows(adapter: Adapter, base: Checkpoint, side: 'a' | 'b'): readonly PlannedRow[] {
  const baseOf = createBaseFinder(base.tensors);
  const common = { layout: 'straight', heads: 1 } as const;
  return [
    ...adapter.targets.map((target): PlannedRow => {
      const weight = baseOf(target);
      const other = side === 'b' ? 'a' : 'b';
      return {
        ...common,
        name: target.module,
        adapter: target,
        ...(weight && { [other]: weight }),
      };
    }),
    ...adapter.rest.map((tensor): PlannedRow => ({ ...common, name: tensor.name, [side]: tensor })),
  ];
}

/** Heads of the GGUF side of a comparison with a checkpoint in another format. */
function rotaryOf(a: Checkpoint, b: Checkpoint): RotaryHeads | undefined {
  const isGguf = ({ format }: Checkpoint): boolean => format.startsWith('GGUF');
  if (isGguf(a) === isGguf(b)) return undefined;
  const side = isGguf(a) ? 'a' : 'b';
  const { metadata } = side === 'a' ? a : b;
  const architecture = metadata.get('general.architecture');
  // Of the converters' classes only those of llama reorder rows.
  if (architecture !== 'llama') return undefined;
  const query = Number(metadata.get('llama.attention.head_count'));
  const key = Number(metadata.get('llama.attention.head_count_kv') ?? query);
  return query >= 1 && key >= 1 ? { side, query, key } : undefined;
}

/** Reads the values of one line. `pause` is called between pieces and throws to stop. */
export async function compareRow(
  row: PlannedRow,
  config: AdapterConfig | undefined,
  pause: Pause,
): Promise<RowOutcome> {
  const { a, b, layout, heads, adapter } = row;
  try {
    if (adapter) {
      return { kind: 'adapter', change: await adapterChange(adapter, a ?? b, config, pause) };
    }
    if (!a || !b) return { kind: a ? 'removed' : 'added' };
    if (!sameShape(a.shape, b.shape) && layout !== 'transposed') {
      const flat = elementCount(a.shape) === elementCount(b.shape);
      return {
        kind: 'reshaped',
        ...(flat && { difference: await differenceOf(a, b, 'straight', heads, pause) }),
      };
    }
    const difference = await differenceOf(a, b, layout, heads, pause);
    if (a.dtype !== b.dtype) return { kind: dtypeKind(a, b, difference), difference };
    const changed = layout === 'straight' ? await changedBytes(a, b, pause) : undefined;
    const counted = changed === undefined ? difference : { ...difference, changed };
    return { kind: counted.changed > 0 ? 'changed' : 'same', difference: counted };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { kind: 'unreadable', problem: error.message };
  }
}

/** Largest relative error of rounding to nearest, by type: 2^-(significant bits). */
const rounding: Readonly<Record<string, number>> = {
  float64: 0,
  float32: 2 ** -24,
  float16: 2 ** -11,
  bfloat16: 2 ** -8,
  float8_e4m3fn: 2 ** -4,
  float8_e4m3fnuz: 2 ** -4,
  float8_e5m2: 2 ** -3,
  float8_e5m2fnuz: 2 ** -3,
};

/** Whether rounding to the coarser of the two types explains the difference; quantisation always may. */
function dtypeKind(a: Tensor, b: Tensor, difference: Difference): ChangeKind {
  const bounds = [rounding[a.dtype], rounding[b.dtype]];
  if (bounds.includes(undefined)) return 'dtype';
  const relative = relativeChange(difference);
  return relative !== undefined && relative <= Math.max(...bounds.map(Number))
    ? 'dtype'
    : 'changed';
}
