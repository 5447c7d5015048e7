/** Looks at values of an open checkpoint, on whatever thread this runs. */
import type { Checkpoint, Tensor } from '../../core/checkpoint/checkpoint';
import { elementCount } from '../../core/checkpoint/dtype';
import { readTensor } from '../../core/checkpoint/values';
import { partElements } from '../../core/statistics/blocks';
import { createKernel, type Kernel } from '../../core/statistics/kernel';
import { countPart, lookAt } from '../../core/statistics/look';
import type { LookingMethods, Outcome } from '../../protocol/looking';
import type { Handlers } from '../../protocol/rpc';

/** What a call rejects with that was told to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  constructor() {
    super('stopped');
  }
}

/** `isStopped` is asked at least every few hundred KB. */
export function createLooking(
  checkpoint: Checkpoint,
  isStopped: () => boolean,
): Handlers<LookingMethods> {
  let made: Kernel | undefined;
  const kernel = () => (made ??= createKernel());
  const stop = (): void => {
    if (isStopped()) throw new Stopped();
  };
  const tensorOf = (name: string): Tensor => {
    const tensor = checkpoint.tensors.get(name);
    if (!tensor) throw new Error(`the checkpoint has no tensor ${JSON.stringify(name)}`);
    return tensor;
  };
  return {
    async look({ parts, how }) {
      const outcomes: Outcome<Awaited<ReturnType<typeof lookAt>>>[] = [];
      for (const part of parts) {
        stop();
        const looked = lookAt(tensorOf(part.tensor), part, how, kernel(), stop);
        outcomes.push(
          await looked.then(
            (ok) => ({ ok }),
            (error: Error) => {
              if (error instanceof Stopped) throw error;
              return { problem: error.message };
            },
          ),
        );
      }
      return outcomes;
    },
    count: ({ part, extremes }) => countPart(tensorOf(part.tensor), part, kernel(), extremes, stop),
    async areEqual({ first, second }) {
      const [a, b] = [tensorOf(first), tensorOf(second)];
      const count = elementCount(a.shape);
      // What must be unpacked as a whole is unpacked once.
      const whole = a.data.kind === 'decoded' || b.data.kind === 'decoded';
      const step = whole ? Math.max(1, count) : partElements;
      for (let start = 0; start < count; start += step) {
        stop();
        const range = { start, count: Math.min(step, count - start) };
        const bytes = await Promise.all([readTensor(a, range), readTensor(b, range)]);
        if (Buffer.compare(...bytes) !== 0) return false;
      }
      return true;
    },
  };
}
