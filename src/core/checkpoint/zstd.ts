/** Unpacks Zstandard (RFC 8878), without dictionaries. */
import { repeatBack } from './repeatBack';
import {
  backwardBits,
  broken,
  constantTable,
  fseTable,
  readFseTable,
  readHuffmanTable,
  ZstdError,
  type FseTable,
  type HuffmanTable,
} from './zstdEntropy';

const magic = 0xfd2fb528;
const maxBlock = 128 << 10;

/** All frames one after another; undefined when the data is broken or gives more than `limit` bytes. */
export function unpackZstd(packed: Uint8Array, limit: number): Uint8Array | undefined {
  const output = new Output(limit);
  try {
    for (let at = 0; at < packed.length;) at = readFrame(packed, at, output);
    return output.bytes();
  } catch (error) {
    if (error instanceof ZstdError) return undefined;
    throw error;
  }
}

/** What is unpacked so far; copies look back into it. */
class Output {
  private target = new Uint8Array(0);
  length = 0;
  constructor(private readonly limit: number) {}

  bytes(): Uint8Array {
    return this.target.subarray(0, this.length);
  }
  /** Makes room; grows in steps, so that a claimed size never takes memory. */
  private reserve(count: number): void {
    const length = this.length + count;
    if (length > this.limit) broken('there is more data than expected');
    if (length <= this.target.length) return;
    const larger = new Uint8Array(Math.min(this.limit, Math.max(2 * length, 4096)));
    larger.set(this.bytes());
    this.target = larger;
  }
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.target.set(bytes, this.length);
    this.length += bytes.length;
  }
  repeat(byte: number, count: number): void {
    this.reserve(count);
    this.target.fill(byte, this.length, (this.length += count));
  }
  copy(back: number, count: number, start: number): void {
    if (back < 1 || back > this.length - start) broken('a copy reaches before the start');
    this.reserve(count);
    repeatBack(this.target, this.length, back, count);
    this.length += count;
  }
}

const little = (bytes: Uint8Array, at: number, count: number): number => {
  if (at + count > bytes.length) broken('the data is cut short');
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
};

/** Tables that the next block of a frame may use again, and the last three offsets. */
interface Frame {
  huffman: HuffmanTable | undefined;
  readonly tables: (FseTable | undefined)[];
  readonly offsets: number[];
  /** Where the frame's output starts: copies reach no further. */
  readonly start: number;
}

function readFrame(bytes: Uint8Array, begin: number, output: Output): number {
  const mark = little(bytes, begin, 4);
  // A skippable frame.
  if (mark >= 0x184d2a50 && mark <= 0x184d2a5f) return begin + 8 + little(bytes, begin + 4, 4);
  if (mark !== magic) broken('expected a frame');
  const descriptor = little(bytes, begin + 4, 1);
  const single = (descriptor >> 5) & 1;
  if (descriptor & 3) broken('a dictionary is needed');
  const sizeBytes = [single, 2, 4, 8][descriptor >> 6]!;
  let at = begin + 5 + (single ? 0 : 1) + sizeBytes;
  const frame: Frame = { huffman: undefined, tables: [], offsets: [1, 4, 8], start: output.length };
  for (let last = 0; !last;) {
    const header = little(bytes, at, 3);
    last = header & 1;
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    at += 3;
    const length = kind === 1 ? 1 : size;
    const block = bytes.subarray(at, at + length);
    if (block.length < length || (kind !== 1 && size > maxBlock)) broken('a block is cut short');
    if (kind === 0) output.append(block);
    else if (kind === 1) output.repeat(block[0]!, size);
    else if (kind === 2) readBlock(block, frame, output);
    else broken('a block is of no known kind');
    at += length;
  }
  // The checksum of the content is not compared.
  return at + (descriptor & 4);
}

function readBlock(bytes: Uint8Array, frame: Frame, output: Output): void {
  const { literals, end } = readLiterals(bytes, frame);
  let at = end;
  let count = little(bytes, at++, 1);
  if (count === 255) {
    count = little(bytes, at, 2) + 0x7f00;
    at += 2;
  } else if (count >= 128) count = ((count - 128) << 8) + little(bytes, at++, 1);
  if (!count) {
    if (at !== bytes.length) broken('a block goes on after its literals');
    output.append(literals);
    return;
  }
  const modes = little(bytes, at++, 1);
  const tables = kinds.map((kind, i) => {
    const mode = (modes >> (6 - 2 * i)) & 3;
    if (mode === 1) frame.tables[i] = constantTable(little(bytes, at++, 1));
    else if (mode === 0) frame.tables[i] = fseTable(kind.counts, kind.log);
    else if (mode === 2) {
      const described = readFseTable(bytes.subarray(at), kind.maxLog, kind.base.length);
      frame.tables[i] = described.table;
      at += described.bytes;
    }
    return frame.tables[i] ?? broken('a table is used again that never was');
  });
  runSequences(bytes.subarray(at), count, tables, literals, frame, output);
}

/** Each sequence: literals, then a copy from what is there already. */
function runSequences(
  bytes: Uint8Array,
  count: number,
  tables: readonly FseTable[],
  literals: Uint8Array,
  { offsets, start }: Frame,
  output: Output,
): void {
  const stream = backwardBits(bytes);
  const states = tables.map((table) => stream.read(table.log));
  let used = 0;
  for (let i = 0; i < count; i++) {
    const [literal, far, match] = tables.map((table, kind) => table.symbols[states[kind]!]!);
    if (far! > 31) broken('an offset is too large');
    const offset = 2 ** far! + stream.read(far!);
    const length = lengthOf(2, match!, stream);
    const own = lengthOf(0, literal!, stream);
    const back = offsetOf(offset, own === 0, offsets);
    if (used + own > literals.length) broken('a sequence takes more literals than there are');
    output.append(literals.subarray(used, used + own));
    used += own;
    output.copy(back, length, start);
    if (i === count - 1) break;
    for (const kind of [0, 2, 1]) {
      const { bases, bits } = tables[kind]!;
      const state = states[kind]!;
      states[kind] = bases[state]! + stream.read(bits[state]!);
    }
  }
  if (stream.left() !== 0) broken('the sequences do not end with their bits');
  output.append(literals.subarray(used));
}

type Stream = ReturnType<typeof backwardBits>;
function lengthOf(kind: 0 | 2, code: number, stream: Stream): number {
  const { base, extra } = kinds[kind]!;
  if (code >= base.length) broken('a length code is not known');
  return base[code]! + stream.read(extra[code]!);
}

/** Values of 1 … 3 mean one of the last offsets (section 3.1.1.5). */
function offsetOf(value: number, noLiterals: boolean, last: number[]): number {
  const index = value - 1 + (noLiterals ? 1 : 0);
  const [first, second, third] = last as [number, number, number];
  if (value <= 3 && index === 0) return first;
  const offset = value > 3 ? value - 3 : [first, second, third, first - 1][index]!;
  const kept = value <= 3 && index === 1 ? [first, third] : [first, second];
  last.splice(0, 3, offset, ...kept);
  return offset;
}

function readLiterals(bytes: Uint8Array, frame: Frame) {
  const first = little(bytes, 0, 1);
  const kind = first & 3;
  const form = (first >> 2) & 3;
  if (kind < 2) {
    const header = form & 1 ? (form === 1 ? 2 : 3) : 1;
    const size = little(bytes, 0, header) >> (form & 1 ? 4 : 3);
    if (size > maxBlock) broken('the literals are too long');
    const end = header + (kind ? 1 : size);
    if (end > bytes.length) broken('the literals are cut short');
    const literals = kind ? new Uint8Array(size).fill(bytes[header]!) : bytes.subarray(header, end);
    return { literals, end };
  }
  const header = Math.max(3, form + 2);
  const width = [10, 10, 14, 18][form]!;
  const sizes = Math.floor(little(bytes, 0, header) / 16);
  const size = sizes % 2 ** width;
  const end = header + Math.floor(sizes / 2 ** width);
  if (size > maxBlock || end > bytes.length) broken('the literals are cut short');
  let content = bytes.subarray(header, end);
  if (kind === 2) {
    const described = readHuffmanTable(content);
    frame.huffman = described.table;
    content = content.subarray(described.bytes);
  }
  const table = frame.huffman ?? broken('a Huffman tree is used again that never was');
  const literals = new Uint8Array(size);
  if (form === 0) huffmanStream(content, table, literals);
  else {
    const part = Math.ceil(size / 4);
    const lengths = [0, 2, 4].map((at) => little(content, at, 2));
    let at = 6;
    for (let i = 0; i < 4; i++) {
      const stop = i < 3 ? at + lengths[i]! : content.length;
      if (stop > content.length) broken('a literal stream is cut short');
      const target = literals.subarray(Math.min(size, i * part), i < 3 ? (i + 1) * part : size);
      huffmanStream(content.subarray(at, stop), table, target);
      at = stop;
    }
  }
  return { literals, end };
}

function huffmanStream(bytes: Uint8Array, table: HuffmanTable, target: Uint8Array): void {
  const { log, symbols, bits } = table;
  const stream = backwardBits(bytes);
  const mask = (1 << log) - 1;
  let state = stream.read(log);
  for (let i = 0; i < target.length; i++) {
    target[i] = symbols[state]!;
    const count = bits[state]!;
    state = ((state << count) | stream.read(count)) & mask;
  }
  if (stream.left() !== -log) broken('a literal stream does not end with its bits');
}

const range = (length: number, from: number) => Array.from({ length }, (_, i) => i + from);
const zeros = (length: number) => new Array<number>(length).fill(0);
/** Literal lengths, offsets, match lengths: predefined counts (section 3.1.1.3.2.2) and codes (3.1.1.3.2.1.1). */
const kinds = [
  {
    log: 6,
    maxLog: 9,
    counts: [
      4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1,
      1, -1, -1, -1, -1,
    ],
    base: [
      ...range(16, 0),
      ...[16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192],
      ...[16384, 32768, 65536],
    ],
    extra: [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  },
  {
    log: 5,
    maxLog: 8,
    counts: [
      1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
    ],
    base: range(32, 0),
    extra: range(32, 0),
  },
  {
    log: 6,
    maxLog: 9,
    counts: [
      1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ],
    base: [
      ...range(32, 3),
      ...[35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195],
      ...[16387, 32771, 65539],
    ],
    extra: [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  },
] as const;
