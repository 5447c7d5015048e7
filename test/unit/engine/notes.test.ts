import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceChange } from '../../../src/core/trace/trace';
import { batchChanges } from '../../../src/engine/notes';

test('the first change is told at once, those soon after together, the end at once', async () => {
  const told: TraceChange[] = [];
  const change = batchChanges(1, ({ change }) => told.push(change));
  change({ blocks: ['a'] });
  assert.deepEqual(told, [{ blocks: ['a'] }]);
  change({ blocks: ['b'], state: { kind: 'running', done: 1, total: 3 } });
  change({ blocks: ['c'], series: ['s'], state: { kind: 'running', done: 2, total: 3 } });
  assert.equal(told.length, 1);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual(told[1], {
    blocks: ['b', 'c'],
    series: ['s'],
    state: { kind: 'running', done: 2, total: 3 },
  });
  change({ blocks: ['d'] });
  change({ state: { kind: 'done', milliseconds: 5 } });
  assert.deepEqual(told.slice(2), [
    { blocks: ['d'] },
    { state: { kind: 'done', milliseconds: 5 } },
  ]);
});
