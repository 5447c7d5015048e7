/** Cells to pixels. */
import { colors, type ColorMapName } from './colormap';
import { farther, type Pooling } from './pyramid';
import { position, type Domain, type ScaleName } from './scale';

/** How values become colours. */
export interface Paint {
  readonly map: ColorMapName;
  readonly scale: ScaleName;
  readonly domain: Domain;
}

/** Steps in which a scale is tabulated: finer than the 256 colours, so that rounding never shows. */
const steps = 4096;

/** One function from value to a colour index 0…255, or -1 for NaN; the scale is tabulated once. */
export function indexer({ scale, domain }: Paint): (value: number) => number {
  const { low, high } = domain;
  if (scale === 'log' || !(high > low)) {
    return (value) => (Number.isNaN(value) ? -1 : Math.round(255 * position(value, domain, scale)));
  }
  const table = new Uint8Array(steps + 1);
  for (let i = 0; i <= steps; i++) {
    table[i] = Math.round(255 * position(low + (i / steps) * (high - low), domain, scale));
  }
  const factor = steps / (high - low);
  return (value) => {
    if (Number.isNaN(value)) return -1;
    const at = (value - low) * factor;
    return at <= 0 ? (table[0] ?? 0) : at >= steps ? 255 : (table[(at + 0.5) | 0] ?? 0);
  };
}

/** RGBA pixels of the cells, one each, [cells × 4]. NaN is transparent: what lies behind is the hatch. */
export function rasterize(cells: Float32Array, paint: Paint): Uint8ClampedArray<ArrayBuffer> {
  const table = packed(paint.map);
  const pixels = new Uint32Array(cells.length);
  const index = indexer(paint);
  for (let i = 0; i < cells.length; i++) {
    const at = index(cells[i] ?? Number.NaN);
    pixels[i] = at < 0 ? 0 : (table[at] ?? 0);
  }
  return new Uint8ClampedArray(pixels.buffer);
}

/** The colours as 32-bit words in the byte order of this machine (every one that runs us is little-endian). */
function packed(map: ColorMapName): Uint32Array {
  const table = colors(map);
  const words = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const [red = 0, green = 0, blue = 0] = table.subarray(3 * i, 3 * i + 3);
    words[i] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return words;
}

/** Cells at a place: what a picture at rest reads. NaN cells win over everything. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Pixels along one side: the first one's edge in cells, cells per pixel, and how many pixels. */
export interface Pixels {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/**
 * The maximum, or what is farthest from 0, over every cell that each pixel touches, [down × across];
 * no peak is lost however small the picture.
 */
export function footprint(
  grid: Grid,
  down: Pixels,
  across: Pixels,
  pooling: Pooling = 'maximum',
): Float32Array {
  if (pooling === 'magnitude') return farthest(grid, down, across);
  const width = across.count;
  const height = down.count;
  const columns = spans(across, grid.columns);
  const rows = spans(down, grid.rows);
  const narrow = new Float32Array(grid.rows * width);
  for (let row = 0; row < grid.rows; row++) {
    const base = row * grid.columns;
    for (let x = 0; x < width; x++) {
      let peak = -Infinity;
      for (let c = columns[2 * x] ?? 0; c < (columns[2 * x + 1] ?? 0); c++) {
        const value = grid.data[base + c] ?? 0;
        if (!(value <= peak)) peak = value;
        if (value !== value) break;
      }
      narrow[row * width + x] = peak;
    }
  }
  const out = new Float32Array(width * height).fill(-Infinity);
  for (let y = 0; y < height; y++) {
    for (let row = rows[2 * y] ?? 0; row < (rows[2 * y + 1] ?? 0); row++) {
      for (let x = 0; x < width; x++) {
        const value = narrow[row * width + x] ?? 0;
        const peak = out[y * width + x] ?? 0;
        if (peak === peak && !(value <= peak)) out[y * width + x] = value;
      }
    }
  }
  return out;
}

/** The same by magnitude; both signs of a peak stay what they are. */
function farthest(grid: Grid, down: Pixels, across: Pixels): Float32Array {
  const columns = spans(across, grid.columns);
  const rows = spans(down, grid.rows);
  const out = new Float32Array(down.count * across.count);
  for (let y = 0; y < down.count; y++) {
    for (let row = rows[2 * y] ?? 0; row < (rows[2 * y + 1] ?? 0); row++) {
      const base = row * grid.columns;
      for (let x = 0; x < across.count; x++) {
        let most = out[y * across.count + x] ?? 0;
        for (let c = columns[2 * x] ?? 0; c < (columns[2 * x + 1] ?? 0); c++) {
          most = farther(most, grid.data[base + c] ?? 0);
        }
        out[y * across.count + x] = most;
      }
    }
  }
  return out;
}

/** First and last cell (exclusive) that each pixel touches, [count × 2]. */
function spans({ start, step, count }: Pixels, cells: number): Int32Array {
  const out = new Int32Array(2 * count);
  // A pixel edge that lies on a cell edge but for rounding must not touch the next cell.
  const slack = 1e-6;
  for (let i = 0; i < count; i++) {
    const first = Math.max(0, Math.floor(start + i * step + slack));
    out[2 * i] = Math.min(first, cells);
    out[2 * i + 1] = Math.min(
      cells,
      Math.max(first + 1, Math.ceil(start + (i + 1) * step - slack)),
    );
  }
  return out;
}
