import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { associative } from '../../../../src/core/memory/associative';
import { fastWeights } from '../../../../src/core/memory/fastWeights';
import { arraysOf, difference, fixtures, runModel, skip } from './runFamily';

for (const example of [0, 1]) {
  test(
    `fast weights, sequence ${example}: A, states and recall of the golden`,
    { skip },
    async () => {
      const folder = path.join(fixtures, 'own/fast-weights');
      const arrays = await arraysOf(path.join(folder, 'model.pt'));
      const golden = await arraysOf(path.join(folder, 'model.golden.safetensors'));
      const get = (name: string) => golden.get(`ex${example}.${name}`)!;
      const ran = runModel(fastWeights, arrays, {}, new Map([['ids', get('ids')]]));
      for (const [name, expected] of [
        ['memory.A', 'A'],
        ['state.h', 'hidden'],
        ['memory.inner', 'inner'],
        ['memory.slow', 'slow'],
        ['attention.past.0', 'recall'],
        ['output.logits', 'logits'],
      ] as const) {
        assert.ok(difference(await ran.values(name), get(expected).data) < 1e-4, name);
      }
      const [step] = get('recalled_step').data;
      assert.match(ran.recording.verdict!.text, new RegExp(`recalls step ${step} `));
    },
  );
}

test(
  'the linear associative memory recalls, and its cross-talk, as the golden',
  { skip },
  async () => {
    const folder = path.join(fixtures, 'own/linear-associative-memory');
    const arrays = await arraysOf(path.join(folder, 'memory.npz'));
    const golden = await arraysOf(path.join(folder, 'memory.golden.safetensors'));
    const ran = runModel(associative, arrays, {}, new Map([['queries', golden.get('queries')!]]));
    for (const [name, expected] of [
      ['output.y', 'recalled'],
      ['attention.overlap.0', 'key_overlap'],
      ['memory.cosine', 'cosine'],
      ['memory.best', 'best'],
    ] as const) {
      assert.ok(difference(await ran.values(name), golden.get(expected)!.data) < 1e-5, name);
    }
    assert.equal(
      ran.recording.verdict!.text,
      '12 of 12 queries recall the value of their nearest key',
    );
    const whole = await ran.values('memory.A');
    const last = whole.slice(-arrays.get('W')!.data.length);
    assert.ok(difference(last, arrays.get('W')!.data) < 1e-6);
  },
);
