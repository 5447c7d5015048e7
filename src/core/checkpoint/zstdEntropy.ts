/** The entropy coding of Zstandard: bit streams, FSE and Huffman tables (RFC 8878, sections 4.1 and 4.2). */

/** Any breach of the format; the unpacker turns it into its own result. */
export class ZstdError extends Error {}
export const broken = (what: string): never => {
  throw new ZstdError(what);
};

/** Up to 24 bits from bit `at` on, little-endian; zeros beyond both ends. */
function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  if (at < 0) return at + count <= 0 ? 0 : (bitsAt(bytes, 0, at + count) << -at) >>> 0;
  const i = at >> 3;
  const word =
    (bytes[i] ?? 0) |
    ((bytes[i + 1] ?? 0) << 8) |
    ((bytes[i + 2] ?? 0) << 16) |
    ((bytes[i + 3] ?? 0) << 24);
  return (word >>> (at & 7)) & ((1 << count) - 1);
}

/** Reads bits from the last one backwards; `left` is negative when more was read than is there. */
export interface BackwardBits {
  left(): number;
  /** Up to 32 bits. */
  read(count: number): number;
}

/** The highest bit of the last byte marks the end. */
export function backwardBits(bytes: Uint8Array): BackwardBits {
  const last = bytes.at(-1) ?? 0;
  if (!last) broken('a bit stream has no end mark');
  let at = 8 * bytes.length - 8 + highBit(last);
  const read = (count: number): number => {
    if (count > 24) {
      const high = read(count - 16);
      return high * 65536 + read(16);
    }
    at -= count;
    return bitsAt(bytes, at, count);
  };
  return { left: () => at, read };
}

/** Position of the highest set bit. */
export const highBit = (value: number): number => 31 - Math.clz32(value);

/** A decoding table: per state its symbol, and how the next state is read. */
export interface FseTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** Builds the table of normalised counts; −1 is "less than one". */
export function fseTable(counts: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(counts.length);
  let high = size;
  counts.forEach((count, symbol) => {
    next[symbol] = Math.abs(count);
    if (count === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let place = 0;
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[place] = symbol;
      do place = (place + step) & (size - 1);
      while (place >= high);
    }
  });
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const value = next[symbols[state]!]!++;
    bits[state] = log - highBit(value);
    bases[state] = (value << bits[state]!) - size;
  }
  return { log, symbols, bits, bases };
}

/** A table that always gives one symbol and reads nothing. */
export const constantTable = (symbol: number): FseTable => ({
  log: 0,
  symbols: Uint8Array.of(symbol),
  bits: new Uint8Array(1),
  bases: new Uint16Array(1),
});

/** Reads a table's description; gives it and the bytes that it took. */
export function readFseTable(bytes: Uint8Array, maxLog: number, maxSymbols: number) {
  let at = 4;
  const log = bitsAt(bytes, 0, 4) + 5;
  if (log > maxLog) broken('an FSE table is too large');
  const counts: number[] = [];
  let remaining = 1 << log;
  while (remaining > 0) {
    if (counts.length >= maxSymbols || at > 8 * bytes.length) broken('an FSE table is cut short');
    const width = highBit(remaining + 1) + 1;
    const low = (1 << (width - 1)) - 1;
    const threshold = (1 << width) - 1 - (remaining + 1);
    let value = bitsAt(bytes, at, width);
    at += width;
    if ((value & low) < threshold) {
      value &= low;
      at--;
    } else if (value > low) value -= threshold;
    counts.push(value - 1);
    remaining -= Math.abs(value - 1);
    for (let more = value === 1 ? 3 : 0; more === 3;) {
      more = bitsAt(bytes, at, 2);
      at += 2;
      for (let i = 0; i < more; i++) counts.push(0);
      if (counts.length > maxSymbols) broken('an FSE table has too many symbols');
    }
  }
  if (remaining < 0) broken('the counts of an FSE table do not add up');
  return { table: fseTable(counts, log), bytes: Math.ceil(at / 8) };
}

/** Symbol and length of the code for each value of the next `log` bits. */
export interface HuffmanTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

/** Reads a tree's description; gives its table and the bytes that it took. */
export function readHuffmanTable(bytes: Uint8Array) {
  const header = bytes[0] ?? broken('a Huffman tree is missing');
  const length = header < 128 ? header : (header - 127 + 1) >> 1;
  const packed = bytes.subarray(1, 1 + length);
  if (packed.length < length) broken('a Huffman tree is cut short');
  const weights =
    header < 128
      ? fseWeights(packed)
      : Array.from({ length: header - 127 }, (_, i) => (packed[i >> 1]! >> (i & 1 ? 0 : 4)) & 15);
  return { table: huffmanTable(weights), bytes: 1 + length };
}

/** Two states take turns until the bits are used up. */
function fseWeights(packed: Uint8Array): number[] {
  const { table, bytes } = readFseTable(packed, 6, 256);
  const stream = backwardBits(packed.subarray(bytes));
  const states = [stream.read(table.log), stream.read(table.log)];
  const weights: number[] = [];
  for (let turn = 0; ; turn ^= 1) {
    const state = states[turn]!;
    weights.push(table.symbols[state]!);
    if (weights.length > 255) broken('a Huffman tree has too many weights');
    states[turn] = table.bases[state]! + stream.read(table.bits[state]!);
    if (stream.left() < 0) {
      weights.push(table.symbols[states[turn ^ 1]!]!);
      return weights;
    }
  }
}

/** Codes by their weight: 2^(weight − 1) of the table's places; the last weight fills it up. */
function huffmanTable(given: readonly number[]): HuffmanTable {
  const sum = given.reduce((total, weight) => total + (weight ? 1 << (weight - 1) : 0), 0);
  if (!sum) broken('a Huffman tree is empty');
  const log = highBit(sum) + 1;
  const rest = (1 << log) - sum;
  if (log > 11 || rest & (rest - 1)) broken('the weights of a Huffman tree do not add up');
  const weights = [...given, highBit(rest) + 1];
  const symbols = new Uint8Array(1 << log);
  const bits = new Uint8Array(1 << log);
  let place = 0;
  for (let weight = 1; weight <= log; weight++) {
    weights.forEach((own, symbol) => {
      if (own !== weight) return;
      const end = place + (1 << (weight - 1));
      symbols.fill(symbol, place, end);
      bits.fill(log + 1 - weight, place, end);
      place = end;
    });
  }
  return { log, symbols, bits };
}
