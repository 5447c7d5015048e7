/** From the last hidden state to logits; the projection is large and read in chunks. */
import type { Architecture } from '../core/model/architecture';
import { logitsGraph } from '../core/model/programs';
import { createQueue } from './queue';
import type { Feed } from './runtime';
import type { Loaded } from './sessions';
import { createStage } from './stage';
import type { Weights } from './weights';

export interface Output {
  /** Logits of finished rows, [n, size]. Throws for a model without an output projection. */
  logits(finished: Float32Array): Promise<Float32Array>;
  /** The same with the projection kept in memory from the first call on, unless it is a large one. */
  held(): (finished: Float32Array) => Promise<Float32Array>;
}

/** Bytes of the projection read at a time, as float32. */
const chunkBytes = 8 * 1024 * 1024;
/** Bytes of a projection that is held at most. */
const heldBytes = 256 * 1024 * 1024;

export function createOutput(
  weights: Weights,
  { output, stacks }: Architecture,
  sessions: Loaded,
): Output {
  const width = output?.stage?.to ?? stacks.at(-1)!.width;
  const size = output?.size ?? 0;
  const queue = createQueue();
  const before = output?.stage && createStage(weights, output.stage, sessions, 'head');

  /** One chunk is read while the one before is multiplied. `held` are those that were read before. */
  const logits = async (
    given: Float32Array,
    held?: Map<number, Float32Array>,
  ): Promise<Float32Array> => {
    if (!output) throw new Error('the model has no output projection');
    const finished = before ? await before(given) : given;
    const { session } = await sessions.get('logits', () => logitsGraph(output, width));
    const bias = output.bias && (await weights.range(output.bias, 0, new Float32Array(size)));
    const n = finished.length / width;
    const atOnce = held ? heldBytes : chunkBytes;
    const step = Math.max(1, Math.min(size, Math.floor(atOnce / (4 * width))));
    const buffers = [0, 1].map(() => new Float32Array(held ? 0 : step * width));
    const read = async (from: number) => {
      const known = held?.get(from);
      if (known) return known;
      const count = Math.min(step, size - from) * width;
      const buffer = held
        ? new Float32Array(count)
        : buffers[(from / step) % 2 === 0 ? 0 : 1]!.subarray(0, count);
      const rows = await weights.range(output.tensor, from * width, buffer);
      held?.set(from, rows);
      return rows;
    };
    const readAhead = (from: number) => {
      const rows = read(from);
      rows.catch(() => undefined);
      return rows;
    };
    const all = new Float32Array(n * size);
    let next = readAhead(0);
    for (let from = 0; from < size; from += step) {
      const rows = await next;
      if (from + step < size) next = readAhead(from + step);
      const count = rows.length / width;
      const feeds: Record<string, Feed> = {
        finished: { data: finished, shape: [n, width] },
        rows: { data: rows, shape: [count, width] },
      };
      if (bias) feeds['bias'] = { data: bias.subarray(from, from + count), shape: [count] };
      const part = (await session.run(feeds))['logits']!;
      if (count === size) return part;
      for (let row = 0; row < n; row++) {
        all.set(part.subarray(row * count, (row + 1) * count), row * size + from);
      }
    }
    return all;
  };

  return {
    logits: (finished) => queue.run(() => logits(finished)),
    held() {
      const held = 4 * size * width <= heldBytes ? new Map<number, Float32Array>() : undefined;
      return (finished) => queue.run(() => logits(finished, held));
    },
  };
}
