/** Reads what graphs are fed from the checkpoint, by range, and never from a file that is no longer what was opened. */
import type { Checkpoint, Tensor } from '../core/checkpoint/checkpoint';
import { readFloat32 } from '../core/checkpoint/values';
import type { Parameters } from '../core/model/architecture';
import { readTogether } from './readTogether';
import type { Feed } from './runtime';

export type Feeds = Readonly<Record<string, Feed>>;

/** Buffers for one set of parameters at a time, by the names of the graph's inputs. */
export interface Slot {
  /** Reads those of the parameters that `inputs` names. The values hold until the slot's next fill. */
  fill(parameters: Parameters, inputs: readonly string[]): Promise<Feeds>;
  /** The same for who calls `verify` before showing what was made of the values. */
  fillUnverified(parameters: Parameters, inputs: readonly string[]): Promise<Feeds>;
}

export interface Weights {
  slot(): Slot;
  /** Throws one line when a file is no longer what was opened. */
  verify(): Promise<void>;
  /** Rows of a [rows, width] table, [rows.length, width]; only those are read. */
  rows(table: string, rows: readonly number[]): Promise<Float32Array>;
  /** Values `start` … of a tensor's row-major order, as many as `into` holds. */
  range(tensor: string, start: number, into: Float32Array): Promise<Float32Array>;
}

/** `verify` throws one line when a file is no longer what was opened; it is asked after each read. */
export function createWeights(checkpoint: Checkpoint, verify: () => Promise<void>): Weights {
  const tensorOf = (name: string): Tensor => {
    const tensor = checkpoint.tensors.get(name);
    if (!tensor) throw new Error(`the checkpoint has no tensor ${JSON.stringify(name)}`);
    return tensor;
  };
  return {
    slot: () => createSlot(tensorOf, verify),
    verify,
    async rows(table, rows) {
      const values = await readRows(tensorOf(table), rows);
      await verify();
      return values;
    },
    async range(tensor, start, into) {
      await readFloat32(tensorOf(tensor), into, { start, count: into.length });
      await verify();
      return into;
    },
  };
}

function createSlot(tensorOf: (name: string) => Tensor, verify: () => Promise<void>): Slot {
  const buffers = new Map<string, Float32Array>();
  const bufferOf = (name: string, length: number): Float32Array => {
    const known = buffers.get(name);
    if (known?.length === length) return known;
    const buffer = new Float32Array(length);
    buffers.set(name, buffer);
    return buffer;
  };
  const fillUnverified: Slot['fill'] = async ({ weights, numbers }, inputs) => {
    const wanted = inputs
      .filter((name) => Object.hasOwn(weights, name))
      .map((name) => [name, tensorOf(weights[name]!.name)] as const);
    const values = await readTogether(wanted, bufferOf).catch(async (error: unknown) => {
      // That the file was changed says more than what reading it met.
      await verify();
      throw error;
    });
    const feeds: Record<string, Feed> = {};
    for (const [name, { shape }] of wanted) feeds[name] = { data: values.get(name)!, shape };
    for (const name of inputs) {
      if (!Object.hasOwn(numbers, name)) continue;
      const value = numbers[name]!;
      feeds[name] =
        typeof value === 'number'
          ? { data: Float32Array.of(value), shape: [] }
          : { data: Float32Array.from(value), shape: [value.length] };
    }
    return feeds;
  };
  return {
    fillUnverified,
    async fill(parameters, inputs) {
      const feeds = await fillUnverified(parameters, inputs);
      await verify();
      return feeds;
    },
  };
}

/** Each distinct row is read once, neighbours in one read. */
async function readRows(tensor: Tensor, rows: readonly number[]): Promise<Float32Array> {
  const width = tensor.shape[1]!;
  const distinct = [...new Set(rows)].sort((a, b) => a - b);
  const values = new Float32Array(distinct.length * width);
  const reads: Promise<unknown>[] = [];
  for (let from = 0, to = 0; from < distinct.length; from = to) {
    const first = distinct[from]!;
    while (distinct[to] === first + to - from) to++;
    const range = { start: first * width, count: (to - from) * width };
    reads.push(readFloat32(tensor, values.subarray(from * width, to * width), range));
  }
  await Promise.all(reads);
  // Positions, and tokens that happen to be in order, lie as they are wanted.
  if (rows.every((row, place) => row === distinct[place])) return values;
  const target = new Float32Array(rows.length * width);
  const places = new Map(distinct.map((row, place) => [row, place]));
  rows.forEach((row, at) => {
    const place = places.get(row)! * width;
    target.set(values.subarray(place, place + width), at * width);
  });
  return target;
}
