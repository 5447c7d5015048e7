/** Tiles of matrices, pulled when somebody looks and kept within a bound of bytes. */
import type { Matrix, Tile, Transform } from '../../src/core/trace/trace';
import type { TileAt } from './viewport';

/** What tiles are of: a block of a trace, a slice of a tensor. */
export interface TileSource {
  readonly id: string;
  readonly weighting: Pick<Matrix, 'shape' | 'tile'>;
  /** The same at an earlier moment, shown until tiles of its own have come. */
  readonly before?: TileSource;
}

interface Entry {
  readonly tile: Tile;
  /** Shown until a better one has come, which is asked for. */
  isStale: boolean;
  /** Bytes with what is painted from it. */
  readonly bytes: number;
}

export interface TileCache {
  /** The tile if it is here. Looking makes it the last to be dropped. */
  peek(block: TileSource, at: TileAt, transform: Transform): Tile | undefined;
  /** What is needed now, most important first; replaces what was wanted before but not yet asked for. */
  want(block: TileSource, tiles: readonly TileAt[], transform: Transform): void;
  /** Asks anew, when they are wanted next, for the tiles that a source can now tell better. */
  outdate(source: TileSource, isOutdated: (tile: Tile) => boolean): void;
  /** Bytes held. */
  readonly bytes: number;
  clear(): void;
}

interface Request {
  readonly key: string;
  readonly block: TileSource;
  readonly at: TileAt;
  readonly transform: Transform;
}

/** Requests under way at once: enough to keep the engine busy, few enough to drop what scrolled away. */
const parallel = 4;
/** A tile is kept as numbers and as painted pixels, 4 bytes each per cell. */
const bytesPerCell = 8;

export function createTileCache(
  limit: number,
  arrived: () => void,
  failed: (error: unknown, source: TileSource) => void,
): TileCache {
  const entries = new Map<string, Entry>();
  const underway = new Set<string>();
  // A tile that cannot be had is not asked for again with every frame.
  const broken = new Set<string>();
  let queue: Request[] = [];
  let held = 0;
  let epoch = 0;

  const keep = (key: string, tile: Tile): void => {
    const bytes = tile.data.length * bytesPerCell;
    held -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
    entries.set(key, { tile, bytes, isStale: false });
    held += bytes;
    for (const [oldest, entry] of entries) {
      if (held <= limit || oldest === key) break;
      entries.delete(oldest);
      held -= entry.bytes;
    }
  };
  const ask = async ({ key, block, at, transform }: Request): Promise<void> => {
    const asked = epoch;
    underway.add(key);
    try {
      const tile = await block.weighting.tile(at.level, at.row, at.column, transform);
      if (asked !== epoch) return;
      keep(key, tile);
      arrived();
    } catch (error) {
      if (asked !== epoch) return;
      broken.add(key);
      failed(error, block);
    } finally {
      if (asked === epoch) {
        underway.delete(key);
        pump();
      }
    }
  };
  const pump = (): void => {
    while (underway.size < parallel) {
      const next = queue.shift();
      if (!next) return;
      void ask(next);
    }
  };
  return {
    peek(block, at, transform) {
      const key = keyOf(block, at, transform);
      const entry = entries.get(key);
      if (!entry) return block.before && entries.get(keyOf(block.before, at, transform))?.tile;
      entries.delete(key);
      entries.set(key, entry);
      return entry.tile;
    },
    want(block, tiles, transform) {
      queue = tiles
        .map((at) => ({ key: keyOf(block, at, transform), block, at, transform }))
        .filter(({ key }) => {
          const isHere = entries.get(key)?.isStale === false;
          return !isHere && !underway.has(key) && !broken.has(key);
        });
      pump();
    },
    outdate({ id }, isOutdated) {
      for (const [key, entry] of entries) {
        if (key.startsWith(`${id} `) && isOutdated(entry.tile)) entry.isStale = true;
      }
    },
    get bytes() {
      return held;
    },
    clear() {
      epoch++;
      entries.clear();
      underway.clear();
      broken.clear();
      queue = [];
      held = 0;
    },
  };
}

function keyOf({ id }: TileSource, { level, row, column }: TileAt, transform: Transform): string {
  return `${id} ${level} ${row} ${column} ${transform.perRow} ${transform.hideFirst}`;
}
