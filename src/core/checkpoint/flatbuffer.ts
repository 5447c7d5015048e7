/** FlatBuffers, read by range; every offset is checked before it is followed. flatbuffers.dev/internals */
import { FormatError, readBytes, textOf, view, type ByteSource } from './bytes';

/** A table at a checked place. Fields have the numbers of their order in the schema. */
export interface Table {
  /** Unsigned value of 1, 2, 4 or 8 bytes; `otherwise` when the field is absent. */
  scalar(field: number, bytes: 1 | 2 | 4 | 8, otherwise: number): Promise<number>;
  /** Place and length of a vector whose elements lie in the file; an absent one is empty. */
  vector(field: number, elementBytes: number): Promise<Vector>;
  text(field: number): Promise<string>;
  table(field: number): Promise<Table | undefined>;
  /** All tables of a vector. */
  tables(field: number): Promise<Table[]>;
}

export interface Vector {
  /** Byte of the first element. */
  readonly start: number;
  readonly length: number;
  /** The bytes of all elements. */
  read(): Promise<DataView>;
}

/** Headers lie together: a page is one read. */
const pageBytes = 16 << 10;
/** Pages that are kept: the headers of all models but the largest. */
const maxPages = 512;
/** Tables of a vector may all be the same place: a length is no bound by itself. */
const maxTables = 1 << 20;
/** Names and vectors that are read as a whole. */
const maxRead = 16 << 20;

/** Opens the root table. */
export async function openFlatbuffer(source: ByteSource): Promise<Table> {
  const pages = new Map<number, DataView>();
  const fail = (problem: string, byte: number): never => {
    throw new FormatError(source.name, problem, { byte });
  };
  const check = (at: number, length: number) => {
    if (at + length > source.size || at < 0)
      fail(`a FlatBuffer offset leads to ${at}+${length}`, at);
  };
  const bytesAt = async (at: number, length: number): Promise<DataView> => {
    check(at, length);
    const number = Math.floor(at / pageBytes);
    const within = at - number * pageBytes;
    if (within + length > pageBytes) return view(await readBytes(source, at, length, 'a header'));
    let page = pages.get(number);
    if (!page) {
      const size = Math.min(pageBytes, source.size - number * pageBytes);
      page = view(await readBytes(source, number * pageBytes, size, 'a header'));
      if (pages.size >= maxPages) pages.clear();
      pages.set(number, page);
    }
    return new DataView(page.buffer, page.byteOffset + within, length);
  };
  const u32 = async (at: number) => (await bytesAt(at, 4)).getUint32(0, true);

  const tableAt = async (at: number): Promise<Table> => {
    const fields = at - (await bytesAt(at, 4)).getInt32(0, true);
    const sizes = await bytesAt(fields, 4);
    const [fieldsSize, tableSize] = [sizes.getUint16(0, true), sizes.getUint16(2, true)];
    if (fieldsSize < 4 || fieldsSize % 2 || tableSize < 4) fail('expected a FlatBuffer table', at);
    check(fields, fieldsSize);
    check(at, tableSize);
    /** Byte of a field; undefined when it is absent. */
    const place = async (field: number, bytes: number): Promise<number | undefined> => {
      const entry = 4 + 2 * field;
      if (entry + 2 > fieldsSize) return undefined;
      const offset = (await bytesAt(fields + entry, 2)).getUint16(0, true);
      if (offset && offset + bytes > tableSize) fail('a field lies outside of its table', at);
      return offset ? at + offset : undefined;
    };
    const follow = async (field: number): Promise<number | undefined> => {
      const from = await place(field, 4);
      return from === undefined ? undefined : from + (await u32(from));
    };
    const vector: Table['vector'] = async (field, elementBytes) => {
      const from = await follow(field);
      const length = from === undefined ? 0 : await u32(from);
      const start = (from ?? 0) + 4;
      if (length) check(start, length * elementBytes);
      const read = async () => {
        const bytes = length * elementBytes;
        if (bytes > maxRead) fail(`a vector of ${bytes} bytes in a header`, start);
        return bytes ? bytesAt(start, bytes) : new DataView(new ArrayBuffer(0));
      };
      return { start, length, read };
    };
    return {
      vector,
      async scalar(field, bytes, otherwise) {
        const from = await place(field, bytes);
        if (from === undefined) return otherwise;
        const data = await bytesAt(from, bytes);
        if (bytes === 1) return data.getUint8(0);
        if (bytes === 2) return data.getUint16(0, true);
        return bytes === 4 ? data.getUint32(0, true) : Number(data.getBigUint64(0, true));
      },
      async text(field) {
        const { start, read } = await vector(field, 1);
        const { buffer, byteOffset, byteLength } = await read();
        return textOf(new Uint8Array(buffer, byteOffset, byteLength), source, 'a text', start);
      },
      async table(field) {
        const from = await follow(field);
        return from === undefined ? undefined : tableAt(from);
      },
      async tables(field) {
        const { start, length, read } = await vector(field, 4);
        if (length > maxTables) fail(`${length} tables are more than ${maxTables}`, start);
        const offsets = await read();
        const found: Table[] = [];
        for (let i = 0; i < length; i++) {
          found.push(await tableAt(start + 4 * i + offsets.getUint32(4 * i, true)));
        }
        return found;
      },
    };
  };
  return tableAt(await u32(0));
}
