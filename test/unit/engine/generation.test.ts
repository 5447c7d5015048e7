import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Generated } from '../../../src/engine/generation';
import { openModel } from '../../../src/engine/model';
import { createService } from '../../../src/engine/service';
import { difference, plainForward, tiny, tinyWeights, writeTiny } from './tinyGpt2';

const prompt = [3, 1, 4, 1, 5];

async function generated(count: number, signal = new AbortController().signal, ids = prompt) {
  const opened = await openModel(await writeTiny(tiny));
  const found: Generated[] = [];
  const { steps } = await opened.generate({ ids }, count, signal);
  for await (const step of steps) found.push(step);
  await opened.close();
  return found;
}

test('each token is the likeliest of the whole text so far, with the rows of attention that a full run gives', async () => {
  const steps = await generated(6);
  const ids = [...prompt];
  assert.equal(steps.length, 6);
  for (const { id, logits, rows } of steps) {
    const plain = plainForward(tiny, tinyWeights(tiny), ids);
    const expected = plain.logits.at(-1)!;
    assert.ok(difference(logits, expected) < 1e-5);
    assert.equal(id, expected.indexOf(Math.max(...expected)));
    for (const [layer, row] of rows.entries()) {
      const last = plain.attentions[layer]!.flatMap((head) => head.at(-1)!);
      assert.ok(difference(row, last) < 2e-6);
    }
    ids.push(id);
  }
});

test('generation ends where the context is full', async () => {
  const ids = Array.from({ length: tiny.context - 2 }, (_, place) => place % 11);
  assert.equal((await generated(100, undefined, ids)).length, 2);
});

test('generation that is cancelled ends after the token that is on its way', async () => {
  const abort = new AbortController();
  const opened = await openModel(await writeTiny(tiny));
  const { steps } = await opened.generate({ ids: prompt }, 100, abort.signal);
  let count = 0;
  while (!(await steps.next()).done) if (++count === 2) abort.abort();
  assert.equal(count, 2);
  const run = await opened.run({ ids: prompt });
  await run.ended;
  assert.equal(run.state.kind, 'done');
  await run.close();
  await opened.close();
});

test('two texts at once do not disturb each other', async () => {
  const alone = await generated(4);
  const opened = await openModel(await writeTiny(tiny));
  const both = [prompt, [7, 7, 7]].map(async (ids) => {
    const found: number[] = [];
    const { steps } = await opened.generate({ ids }, 4, new AbortController().signal);
    for await (const { id } of steps) found.push(id);
    return found;
  });
  const [first] = await Promise.all(both);
  assert.deepEqual(
    first,
    alone.map(({ id }) => id),
  );
  await opened.close();
});

test('the engine gives the text that is added, which reads on from the one before', async () => {
  const service = createService(() => undefined);
  const { signal } = new AbortController();
  const { id } = await service.open({ path: 'samples/induction/model.safetensors' }, signal);
  const text = 'the red fox finds the lamp , and the red fox';
  const call = { checkpoint: id, input: { text }, count: 3 };
  const { ids, text: added } = await service.generate(call, signal);
  assert.equal(ids.length, 3);
  assert.match(added ?? '', /^ finds the lamp/);
  const all = await service.tokenize({ checkpoint: id, text: text + added }, signal);
  assert.deepEqual(all.ids.slice(-3), ids);
  await service.close({ checkpoint: id }, signal);
});
