/** From the last hidden state to logits; the projection is large and read in chunks. */
import type { Architecture } from '../core/model/architecture';
import { finalGraph, logitsGraph } from '../core/model/programs';
import { createQueue } from './queue';
import type { Feed } from './runtime';
import type { Sessions } from './sessions';
import type { Weights } from './weights';

export interface Output {
  /** The hidden state as the projection takes it, after the final norm, [n, width]. */
  finish(hidden: Float32Array): Promise<Float32Array>;
  /** Logits of finished rows, [n, vocabulary]. Throws for a model without an output projection. */
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
  architecture: Architecture,
  sessions: Sessions,
): Output {
  const { width, vocabulary, output } = architecture;
  const queue = createQueue();
  const slot = weights.slot();

  const finish = async (hidden: Float32Array): Promise<Float32Array> => {
    const { graph, session } = await sessions.get('final', () => finalGraph(architecture));
    const feeds = await slot.fill(architecture.final, graph.inputs);
    const shape = [hidden.length / width, width];
    const results = await session.run({ ...feeds, hidden: { data: hidden, shape } });
    return results['finished']!;
  };

  /** One chunk is read while the one before is multiplied. `held` are those that were read before. */
  const logits = async (
    finished: Float32Array,
    held?: Map<number, Float32Array>,
  ): Promise<Float32Array> => {
    if (!output) throw new Error('the model has no output projection');
    const { session } = await sessions.get('logits', () => logitsGraph(architecture));
    const bias = output.bias && (await weights.range(output.bias, 0, new Float32Array(vocabulary)));
    const n = finished.length / width;
    const atOnce = held ? heldBytes : chunkBytes;
    const step = Math.max(1, Math.min(vocabulary, Math.floor(atOnce / (4 * width))));
    const buffers = [0, 1].map(() => new Float32Array(held ? 0 : step * width));
    const read = async (from: number) => {
      const known = held?.get(from);
      if (known) return known;
      const count = Math.min(step, vocabulary - from) * width;
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
    const all = new Float32Array(n * vocabulary);
    let next = readAhead(0);
    for (let from = 0; from < vocabulary; from += step) {
      const rows = await next;
      if (from + step < vocabulary) next = readAhead(from + step);
      const count = rows.length / width;
      const feeds: Record<string, Feed> = {
        finished: { data: finished, shape: [n, width] },
        rows: { data: rows, shape: [count, width] },
      };
      if (bias) feeds['bias'] = { data: bias.subarray(from, from + count), shape: [count] };
      const part = (await session.run(feeds))['logits']!;
      if (count === vocabulary) return part;
      for (let row = 0; row < n; row++) {
        all.set(part.subarray(row * count, (row + 1) * count), row * vocabulary + from);
      }
    }
    return all;
  };

  return {
    finish: (hidden) => queue.run(() => finish(hidden)),
    logits: (finished) => queue.run(() => logits(finished)),
    held() {
      const held =
        4 * vocabulary * width <= heldBytes ? new Map<number, Float32Array>() : undefined;
      return (finished) => queue.run(() => logits(finished, held));
    },
  };
}
