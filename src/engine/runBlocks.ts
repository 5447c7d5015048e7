/** The heads of a run: pooled pictures as they came, everything else computed again from the kept hidden states. */
import { createPyramid, type Pyramid } from '../core/draw/pyramid';
import { poolOf } from '../core/model/programs';
import { followsCopy } from '../core/trace/headStatistics';
import { createMatrix } from '../core/trace/matrix';
import type { AccessBlock, Axis, HeadStatistics, Tile, Transform } from '../core/trace/trace';
import { createCache } from './cache';
import type { Transformer } from './transformer';

export interface RunParts {
  readonly model: Transformer;
  readonly axis: Axis;
  readonly ids: readonly number[];
  /** Hidden state before a layer, once it is there. */
  hidden(layer: number): Promise<Float32Array>;
  /** Pooled pictures of a layer's heads, once they are there. */
  thumbnails(layer: number): Promise<Float32Array>;
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

export const blockId = (layer: number, head: number) => `self.${layer}.${head}`;

export function createBlocks({ model, axis, ids, hidden, thumbnails, ended }: RunParts): RunBlocks {
  const { revisit, architecture } = model;
  const { length } = axis;
  const pool = poolOf(length);
  const edge = Math.ceil(length / pool);
  const exact = createCache<Pyramid>(cacheBytes, ({ bytes }) => bytes);
  const pictures = createCache<Float32Array>(pictureBytes, ({ byteLength }) => byteLength);
  const measured = new Map<number, Promise<readonly HeadStatistics[]>>();

  const pyramid = (layer: number, head: number, transform: Transform) =>
    exact.get(`${layer} ${head} ${transform.hideFirst} ${transform.perRow}`, async () => {
      const data = await revisit.weighting(await hidden(layer), layer, [head]);
      return createPyramid({ rows: length, columns: length, data }, transform);
    });

  const pictured = async (layer: number, transform: Transform): Promise<Float32Array> => {
    const { hideFirst, perRow } = transform;
    if (!hideFirst && !perRow) return thumbnails(layer);
    return pictures.get(`${layer} ${hideFirst} ${perRow}`, async () =>
      revisit.thumbnails(await hidden(layer), layer, transform),
    );
  };

  const thumbnail = async (layer: number, head: number, transform: Transform): Promise<Tile> => {
    const all = await pictured(layer, transform);
    const data = all.slice(head * edge * edge, (head + 1) * edge * edge);
    return { rows: edge, columns: edge, pool, data };
  };

  /** Pictures come first: nothing is measured before the run has ended. */
  const measure = async (layer: number): Promise<readonly HeadStatistics[]> => {
    await ended();
    return revisit.statistics(await hidden(layer), layer, followsCopy(ids));
  };
  const statistics = (layer: number): Promise<readonly HeadStatistics[]> => {
    const known = measured.get(layer) ?? measure(layer);
    measured.set(layer, known);
    known.catch(() => measured.delete(layer));
    return known;
  };

  const block = (layer: number, head: number): AccessBlock => ({
    id: blockId(layer, head),
    act: 'read',
    layer,
    head,
    rows: axis,
    columns: axis,
    weighting: createMatrix({
      shape: [length, length],
      pyramid: (transform) => pyramid(layer, head, transform),
      thumbnail: (transform) => thumbnail(layer, head, transform),
    }),
    normalised: 'rows',
    stages: new Map(),
    scalars: new Map(),
    vectors: new Map(),
    statistics: async () => (await statistics(layer))[head]!,
  });
  const blocks: AccessBlock[] = [];
  for (let layer = 0; layer < architecture.layers; layer++) {
    for (let head = 0; head < architecture.heads; head++) blocks.push(block(layer, head));
  }
  return {
    blocks,
    clear() {
      exact.clear();
      pictures.clear();
    },
  };
}
