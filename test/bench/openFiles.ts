/** Two files that take no room: 4 GiB of safetensors and 2 GB as torch.save writes them, all zeros. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';
import { concat, op, pickledTensor, u16, u32, utf8 } from '../unit/core/checkpoint/support';

const layers = 32;
/** Names of a decoder's matrices, of which each gets the same shape. */
const matrices = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
const names = Array.from({ length: layers }, (_, layer) =>
  matrices.map((matrix) => `model.layers.${layer}.${matrix}.weight`),
).flat();

/** `bytes` of float32 in matrices of 2048 columns. */
const shapeFor = (bytes: number): readonly [number, number] => [
  Math.round(bytes / names.length / 4 / 2048),
  2048,
];

/** Writes the safetensors file and gives its size. */
export function writeSafetensors(path: string): number {
  const shape = shapeFor(2 ** 32);
  const plan = names.map((name) => ({ name, dtype: 'F32' as const, shape }));
  const header = safetensorsHeader(plan, new Map());
  return withHoles(path, [{ at: 0, bytes: header }], header.length + totalOf(shape));
}

/** Names a class or function once and refers to it then, as Python does. */
function memoised(pickle: Uint8Array): Uint8Array {
  let text = Buffer.from(pickle).toString('latin1');
  const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
  for (const [index, name] of [...new Set(text.match(/c[a-z._]+\n\w+\n/g))].entries()) {
    const [before = '', ...after] = text.split(name);
    text = before + name + latin1(op.put(index)) + after.join(latin1(op.get(index)));
  }
  return Buffer.from(text, 'latin1');
}

/** Writes the archive and gives its size. Its members are stored, as torch.save stores them. */
export function writeTorch(path: string): number {
  const shape = shapeFor(2e9);
  const elements = shape[0] * shape[1];
  const tensors = names.map((name, key) => {
    const spec = { key: String(key), shape, strides: [shape[1], 1], elements };
    return [name, pickledTensor(spec)] as const;
  });
  const pickle = memoised(concat(op.proto(), op.dict(...tensors), op.stop));
  const parts: { at: number; bytes: Uint8Array }[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  const add = (name: string, bytes: Uint8Array, size = bytes.length) => {
    const path = utf8(`model/${name}`);
    const sum = size === bytes.length ? crc32(bytes) : 0;
    const common = [u16(0), u16(0), u32(0), u32(sum), u32(size), u32(size), u16(path.length)];
    const local = concat(utf8('PK\x03\x04'), u16(20), ...common, u16(0), path, bytes);
    central.push(concat(utf8('PK\x01\x02'), u16(20), u16(20), ...common));
    central.push(concat(u16(0), u16(0), u16(0), u16(0), u32(0), u32(at), path));
    parts.push({ at, bytes: local });
    at += local.length - bytes.length + size;
  };
  add('data.pkl', pickle);
  add('byteorder', utf8('little'));
  for (const key of names.keys()) add(`data/${key}`, new Uint8Array(0), 4 * elements);
  add('version', utf8('3\n'));
  const directory = concat(...central);
  const count = u16(names.length + 3);
  const sizes = [u32(directory.length), u32(at), u16(0)];
  const end = concat(utf8('PK\x05\x06'), u16(0), u16(0), count, count, ...sizes);
  parts.push({ at, bytes: concat(directory, end) });
  return withHoles(path, parts, at + directory.length + end.length);
}

const totalOf = ([rows, columns]: readonly [number, number]) => 4 * rows * columns * names.length;

/** What is not written stays a hole. */
function withHoles(
  path: string,
  parts: readonly { readonly at: number; readonly bytes: Uint8Array }[],
  size: number,
): number {
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  for (const { at, bytes } of parts) writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
  return size;
}
