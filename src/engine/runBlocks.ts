/** The heads of a run: pooled pictures as they came, everything else computed again from the kept hidden states. */
import { createPyramid, type Pyramid } from '../core/draw/pyramid';
import { poolOf } from '../core/model/programs';
import { followsCopy, headStatistics } from '../core/trace/headStatistics';
import { createMatrix } from '../core/trace/matrix';
import type { AccessBlock, Axis, HeadStatistics, Tile, Transform } from '../core/trace/trace';
import type { Access, Stack } from '../core/model/architecture';
import { type Cache, createCache } from './cache';
import type { Memory } from './forward';
import type { Revisit, Visited } from './revisit';

export interface RunParts {
  readonly stack: Stack;
  readonly revisit: Revisit;
  /** The stack's own places. */
  readonly rows: Axis;
  /** Those of the stack before, and what it handed over. */
  readonly source?: Axis | undefined;
  readonly memory?: Memory | undefined;
  readonly ids: readonly number[];
  /** Hidden state before a layer, once it is there. */
  hidden(layer: number): Promise<Float32Array>;
  /** Pooled pictures of a layer's heads, once they are there. */
  thumbnails(layer: number, access: Access): Promise<Float32Array>;
  /** When the run has ended, in whatever way. */
  ended(): Promise<void>;
}

export interface RunBlocks {
  readonly blocks: readonly AccessBlock[];
  /** Forgets what was computed. */
  clear(): void;
}

/** Bytes of exact heads, with their levels, kept per trace. */
const cacheBytes = 64 * 1024 * 1024;
/** Bytes of transformed pictures kept per trace. */
const pictureBytes = 8 * 1024 * 1024;

export const blockId = (access: Access, layer: number, head: number) =>
  `${access}.${layer}.${head}`;

export function createBlocks(parts: RunParts): RunBlocks {
  const { layers, accesses } = parts.stack;
  const exact = createCache<Pyramid>(cacheBytes, ({ bytes }) => bytes);
  const pictures = createCache<Float32Array>(pictureBytes, ({ byteLength }) => byteLength);
  const lines = accesses.map((access) => createLine(parts, access, exact, pictures));
  const blocks: AccessBlock[] = [];
  for (let layer = 0; layer < layers; layer++) {
    for (const line of lines) blocks.push(...line(layer));
  }
  return {
    blocks,
    clear() {
      exact.clear();
      pictures.clear();
    },
  };
}

/** The heads of one weighting of a layer. */
function createLine(
  { stack, revisit, rows, source, memory, ids, hidden, thumbnails, ended }: RunParts,
  access: Access,
  exact: Cache<Pyramid>,
  pictures: Cache<Float32Array>,
): (layer: number) => AccessBlock[] {
  const isCross = access === 'cross';
  const columns = isCross && source ? source : rows;
  const shape = [rows.length, columns.length] as const;
  const pool = poolOf(Math.max(...shape));
  const [high, wide] = shape.map((length) => Math.ceil(length / pool)) as [number, number];
  const measured = new Map<number, Promise<readonly HeadStatistics[]>>();
  const visited = async (layer: number): Promise<Visited> => ({
    access,
    layer,
    hidden: await hidden(layer),
    memory,
  });

  const pyramid = (layer: number, head: number, transform: Transform) =>
    exact.get(`${access} ${layer} ${head} ${transform.hideFirst} ${transform.perRow}`, async () => {
      const data = await revisit.weighting(await visited(layer), [head]);
      return createPyramid({ rows: rows.length, columns: columns.length, data }, transform);
    });

  const pictured = async (layer: number, transform: Transform): Promise<Float32Array> => {
    const { hideFirst, perRow } = transform;
    if (!hideFirst && !perRow) return thumbnails(layer, access);
    return pictures.get(`${access} ${layer} ${hideFirst} ${perRow}`, async () =>
      revisit.thumbnails(await visited(layer), transform),
    );
  };

  const thumbnail = async (layer: number, head: number, transform: Transform): Promise<Tile> => {
    const all = await pictured(layer, transform);
    const data = all.slice(head * high * wide, (head + 1) * high * wide);
    return { rows: high, columns: wide, pool, data };
  };

  /** Pictures come first: nothing is measured before the run has ended. */
  const measure = async (layer: number): Promise<readonly HeadStatistics[]> => {
    await ended();
    return revisit.statistics(await visited(layer), followsCopy(ids, rows.length));
  };
  const statistics = async (layer: number, head: number): Promise<HeadStatistics> => {
    if (isCross) {
      await ended();
      const data = await revisit.weighting(await visited(layer), [head]);
      return headStatistics(data, rows.length, columns.length);
    }
    const known = measured.get(layer) ?? measure(layer);
    measured.set(layer, known);
    known.catch(() => measured.delete(layer));
    return (await known)[head]!;
  };

  return (layer) =>
    Array.from({ length: stack.heads }, (_, head) => ({
      id: blockId(access, layer, head),
      act: 'read',
      layer,
      head,
      rows,
      columns,
      sees: stack.causal && !isCross ? 'past' : 'all',
      weighting: createMatrix({
        shape,
        pyramid: (transform) => pyramid(layer, head, transform),
        thumbnail: (transform) => thumbnail(layer, head, transform),
      }),
      normalised: 'rows',
      stages: new Map(),
      scalars: new Map(),
      vectors: new Map(),
      statistics: () => statistics(layer, head),
    }));
}
