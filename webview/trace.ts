/** A core `Trace` whose numbers come over the wire when somebody looks. */
import type {
  AccessBlock,
  Axis,
  BlockId,
  Disposable,
  Matrix,
  Series,
  Trace,
  TraceChange,
  TraceState,
} from '../src/core/trace/trace';
import { plain } from '../src/core/trace/trace';
import type { AxisData, BlockRef, TraceData, TraceId } from '../src/protocol/engine';
import type { SeriesData } from '../src/protocol/memory';
import type { Client } from '../src/protocol/rpc';
import type { HostMethods, HostNotes } from '../src/protocol/webview';

export type TraceClient = Pick<Client<HostMethods, HostNotes>, 'call'>;

/** A trace that grows: `ready` holds the blocks that have arrived. */
export interface LiveTrace extends Trace {
  readonly id: TraceId;
  readonly ready: ReadonlySet<BlockId>;
  readonly byId: ReadonlyMap<BlockId, AccessBlock>;
  /** Takes what the host tells about this trace. */
  apply(change: TraceChange): void;
}

export function createTrace(data: TraceData, client: TraceClient): LiveTrace {
  const axes = new Map(data.axes.map((axis) => [axis.id, createAxis(axis)]));
  const listeners = new Set<(change: TraceChange) => void>();
  const ready = new Set(data.ready);
  let state: TraceState = data.state;
  const axis = (id: string): Axis => {
    const found = axes.get(id);
    if (!found) throw new Error(`trace ${data.id} names an axis ${JSON.stringify(id)} it lacks`);
    return found;
  };
  const series = ({ name, steps, shape }: SeriesData): Series => {
    const of = { trace: data.id, series: name };
    const range = (from: number, to: number) => client.call('seriesRange', { ...of, from, to });
    return { name, steps: axis(steps), shape, at: (step) => range(step, step + 1), range };
  };
  const blocks = data.blocks.map((block): AccessBlock => {
    const rows = axis(block.rows);
    const columns = axis(block.columns);
    const ref = { trace: data.id, block: block.id };
    return {
      ...block,
      rows,
      columns,
      weighting: createMatrix([rows.length, columns.length], ref, client),
      stages: new Map(
        block.stages?.map((stage) => [
          stage,
          createMatrix([rows.length, columns.length], { ...ref, stage }, client),
        ]),
      ),
      scalars: new Map(block.scalars?.map(([name, one]) => [name, series(one)])),
      vectors: new Map(block.vectors?.map(([name, one]) => [name, series(one)])),
      async statistics() {
        const [entropy = NaN, previous = NaN, first = NaN, diagonal = NaN, induction = NaN] =
          await client.call('statistics', ref);
        return { entropy, previous, first, diagonal, induction };
      },
    };
  });
  return {
    id: data.id,
    model: data.model,
    source: data.source,
    axes: [...axes.values()],
    blocks,
    byId: new Map(blocks.map((block) => [block.id, block])),
    series: (data.series ?? []).map(series),
    events: data.events,
    ...(data.verdict && { verdict: data.verdict }),
    ready,
    get state() {
      return state;
    },
    apply(change) {
      for (const id of change.blocks ?? []) ready.add(id);
      if (change.state) state = change.state;
      for (const listener of listeners) listener(change);
    },
    on(listener): Disposable {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
}

function createAxis({ id, kind, length, labels, origins }: AxisData): Axis {
  return {
    id,
    kind,
    length,
    label: (index) => labels[index] ?? String(index),
    ...(origins && { origin: (index: number) => origins[index] }),
  };
}

function createMatrix(
  shape: readonly [number, number],
  ref: BlockRef,
  client: TraceClient,
): Matrix {
  return {
    shape,
    thumbnail: (transform = plain) => client.call('thumbnail', { ...ref, transform }),
    tile: (level, row, column, transform = plain) =>
      client.call('tile', { ...ref, level, row, column, transform }),
    row: (index) => client.call('row', { ...ref, index }),
    received: () => client.call('received', ref),
    async values() {
      const [rows, columns] = shape;
      const whole = new Float32Array(rows * columns);
      for (let index = 0; index < rows; index++) {
        whole.set(await client.call('row', { ...ref, index }), index * columns);
      }
      return whole;
    },
  };
}
