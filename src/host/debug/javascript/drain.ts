/** Hands over what a JavaScript program recorded, as `drain.py` does: safetensors files whose metadata lists the operations. */
import type { Files } from './files';
import type { Operation, Recorded, Recording } from './recording';

type Unknowns = Record<string, unknown>;

export type Draining = ReturnType<typeof createDrain>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createDrain(
  { encode, take, takeDropped, left, whole }: Recording,
  { hand, write }: Files,
) {
  const edge = 64;
  /** Large attentions that were handed over pooled: heads of them are asked for. */
  const large = new Map<number, Operation>();
  const largeHeld = 128 * 2 ** 20;
  /** Of one answer: bytes, operations and milliseconds of work, but for one operation. */
  const most = { bytes: 4 * 2 ** 20, operations: 400, milliseconds: 50 };

  const keep = (operation: Operation): void => {
    large.set(operation.id, operation);
    let size = 0;
    for (const one of large.values()) size += one.bytes;
    for (const [id, one] of large) {
      if (size <= largeHeld || large.size === 1) break;
      large.delete(id);
      size -= one.bytes;
    }
  };

  /** Maxima of windows of each head, and what `headStatistics.ts` says of it. */
  const pooledHeads = ({ shape, data }: Recorded) => {
    const [heads = 0, rows = 0, columns = 0] = shape;
    const [down, across] = [Math.ceil(rows / edge), Math.ceil(columns / edge)];
    const [height, width] = [Math.ceil(rows / down), Math.ceil(columns / across)];
    const cells = new Float32Array(heads * height * width);
    const statistics: number[][] = [];
    for (let head = 0; head < heads; head++) {
      let [entropy, previous, first, diagonal] = [0, 0, 0, 0];
      for (let row = 0; row < rows; row++) {
        const start = (head * rows + row) * columns;
        const target = (head * height + Math.floor(row / down)) * width;
        for (let column = 0; column < columns; column++) {
          const value = data[start + column]!;
          if (value > 0) entropy -= value * Math.log(value);
          const cell = target + Math.floor(column / across);
          if (!(value <= cells[cell]!)) cells[cell] = value;
        }
        first += data[start]!;
        if (row < columns) diagonal += data[start + row]!;
        if (row > 0 && row <= columns) previous += data[start + row - 1]!;
      }
      const places = [rows, Math.min(rows, columns + 1) - 1, rows, Math.min(rows, columns)];
      statistics.push(
        [entropy, previous, first, diagonal].map((sum, at) => sum / (places[at] || NaN)),
      );
    }
    return { cells: { shape: [heads, height, width], data: cells }, statistics };
  };
  const isLarge = ({ what, arrays: { w } }: Operation): boolean =>
    what === 'attention' && !!w && w.data.length > whole && Math.max(...w.shape.slice(1)) > edge;

  /** The oldest operations, `all` or enough for now; undefined where there are none. */
  const fileOf = (all: boolean): Buffer | undefined => {
    const began = performance.now();
    const isEnough = (): boolean =>
      offset > most.bytes ||
      listed.length >= most.operations ||
      performance.now() - began > most.milliseconds;
    const header: Unknowns = {};
    const parts: Float32Array[] = [];
    const listed: Unknowns[] = [];
    let offset = 0;
    /** One that several operations share is in the file once. */
    const known = new Map<Recorded, string>();
    const put = (wanted: string, array: Recorded): string => {
      const { shape, data } = array;
      const key = known.get(array) ?? wanted;
      if (known.has(array)) return key;
      known.set(array, key);
      const end = offset + data.byteLength;
      header[key] = { dtype: 'F32', shape, data_offsets: [offset, end] };
      parts.push(data);
      offset = end;
      return key;
    };
    while (left() > 0 && (all || listed.length === 0 || !isEnough())) {
      const operation = take()!;
      const { arrays, bytes: _, ...told } = operation;
      const entry: Unknowns = { ...told };
      if (isLarge(operation)) {
        const { cells, statistics } = pooledHeads(arrays['w']!);
        const key = `${operation.id}.w`;
        put(key, cells);
        const of = arrays['w']!.shape;
        entry['arrays'] = { w: { key, pooled: Math.ceil(Math.max(of[1]!, of[2]!) / edge), of } };
        entry['facts'] = { ...operation.facts, statistics };
        keep(operation);
      } else {
        const keys = Object.entries(arrays).map(([name, array]) => {
          return [name, { key: put(`${operation.id}.${name}`, array) }];
        });
        entry['arrays'] = Object.fromEntries(keys);
      }
      listed.push(entry);
    }
    if (listed.length === 0) return undefined;
    header['__metadata__'] = { 'mnemoscope.operations': JSON.stringify(listed) };
    return safetensors(header, parts);
  };
  const safetensors = (header: Unknowns, parts: readonly ArrayBufferView[]): Buffer => {
    const json = Buffer.from(JSON.stringify(header));
    const padded = Buffer.alloc(8 + 8 * Math.ceil(json.length / 8), 0x20);
    padded.writeBigUInt64LE(BigInt(padded.length - 8));
    json.copy(padded, 8);
    const views = parts.map((data) =>
      Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    );
    return Buffer.concat([padded, ...views]);
  };

  return {
    safetensors,
    drain(limit: number): string {
      const before = left();
      const file = fileOf(false);
      const facts = { operations: before - left(), dropped: takeDropped() };
      if (!file) return encode({ ...facts, bytes: 0 });
      return encode({ ...facts, ...hand(file, limit), more: left() > 0 });
    },
    /** [queries, keys] of one head of an attention that was handed over pooled. */
    exact(operation: number, head: number, limit: number): string {
      const w = large.get(operation)?.arrays['w'];
      if (!w) throw new Error('the program no longer holds this attention');
      const each = w.shape[1]! * w.shape[2]!;
      const { buffer, byteOffset } = w.data.subarray(head * each);
      return encode(hand(Buffer.from(buffer as ArrayBuffer, byteOffset, 4 * each), limit));
    },
    /** What is left when the program ends goes into a folder that the debugger sees, if this is its file system. */
    leave(): void {
      const rest = fileOf(true);
      if (rest) write(`last-${takeDropped()}`, rest);
    },
  };
}
