/** A step before or after the blocks: the norm after the last one, what is done to an embedding, a transform of a head. */
import type { Stage } from '../core/model/architecture';
import { stageGraph } from '../core/model/programs';
import { createQueue } from './queue';
import type { Loaded } from './sessions';
import type { Weights } from './weights';

/** x [n, from] → [m, to]. */
export type RunStage = (x: Float32Array) => Promise<Float32Array>;

/** `key`: under which its session is kept. */
export function createStage(
  weights: Weights,
  stage: Stage,
  sessions: Loaded,
  key: string,
): RunStage {
  const queue = createQueue();
  const slot = weights.slot();
  return (x) =>
    queue.run(async () => {
      const { graph, session } = await sessions.get(key, () => stageGraph(stage));
      const feeds = await slot.fill(stage.parameters, graph.inputs);
      const shape = [x.length / stage.from, stage.from];
      const results = await session.run({ ...feeds, hidden: { data: x, shape } });
      return results['finished']!;
    });
}
