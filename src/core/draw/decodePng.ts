/** Reads PNG images (PNG specification, third edition): every colour type and depth, not interlaced. */
import { FormatError } from '../checkpoint/bytes';

/** Values from 0 to 1; transparent places are white. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** [3, height, width]: red, green, blue. */
  readonly rgb: Float32Array;
}

/** Unpacks a zlib stream to exactly that many bytes; throws where it holds others. */
export type Inflate = (data: Uint8Array, bytes: number) => Uint8Array;

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const mostPixels = 1 << 24;
/** Samples of a pixel, by colour type. */
const samplesOf = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly samples: number;
}

/** Throws FormatError that names the file and the byte. */
export function decodePng(file: string, data: Uint8Array, inflate: Inflate): Image {
  if (signature.some((byte, i) => data[i] !== byte)) throw new FormatError(file, 'this is no PNG');
  const chunks = chunksOf(file, data);
  const header = headerOf(file, chunks.get('IHDR')?.[0]);
  const { width, height, depth, samples } = header;
  const rowBytes = Math.ceil((width * samples * depth) / 8);
  let packed: Uint8Array;
  try {
    packed = inflate(joined(chunks.get('IDAT') ?? []), height * (rowBytes + 1));
  } catch {
    throw new FormatError(
      file,
      `expected ${height} rows of ${rowBytes} bytes, its data are damaged`,
    );
  }
  const rows = unfiltered(file, packed, height, rowBytes, Math.max(1, (samples * depth) / 8));
  return colored(header, rows, rowBytes, chunks.get('PLTE')?.[0], chunks.get('tRNS')?.[0]);
}

function chunksOf(file: string, data: Uint8Array): Map<string, Uint8Array[]> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const chunks = new Map<string, Uint8Array[]>();
  for (let at = signature.length; at + 12 <= data.length;) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...data.subarray(at + 4, at + 8));
    const end = at + 8 + size;
    if (end + 4 > data.length) {
      throw new FormatError(file, `chunk ${type} of ${size} bytes is longer than the file`, {
        byte: at,
      });
    }
    chunks.set(type, [...(chunks.get(type) ?? []), data.subarray(at + 8, end)]);
    at = end + 4;
  }
  return chunks;
}

function headerOf(file: string, chunk: Uint8Array | undefined): Header {
  if (chunk?.length !== 13) throw new FormatError(file, 'expected a header of 13 bytes');
  const view = new DataView(chunk.buffer, chunk.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, color = 0, , , interlaced] = chunk.subarray(8);
  const samples = samplesOf.get(color);
  if (samples === undefined || ![1, 2, 4, 8, 16].includes(depth) || (samples > 1 && depth < 8)) {
    throw new FormatError(file, `colour type ${color} with ${depth} bits is not known`);
  }
  if (interlaced) throw new FormatError(file, 'interlaced images are not read');
  if (width === 0 || height === 0 || width * height > mostPixels) {
    throw new FormatError(file, `${width} × ${height} pixels: expected 1 to ${mostPixels}`);
  }
  return { width, height, depth, color, samples };
}

/** Section 9: each row is told by differences from the bytes to the left (a), above (b) and above left (c). */
function unfiltered(
  file: string,
  packed: Uint8Array,
  height: number,
  rowBytes: number,
  pixel: number,
): Uint8Array {
  const out = new Uint8Array(height * rowBytes);
  for (let row = 0; row < height; row++) {
    const from = row * (rowBytes + 1);
    const filter = packed[from] ?? 0;
    if (filter > 4) throw new FormatError(file, `filter ${filter} of row ${row} is not known`);
    const at = row * rowBytes;
    for (let i = 0; i < rowBytes; i++) {
      const a = i >= pixel ? out[at + i - pixel]! : 0;
      const b = row > 0 ? out[at + i - rowBytes]! : 0;
      const c = i >= pixel && row > 0 ? out[at + i - rowBytes - pixel]! : 0;
      const guess = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]!;
      out[at + i] = packed[from + 1 + i]! + guess;
    }
  }
  return out;
}

function paeth(a: number, b: number, c: number): number {
  const [left, above, corner] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (left <= above && left <= corner) return a;
  return above <= corner ? b : c;
}

function colored(
  { width, height, depth, color, samples }: Header,
  rows: Uint8Array,
  rowBytes: number,
  palette: Uint8Array | undefined,
  alphas: Uint8Array | undefined,
): Image {
  const rgb = new Float32Array(3 * width * height);
  const largest = 2 ** depth - 1;
  const sample = (row: number, index: number): number => {
    const bit = index * depth;
    const at = row * rowBytes + (bit >> 3);
    if (depth === 16) return rows[at]! * 256 + rows[at + 1]!;
    return (rows[at]! >> (8 - depth - (bit & 7))) & largest;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = (k: number): number => sample(y, x * samples + k) / largest;
      const index = color === 3 ? sample(y, x) : 0;
      const alpha =
        color === 3 ? (alphas?.[index] ?? 255) / 255 : color >= 4 ? value(samples - 1) : 1;
      for (let k = 0; k < 3; k++) {
        const of = color === 3 ? (palette?.[3 * index + k] ?? 0) / 255 : value(color & 2 ? k : 0);
        rgb[(k * height + y) * width + x] = of * alpha + 1 - alpha;
      }
    }
  }
  return { width, height, rgb };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
