/** Tiles of weightings, pulled when somebody looks and kept within a bound of bytes. */
import type { AccessBlock, Tile, Transform } from '../../src/core/trace/trace';
import type { TileAt } from './viewport';

interface Entry {
  readonly tile: Tile;
  /** Bytes with what is painted from it. */
  readonly bytes: number;
}

export interface TileCache {
  /** The tile if it is here. Looking makes it the last to be dropped. */
  peek(block: AccessBlock, at: TileAt, transform: Transform): Tile | undefined;
  /** What is needed now, most important first; replaces what was wanted before but not yet asked for. */
  want(block: AccessBlock, tiles: readonly TileAt[], transform: Transform): void;
  /** Bytes held. */
  readonly bytes: number;
  clear(): void;
}

interface Request {
  readonly key: string;
  readonly block: AccessBlock;
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
  failed: (error: unknown) => void,
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
    entries.set(key, { tile, bytes });
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
      failed(error);
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
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.tile;
    },
    want(block, tiles, transform) {
      queue = tiles
        .map((at) => ({ key: keyOf(block, at, transform), block, at, transform }))
        .filter(({ key }) => !entries.has(key) && !underway.has(key) && !broken.has(key));
      pump();
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

function keyOf({ id }: AccessBlock, { level, row, column }: TileAt, transform: Transform): string {
  return `${id} ${level} ${row} ${column} ${transform.perRow} ${transform.hideFirst}`;
}
