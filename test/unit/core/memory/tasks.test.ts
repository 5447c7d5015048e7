import assert from 'node:assert/strict';
import test from 'node:test';
import { seeded } from '../../../../src/core/memory/random';
import { findSetting } from '../../../../src/core/memory/selfTest';
import { rowsOf, tasksOf, type Feed } from '../../../../src/core/memory/tasks';
import { verdictOf } from '../../../../src/core/memory/verdict';

for (const feed of ['marker', 'brackets'] as Feed[]) {
  for (const task of tasksOf(feed)) {
    test(`the answer to ${task.name} is told from its input alone (${feed})`, () => {
      for (const seed of [1, 2, 3]) {
        const { x, answer } = task.make(6, task.lengths[1], seeded(seed));
        assert.equal(x.shape[1], 6 + task.more);
        assert.deepEqual(task.answer(rowsOf(x), 6), answer);
      }
    });

    test(`an input that is not ${task.name} has no answer (${feed})`, () => {
      const { x } = task.make(6, task.lengths[1], seeded(4));
      const spoiled = { ...x, data: x.data.slice() };
      spoiled.data[spoiled.data.length - 1] = 1;
      spoiled.data[spoiled.data.length - 2] = 0.3;
      assert.equal(task.answer(rowsOf(spoiled), 6), undefined);
    });
  }
}

test('copy feeds the rows, the marker, then silence', () => {
  const [copy] = tasksOf('marker');
  const { x, answer } = copy!.make(2, 2, seeded(9));
  const [a, b, c, d] = answer.target;
  assert.deepEqual([...x.data], [a, b, 0, c, d, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
});

test('a verdict counts vectors and bits', () => {
  const answer = { task: 'copy', target: Float32Array.of(1, 0, 0, 1), rows: 2 } as const;
  const right = verdictOf(Float32Array.of(0.4, 0.4, 0.9, 0.1, 0.2, 0.8), answer);
  assert.deepEqual([right.good, right.text], [true, 'copied 2 of 2 vectors, 0 bit errors']);
  const wrong = verdictOf(Float32Array.of(0.9, 0.1, 0.2, 0.3), answer);
  assert.deepEqual([wrong.good, wrong.text], [false, 'copied 1 of 2 vectors, 1 of 4 bits wrong']);
  const broken = verdictOf(Float32Array.of(NaN, NaN, 0, 1), answer);
  assert.equal(broken.text, 'copied 1 of 2 vectors, 2 of 4 bits wrong');
});

test('a self-test finds the setting that does the task, and the task', () => {
  const tasks = tasksOf('marker');
  const [copy] = tasks;
  const found = findSetting(['good', 'bad'], tasks, 4, (setting, x) => {
    const answer = copy!.answer(rowsOf(x), 4);
    return setting === 'bad' || !answer ? new Float32Array(400) : answer.target;
  });
  assert.equal(found?.variant, 'good');
  assert.equal(found?.task?.name, 'copy');
  assert.match(found!.scores, /^good 0 of 80 bits wrong, bad \d+$/);
});

test('a self-test that nothing passes keeps the first setting', () => {
  const found = findSetting(['first', 'second'], tasksOf('marker'), 4, () => new Float32Array(400));
  assert.equal(found?.variant, 'first');
  assert.equal(found?.decided, false);
  assert.equal(found?.task, undefined);
});
