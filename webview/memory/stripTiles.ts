/** Tiles of the strips on screen, pulled as they are needed, and the cells of a picture from them. */
import { signal, type Signal } from '@preact/signals';
import { farther } from '../../src/core/draw/pyramid';
import { plain, type Tile, tileEdge } from '../../src/core/trace/trace';
import { createTileCache, type TileCache } from '../attention/tileCache';
import type { TileAt } from '../attention/viewport';
import { report, trace } from '../state';
import type { Span } from './state';
import type { Strip } from './stripList';

/** Bytes of tiles that are kept for one strip. */
const cacheLimit = 32 * 2 ** 20;
/** Tiles, and cells in them, that a picture is made from, at most. */
const mostTiles = 64;
const mostCells = 4e5;
/** Tiles of the first, coarse picture, at most. */
const fewTiles = 2;

interface Store {
  readonly cache: TileCache;
  /** Counts what arrived. */
  readonly version: Signal<number>;
}
const stores = new Map<string, Store>();
let count = 0;
// Tiles belong to one trace.
trace.subscribe(() => {
  for (const { cache } of stores.values()) cache.clear();
  stores.clear();
});

export function storeOf({ id }: Strip): Store {
  let store = stores.get(id);
  if (!store) {
    const version = signal(++count);
    store = {
      cache: createTileCache(cacheLimit, () => (version.value = ++count), report),
      version,
    };
    stores.set(id, store);
  }
  return store;
}

/** The finest level at which few enough tiles cover the steps. */
export function levelOf(
  { rows }: Pick<Strip, 'rows'>,
  { from, to }: Span,
  most = mostTiles,
): number {
  for (let level = 0; ; level++) {
    const edge = tileEdge * 2 ** level;
    const across = Math.ceil(to / edge) - Math.floor(from / edge);
    const cells = ((to - from) / 2 ** level) * (rows / 2 ** level);
    if (across * Math.ceil(rows / edge) <= most && cells <= mostCells) return level;
  }
}

/** Asks for the tiles that show the steps; of slots also for those that tell which are ever touched. */
export function wantTiles(strip: Strip, span: Span, steps: number): void {
  const whole = strip.isSlots ? tilesOf(strip, { from: 0, to: steps }) : [];
  const coarse = tilesOf(strip, span, fewTiles);
  storeOf(strip).cache.want(strip.source, [...coarse, ...tilesOf(strip, span), ...whole], plain);
}

function tilesOf(strip: Strip, span: Span, most = mostTiles): readonly TileAt[] {
  const level = levelOf(strip, span, most);
  const edge = tileEdge * 2 ** level;
  const tiles: TileAt[] = [];
  for (let row = Math.floor(span.from / edge); row * edge < span.to; row++) {
    for (let column = 0; column * edge < strip.rows; column++) tiles.push({ level, row, column });
  }
  return tiles;
}

/** Cells of a picture, row-major with the steps across. */
export interface Cells {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
  /** Columns whose values have not come yet. */
  readonly missing: readonly boolean[];
  /** Steps, and rows, that one cell stands for. */
  readonly pool: readonly [steps: number, rows: number];
}

/** `rowAt` says which of the strip's rows is drawn where; weightings keep their maximum, others what is farthest from 0. */
export function cellsOf(
  strip: Strip,
  { from, to }: Span,
  most: number,
  rows: number,
  rowAt: (row: number) => number,
): Cells {
  const { cache } = storeOf(strip);
  const columns = Math.max(1, Math.min(Math.ceil(most), to - from));
  const perColumn = (to - from) / columns;
  const data = new Float32Array(rows * columns);
  const join = strip.isWeighting ? larger : farther;
  const tiles = new Map<string, Tile | undefined>();
  const tile = (at: TileAt): Tile | undefined => {
    const key = `${at.level} ${at.row} ${at.column}`;
    if (!tiles.has(key)) tiles.set(key, cache.peek(strip.source, at, plain));
    return tiles.get(key);
  };
  const places = Array.from({ length: rows }, (_, row) => rowAt(row));
  /** Whether all tiles of the column are here. */
  const fill = (x: number, level: number): boolean => {
    const pool = 2 ** level;
    const first = Math.floor((from + x * perColumn + 1e-6) / pool);
    const end = Math.max(first + 1, Math.ceil((from + (x + 1) * perColumn - 1e-6) / pool));
    for (let at = first; at < end; at++) {
      const tileRow = Math.floor(at / tileEdge);
      let column = -1;
      let found: Tile | undefined;
      for (let row = 0; row < rows; row++) {
        const place = Math.floor(places[row]! / pool);
        if (Math.floor(place / tileEdge) !== column) {
          column = Math.floor(place / tileEdge);
          found = tile({ level, row: tileRow, column });
        }
        if (!found) return false;
        const value = found.data[(at % tileEdge) * found.columns + (place % tileEdge)] ?? NaN;
        const old = data[row * columns + x]!;
        data[row * columns + x] = at === first ? value : join(old, value);
      }
    }
    return true;
  };
  const level = levelOf(strip, { from, to });
  // What is only here pooled is shown so until the rest has come.
  const coarse = levelOf(strip, { from, to }, fewTiles);
  const missing = Array.from({ length: columns }, (_, x) => !fill(x, level) && !fill(x, coarse));
  const steps = Math.max(2 ** level, Math.ceil(perColumn - 1e-6));
  return { rows, columns, data, missing, pool: [steps, 2 ** level] };
}

function larger(a: number, b: number): number {
  return Number.isNaN(a) || b <= a ? a : b;
}

/** The exact value, where the tile that holds it is here at full detail. */
export function exactAt(strip: Strip, step: number, row: number): number | undefined {
  const at = { level: 0, row: Math.floor(step / tileEdge), column: Math.floor(row / tileEdge) };
  const tile = storeOf(strip).cache.peek(strip.source, at, plain);
  return tile?.data[(step % tileEdge) * tile.columns + (row % tileEdge)];
}

/** Which rows ever hold `least` or more; undefined until all steps have been seen. */
export function touchedRows(strip: Strip, steps: number, least: number): boolean[] | undefined {
  const whole = { from: 0, to: steps };
  const { cache } = storeOf(strip);
  const touched = new Array<boolean>(strip.rows).fill(false);
  for (const at of tilesOf(strip, whole)) {
    const tile = cache.peek(strip.source, at, plain);
    if (!tile) return undefined;
    const pool = 2 ** at.level;
    tile.data.forEach((value, i) => {
      if (!(value >= least)) return;
      const first = (at.column * tileEdge + (i % tile.columns)) * pool;
      for (let row = first; row < first + pool && row < strip.rows; row++) touched[row] = true;
    });
  }
  return touched;
}
