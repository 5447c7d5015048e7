/**
 * Breaks the committed checkpoints in seeded ways and opens what is left: whatever the bytes, a reader
 * must list or refuse with a FormatError, soon.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FormatError, memorySource } from '../../src/core/checkpoint/bytes';
import { openCheckpoint } from '../../src/core/checkpoint/formats';
import { readFloat32, readTensor } from '../../src/core/checkpoint/values';
import { platform } from '../../src/engine/files';
import { memoryFolder } from '../unit/core/checkpoint/support';

export interface Broken {
  readonly file: string;
  readonly seed: number;
  readonly error: unknown;
}

/** An input of at most a few kilobytes must be judged in this time of the processor: others may keep it busy. */
const maxMilliseconds = 2000;
/** A library that was given up after its time is no answer either. */
const givenUp = /did not answer/;

/** xorshift32: small, and the same everywhere. */
function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const extremes = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffffffn,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  -1n,
];

type Mutation = (bytes: Buffer, below: (n: number) => number) => Buffer;

const mutations: readonly Mutation[] = [
  // One byte, a bit of it or all.
  (bytes, below) => {
    const at = below(bytes.length);
    bytes[at] = below(2) ? below(256) : bytes[at]! ^ (1 << below(8));
    return bytes;
  },
  // A number of 2, 4 or 8 bytes becomes an extreme one.
  (bytes, below) => {
    const value = Buffer.alloc(8);
    value.writeBigUInt64LE(BigInt.asUintN(64, extremes[below(extremes.length)]!));
    value.copy(bytes, below(bytes.length), 0, 2 << below(3));
    return bytes;
  },
  // A digit of a text becomes another, or many.
  (bytes, below) => {
    const digits = [...bytes.keys()].filter((i) => bytes[i]! >= 0x30 && bytes[i]! <= 0x39);
    const at = digits[below(Math.max(1, digits.length))];
    if (at === undefined) return bytes;
    const text = ['9', '-1', '00', '1e9', '99999999999999999999', '{', '"'][below(7)]!;
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(text), bytes.subarray(at + 1)]);
  },
  // A piece is cut, doubled, or put somewhere else.
  (bytes, below) => {
    const from = below(bytes.length);
    const piece = bytes.subarray(from, from + below(64));
    const rest = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + piece.length)]);
    const to = below(rest.length + 1);
    const times = below(3);
    return Buffer.concat([
      rest.subarray(0, to),
      ...Array<Buffer>(times).fill(piece),
      rest.subarray(to),
    ]);
  },
  (bytes, below) => bytes.subarray(0, below(bytes.length + 1)),
];

/** Breaks the bytes 1 to 4 times; of a zip half the time the pickle inside, so that its directory still holds. */
function mutate(original: Buffer, below: (n: number) => number): Buffer {
  const at = original.indexOf('data.pkl');
  if (original.subarray(0, 2).toString() === 'PK' && at > 0 && below(2)) {
    const start = 30 + original.readUInt16LE(26) + original.readUInt16LE(28);
    const length =
      original.readUInt32LE(18) || original.readUInt32LE(original.indexOf('PK\x01\x02') + 20);
    const inner = original.subarray(start, start + length);
    const deflated = original.readUInt16LE(8) === 8;
    const broken = breakUp(deflated ? inflateRawSync(inner) : Buffer.from(inner), below);
    const packed = deflated ? deflateRawSync(broken) : broken;
    const copy = Buffer.from(original);
    packed.copy(copy, start, 0, length);
    return copy;
  }
  return breakUp(Buffer.from(original), below);
}

function breakUp(bytes: Buffer, below: (n: number) => number): Buffer {
  for (let times = 1 + below(4); times > 0 && bytes.length; times--) {
    bytes = mutations[below(mutations.length)]!(bytes, below);
  }
  return bytes;
}

/** A checkpoint of the corpus: the file that opens it, and all files of its folder. */
export interface Original {
  /** The file as a path below the folder of the corpus. */
  readonly file: string;
  /** The plain name of the file that is opened. */
  readonly entry: string;
  readonly files: Readonly<Record<string, Buffer>>;
}

const entries =
  /(\.(safetensors|pt2?|ckpt|bin|json|np[yz]|gguf|onnx|msgpack|index|tflite|h5|keras)|saved_model\.pb|_METADATA|\.metadata)$/;
/** What is opened through the file beside it that names it. */
const inside = /oracle|variables|-of-|_CHECKPOINT_METADATA|zarr\.json|group1-|shards_\d|\.bin$/;

/** What takes other files. */
const needing = /(_METADATA|\.metadata|\.pb|\.json|\.index|\.onnx|-of-\d+\.gguf)$/;

/** All checkpoints below the folder whose path contains the word. */
export function corpus(folder: string, word = ''): readonly Original[] {
  const names = readdirSync(folder, { recursive: true }).map((name) =>
    String(name).replaceAll('\\', '/'),
  );
  const isFirst = (name: string) => !inside.test(name) || /-0*1-of-\d+\.gguf$/.test(name);
  return names
    .filter((name) => entries.test(name) && isFirst(name) && name.includes(word))
    .sort()
    .map((file) => {
      const base = file.slice(0, file.lastIndexOf('/') + 1);
      const beside = names.filter((name) => needing.test(file) && name.startsWith(base));
      const files = [file, ...beside].flatMap((name) => {
        const path = join(folder, name);
        const isFile = statSync(path).isFile();
        return isFile ? [[name.slice(base.length), readFileSync(path)] as const] : [];
      });
      return { file, entry: file.slice(base.length), files: Object.fromEntries(files) };
    });
}

/** Tensors whose values are read in a round: folders of many would take all the time. */
const maxRead = 8;

async function open(
  files: Readonly<Record<string, Uint8Array>>,
  entry: string,
  below: (n: number) => number,
): Promise<void> {
  const source = memorySource(entry, files[entry]!);
  const { tensors } = await openCheckpoint(source, memoryFolder(files), platform);
  const all = [...tensors.values()];
  const first = all.length > maxRead ? below(all.length) : 0;
  for (const tensor of [...all.slice(first), ...all.slice(0, first)].slice(0, maxRead)) {
    for (const values of [readTensor, readFloat32]) {
      await values(tensor).catch((error: unknown) => {
        if (!(error instanceof FormatError) || givenUp.test(error.message)) throw error;
      });
    }
  }
}

/** Opens the broken form of a checkpoint that a seed gives; undefined when it was handled. */
export async function fuzzAgain(original: Original, seed: number): Promise<Broken | undefined> {
  const { file, entry, files } = original;
  const names = Object.keys(files);
  const below = random(seed);
  // Half the time a file beside it is broken, where there are any.
  const victim = below(2) ? entry : names[below(names.length)]!;
  const bytes = Uint8Array.from(mutate(files[victim]!, below));
  const before = process.cpuUsage();
  try {
    await open({ ...files, [victim]: bytes }, entry, below);
  } catch (error) {
    const isLine = error instanceof FormatError && !/\n/.test(error.message);
    if (!isLine || givenUp.test(error.message)) return { file, seed, error };
  }
  const { user, system } = process.cpuUsage(before);
  const took = Math.round((user + system) / 1000);
  return took > maxMilliseconds ? { file, seed, error: `it took ${took} ms` } : undefined;
}

/** Opens `rounds` broken forms of a checkpoint; returns those that were not handled. */
export async function fuzzOne(original: Original, rounds: number, seed: number): Promise<Broken[]> {
  const found: Broken[] = [];
  for (let round = 0; round < rounds; round++) {
    const own = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b)) >>> 0;
    const broken = await fuzzAgain(original, own);
    if (broken) found.push(broken);
  }
  return found;
}

/** The same for every checkpoint below `folder`. */
export async function fuzzReaders(folder: string, rounds: number, seed: number): Promise<Broken[]> {
  const found: Broken[] = [];
  for (const original of corpus(folder)) found.push(...(await fuzzOne(original, rounds, seed)));
  return found;
}
