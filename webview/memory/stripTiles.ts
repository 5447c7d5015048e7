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
const mostCells = 1.5e6;

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
export function levelOf({ rows }: Pick<Strip, 'rows'>, { from, to }: Span): number {
  for (let level = 0; ; level++) {
    const edge = tileEdge * 2 ** level;
    const across = Math.ceil(to / edge) - Math.floor(from / edge);
    const cells = ((to - from) / 2 ** level) * (rows / 2 ** level);
    if (across * Math.ceil(rows / edge) <= mostTiles && cells <= mostCells) return level;
  }
}

/** Asks for the tiles that show the steps; of slots also for those that tell which are ever touched. */
export function wantTiles(strip: Strip, span: Span, steps: number): void {
  const whole = strip.isSlots ? tilesOf(strip, { from: 0, to: steps }) : [];
  storeOf(strip).cache.want(strip.source, [...tilesOf(strip, span), ...whole], plain);
}

function tilesOf(strip: Strip, span: Span): readonly TileAt[] {
  const level = levelOf(strip, span);
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
  const level = levelOf(strip, { from, to });
  const { cache } = storeOf(strip);
  const tiles = new Map<string, Tile | undefined>();
  const tile = (row: number, column: number): Tile | undefined => {
    const key = `${row} ${column}`;
    if (!tiles.has(key)) tiles.set(key, cache.peek(strip.source, { level, row, column }, plain));
    return tiles.get(key);
  };
  const pool = 2 ** level;
  const columns = Math.max(1, Math.min(Math.ceil(most), to - from));
  const perColumn = (to - from) / columns;
  const data = new Float32Array(rows * columns);
  const missing: boolean[] = [];
  const places = Array.from({ length: rows }, (_, row) => Math.floor(rowAt(row) / pool));
  const join = strip.isWeighting ? larger : farther;
  for (let x = 0; x < columns; x++) {
    const first = Math.floor((from + x * perColumn + 1e-6) / pool);
    const end = Math.max(first + 1, Math.ceil((from + (x + 1) * perColumn - 1e-6) / pool));
    let isMissing = false;
    for (let at = first; at < end; at++) {
      const tileRow = Math.floor(at / tileEdge);
      for (let row = 0; row < rows; row++) {
        const place = places[row]!;
        const found = tile(tileRow, Math.floor(place / tileEdge));
        if (!found) {
          isMissing = true;
          break;
        }
        const value =
          found.data[(at % tileEdge) * found.columns + (place % tileEdge)] ?? Number.NaN;
        const old = data[row * columns + x]!;
        data[row * columns + x] = at === first ? value : join(old, value);
      }
    }
    missing.push(isMissing);
  }
  const steps = Math.max(pool, Math.ceil(perColumn - 1e-6));
  return { rows, columns, data, missing, pool: [steps, pool] };
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
