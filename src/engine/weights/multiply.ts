/** Blocks of a tensor times few directions, in the runtime that models run in. */
import { createGraph } from '../../core/graph/graph';
import type { Multiply } from '../../core/weights/spectrum';
import { runtime, type Session } from '../runtime';

/** float32, on every core; the session is made on first use and kept. */
export function createMultiply(): Multiply {
  let session: Promise<Session> | undefined;
  const load = async (): Promise<Session> => {
    const g = createGraph('directions');
    const block = g.input('block', 'float32', ['rows', 'inner']);
    const forth = g.matmul(block, g.input('directions', 'float32', ['inner', 'width']));
    const back = g.matmul(g.transpose(block, [1, 0]), forth);
    return (await runtime()).load(g.build({ forth, back }));
  };
  return async (block, rows, directions, width) => {
    session ??= load();
    const inner = block.length / rows;
    const { forth, back } = await (
      await session
    ).run({
      block: { data: block, shape: [rows, inner] },
      directions: { data: directions, shape: [inner, width] },
    });
    return { forth: forth!, back: back! };
  };
}
