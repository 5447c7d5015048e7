/** Checkpoints in memory, built byte by byte. */
import { deflateRawSync } from 'node:zlib';
import {
  FormatError,
  memorySource,
  type ByteSource,
  type Folder,
} from '../../../../src/core/checkpoint/bytes';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../../src/core/checkpoint/formats';
import { platform } from '../../../../src/engine/files';

/** A folder of files in memory. */
export function memoryFolder(files: Readonly<Record<string, Uint8Array>>): Folder {
  return {
    name: 'folder',
    list: async () => Object.keys(files),
    async open(name) {
      const bytes = files[name];
      if (!bytes) throw new FormatError(name, 'there is no such file');
      return memorySource(name, bytes);
    },
  };
}

/** Opens bytes as if they were a file of that name. */
export function openBytes(name: string, bytes: Uint8Array): Promise<Checkpoint> {
  return openCheckpoint(memorySource(name, bytes), memoryFolder({ [name]: bytes }), platform);
}

/** A file that is all zeros after its first bytes and counts what is read of it. */
export function sparseSource(name: string, size: number, start: Uint8Array) {
  const source: ByteSource & { bytesRead: number } = {
    name,
    size,
    bytesRead: 0,
    async read(offset, target) {
      source.bytesRead += target.length;
      target.set(start.subarray(offset, offset + target.length));
    },
  };
  return source;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >> 8) & 255);
}
export function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
export function u64(value: bigint | number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, BigInt(value))).buffer);
}
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A safetensors file; the header is an object or its text. */
export function safetensorsFile(header: object | string, data = new Uint8Array(0)) {
  const text = utf8(typeof header === 'string' ? header : JSON.stringify(header));
  return concat(u64(text.length), text, data);
}

export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflate?: boolean;
  /** What the directory claims, where that is a lie. */
  readonly claim?: number;
}

/** A zip archive. */
export function zipFile(members: readonly ZipMember[]): Uint8Array<ArrayBuffer> {
  const locals: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes, deflate, claim } of members) {
    const packed = deflate ? deflateRawSync(bytes) : bytes;
    const path = utf8(name);
    const method = u16(deflate ? 8 : 0);
    const sizes = [u32(0), u32(deflate ? packed.length : (claim ?? packed.length))];
    const common = [method, u32(0), ...sizes, u32(claim ?? bytes.length), u16(path.length)];
    const local = concat(utf8('PK\x03\x04'), u16(20), u16(0), ...common, u16(0), path, packed);
    central.push(
      concat(utf8('PK\x01\x02'), u16(20), u16(20), u16(0), ...common, u16(0), u16(0), u16(0)),
      concat(u16(0), u32(0), u32(offset), path),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = concat(...central);
  const counts = [u16(0), u16(0), u16(members.length), u16(members.length)];
  const end = concat(utf8('PK\x05\x06'), ...counts, u32(directory.length), u32(offset), u16(0));
  return concat(...locals, directory, end);
}

/** A torch.save archive of a pickle and its storages. */
export function torchFile(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}) {
  return zipFile([
    { name: 'm/data.pkl', bytes: pickle },
    ...Object.entries(storages).map(([key, bytes]) => ({ name: `m/data/${key}`, bytes })),
  ]);
}

/** Pickle operations, written as they are read. */
export const op = {
  proto: (version = 2) => Uint8Array.of(0x80, version),
  text: (text: string) => concat(utf8('X'), u32(utf8(text).length), utf8(text)),
  int: (value: number) => concat(utf8('J'), u32(value)),
  global: (module: string, name: string) => utf8(`c${module}\n${name}\n`),
  put: (index: number) => concat(utf8('r'), u32(index)),
  get: (index: number) => concat(utf8('j'), u32(index)),
  tuple: (...items: readonly Uint8Array[]) => concat(utf8('('), ...items, utf8('t')),
  dict: (...entries: readonly (readonly [string, Uint8Array])[]) =>
    concat(utf8('}('), ...entries.flatMap(([key, value]) => [op.text(key), value]), utf8('u')),
  reduce: (callable: Uint8Array, args: Uint8Array) => concat(callable, args, utf8('R')),
  stop: utf8('.'),
} as const;

export interface TensorSpec {
  readonly key?: string;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly elements?: number;
}

/** `_rebuild_tensor_v2` over float32 storage. */
export function pickledTensor({ key = '0', offset = 0, shape, strides, elements = 4 }: TensorSpec) {
  const type = op.global('torch', 'FloatStorage');
  const id = op.tuple(op.text('storage'), type, op.text(key), op.text('cpu'), op.int(elements));
  const sizes = [shape, strides].map((values) => op.tuple(...values.map(op.int)));
  const hooks = op.reduce(op.global('collections', 'OrderedDict'), utf8(')'));
  const args = [concat(id, utf8('Q')), op.int(offset), ...sizes];
  return op.reduce(
    op.global('torch._utils', '_rebuild_tensor_v2'),
    op.tuple(...args, Uint8Array.of(0x89), hooks),
  );
}

/** A whole torch file whose pickle is the given operations. */
export const torchPickle = (...parts: readonly Uint8Array[]) =>
  torchFile(concat(op.proto(), ...parts, op.stop), { '0': new Uint8Array(16) });
