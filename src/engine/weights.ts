/** Reads what a graph is fed from the checkpoint, by range, into buffers that are used again and again. */
import type { Checkpoint, Tensor } from '../core/checkpoint/checkpoint';
import { readFloat32 } from '../core/checkpoint/values';
import type { Parameters } from '../core/model/architecture';
import type { Feed } from './runtime';

export type Feeds = Readonly<Record<string, Feed>>;

/** Buffers for one set of parameters at a time, by the names of the graph's inputs. */
export interface Slot {
  /** Reads those of the parameters that `inputs` names. The values hold until the slot's next fill. */
  fill(parameters: Parameters, inputs: readonly string[]): Promise<Feeds>;
}

export function createSlot(checkpoint: Checkpoint): Slot {
  const buffers = new Map<string, Float32Array>();
  const bufferOf = (name: string, length: number): Float32Array => {
    const known = buffers.get(name);
    if (known?.length === length) return known;
    const buffer = new Float32Array(length);
    buffers.set(name, buffer);
    return buffer;
  };
  return {
    async fill({ weights, scalars }, inputs) {
      const wanted = inputs.filter((name) => Object.hasOwn(weights, name));
      const read = wanted.map(async (name) => {
        const tensor = tensorOf(checkpoint, weights[name]!.name);
        const buffer = bufferOf(name, elements(tensor.shape));
        return [name, { data: await readFloat32(tensor, buffer), shape: tensor.shape }] as const;
      });
      // All reads must have ended before anybody may reuse the buffers, also when one fails.
      const ended = await Promise.allSettled(read);
      const feeds: Record<string, Feed> = {};
      for (const result of ended) {
        if (result.status === 'rejected') throw result.reason;
        const [name, feed] = result.value;
        feeds[name] = feed;
      }
      for (const name of inputs) {
        if (!Object.hasOwn(scalars, name)) continue;
        feeds[name] = { data: Float32Array.of(scalars[name]!), shape: [] };
      }
      return feeds;
    },
  };
}

/** Rows of a [rows, width] table, added to `target` [places, width] place by place. */
export async function addRows(
  checkpoint: Checkpoint,
  name: string,
  rows: readonly number[],
  target: Float32Array,
): Promise<void> {
  const tensor = tensorOf(checkpoint, name);
  const width = target.length / rows.length;
  const values = await readRows(tensor, rows, width);
  rows.forEach((row, place) => {
    const value = values.get(row)!;
    const at = place * width;
    for (let i = 0; i < width; i++) target[at + i] = target[at + i]! + value[i]!;
  });
}

/** Each distinct row once; neighbours in one read. */
async function readRows(
  tensor: Tensor,
  rows: readonly number[],
  width: number,
): Promise<Map<number, Float32Array>> {
  const distinct = [...new Set(rows)].sort((a, b) => a - b);
  const values = new Map<number, Float32Array>();
  const reads: Promise<void>[] = [];
  for (let from = 0; from < distinct.length;) {
    const first = distinct[from]!;
    let to = from + 1;
    while (distinct[to] === first + to - from) to++;
    const count = to - from;
    const range = { start: first * width, count: count * width };
    reads.push(
      readFloat32(tensor, undefined, range).then((block) => {
        for (let i = 0; i < count; i++) {
          values.set(first + i, block.subarray(i * width, (i + 1) * width));
        }
      }),
    );
    from = to;
  }
  await Promise.all(reads);
  return values;
}

export function tensorOf(checkpoint: Checkpoint, name: string): Tensor {
  const tensor = checkpoint.tensors.get(name);
  if (!tensor) throw new Error(`the checkpoint has no tensor ${JSON.stringify(name)}`);
  return tensor;
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
