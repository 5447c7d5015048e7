import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceChange } from '../../../src/core/trace/trace';
import { openModel } from '../../../src/engine/model';
import { startRollout } from '../../../src/engine/rollout';
import { difference, plainForward, tiny, tinyWeights, writeTiny } from './tinyGpt2';

/** By the equation, over nested lists: R = (½ mean of the heads + ½ I) · R of the layer below. */
function expectedRollouts(attentions: readonly number[][][][]): number[][][] {
  const rollouts: number[][][] = [];
  for (const heads of attentions) {
    const n = heads[0]!.length;
    const places = Array.from({ length: n }, (_, place) => place);
    const passed = places.map((i) =>
      places.map((k) => {
        const mean = heads.reduce((sum, head) => sum + head[i]![k]!, 0) / heads.length;
        return (mean + (i === k ? 1 : 0)) / 2;
      }),
    );
    const below = rollouts.at(-1) ?? places.map((i) => places.map((j) => (i === j ? 1 : 0)));
    rollouts.push(
      passed.map((row) =>
        places.map((j) => row.reduce((sum, share, k) => sum + share * below[k]![j]!, 0)),
      ),
    );
  }
  return rollouts;
}

const ids = [3, 10, 6, 2, 9, 5];

test('the rollout of a run is a trace whose layers arrive one by one', async () => {
  const opened = await openModel(await writeTiny(tiny));
  const run = await opened.run({ ids });
  const rollout = startRollout(run);
  const told: TraceChange[] = [];
  rollout.on((change) => told.push(change));
  const expected = expectedRollouts(plainForward(tiny, tinyWeights(tiny), ids).attentions);
  for (const { layer, weighting } of rollout.blocks) {
    assert.ok(difference(await weighting.values(), expected[layer!]!.flat()) < 2e-6);
  }
  assert.equal(rollout.state.kind, 'done');
  assert.deepEqual(
    told.flatMap(({ blocks = [] }) => blocks),
    ['rollout.0.0', 'rollout.1.0'],
  );
  await rollout.close();
  await run.close();
  await opened.close();
});

test('a cancelled rollout says how far it came, and its other layers say why they are not there', async () => {
  const opened = await openModel(await writeTiny(tiny));
  const run = await opened.run({ ids });
  const rollout = startRollout(run);
  rollout.cancel();
  await assert.rejects(rollout.blocks[1]!.weighting.values(), /ended before this layer/);
  assert.deepEqual(rollout.state, { kind: 'cancelled', done: 0, total: 2 });
  await rollout.close();
  await run.close();
  await opened.close();
});

test('a run without self-attention has no rollout', async () => {
  const opened = await openModel(await writeTiny(tiny));
  const run = await opened.run({ ids });
  assert.throws(() => startRollout({ ...run, blocks: [] }), /no self-attention/);
  await run.close();
  await opened.close();
});
