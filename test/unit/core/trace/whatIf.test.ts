import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ntm } from '../../../../src/core/memory/ntm';
import { entropy, holds } from '../../../../src/core/trace/search';
import { address, cosines, scoresOf } from '../../../../src/core/trace/whatIf';
import { arraysOf, difference, type Ran, runModel } from '../memory/runFamily';

const head = 'memory.head0.';
/** One step of what the first head of the fixture did. */
async function stepOf(ran: Ran, step: number) {
  const part = async (name: string) => {
    const values = await ran.values(name);
    const [steps = 1] = ran.recording.tensors.get(name)!.shape;
    const size = values.length / steps;
    return values.slice(step * size, (step + 1) * size);
  };
  const [up, stay, down] = await part(`${head}shift`);
  const one = async (name: string) => (await part(head + name))[0]!;
  const own = {
    beta: await one('beta'),
    gate: await one('gate'),
    gamma: await one('gamma'),
    shift: [up!, stay!, down!] as const,
  };
  const scores = cosines(await part(`${head}key`), await part('memory.M'));
  return { own, scores, part };
}

test('with its own numbers a head addresses what it did, at every stage', async () => {
  const ran = runModel(ntm, await arraysOf('test/fixtures/memory/ntm_a.safetensors'));
  for (const step of [0, 1, 7]) {
    const { own, scores, part } = await stepOf(ran, step);
    const w = await ran.values(`${head}w`);
    const slots = scores.length;
    const previous =
      step === 0 ? new Float32Array(slots) : w.slice((step - 1) * slots, step * slots);
    const { content, gated, shifted, sharpened } = address(scores, previous, own);
    for (const [found, name] of [
      [content, 'w_content'],
      [gated, 'w_gated'],
      [shifted, 'w_shifted'],
      [sharpened, 'w'],
    ] as const) {
      const apart = difference(found, await part(head + name));
      assert.ok(apart < 1e-5, `step ${step}, ${name}: ${apart}`);
    }
  }
});

test('scores taken back from a content weighting give it again, at another strength too', async () => {
  const ran = runModel(ntm, await arraysOf('test/fixtures/memory/ntm_a.safetensors'));
  const { own, scores, part } = await stepOf(ran, 5);
  const back = scoresOf(await part(`${head}w_content`), own.beta)!;
  const none = new Float32Array(scores.length);
  const turned = { ...own, beta: 2 * own.beta };
  const apart = difference(
    address(back, none, turned).content,
    address(scores, none, turned).content,
  );
  assert.ok(apart < 1e-5, String(apart));
  assert.equal(scoresOf(back, 0), undefined);
});

test('a closed gate and a shift of one slot move the weighting before, around the end', () => {
  const previous = Float32Array.of(0, 0, 0, 1);
  const moved = address(new Float32Array(4), previous, {
    beta: 1,
    gate: 0,
    shift: [1, 0, 0],
    gamma: 1,
  });
  assert.deepEqual([...moved.sharpened], [1, 0, 0, 0]);
});

test('conditions hold for a weight on a slot, for few slots, and for what is not finite', () => {
  const sharp = Float32Array.of(0, 0.95, 0.05);
  assert.ok(holds(sharp, { kind: 'weight', least: 0.9 }));
  assert.ok(holds(sharp, { kind: 'weight', least: 0.9, slot: 1 }));
  assert.ok(!holds(sharp, { kind: 'weight', least: 0.9, slot: 2 }));
  assert.ok(!holds(sharp, { kind: 'weight', least: 0.9, slot: 7 }));
  assert.ok(holds(sharp, { kind: 'entropy', below: 0.3 }));
  assert.ok(!holds(Float32Array.of(0.5, 0.5), { kind: 'entropy', below: 0.69 }));
  assert.ok(Math.abs(entropy(Float32Array.of(0.25, 0.25)) - Math.LN2) < 1e-7);
  assert.ok(holds(Float32Array.of(0, NaN), { kind: 'notFinite' }));
  assert.ok(!holds(sharp, { kind: 'notFinite' }));
});
