import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ntm } from '../../../src/core/memory/ntm';
import { traceOf } from '../../../src/core/trace/traceOf';
import { parseNumbers, withRows, writeNumbers } from '../../../webview/inputs/parse';
import { hasMemory, isAttention, viewFor } from '../../../webview/kinds';
import { cropOf, rowOf, slotAt } from '../../../webview/memory/crop';
import { heightsOf, stripsOf } from '../../../webview/memory/stripList';
import { arraysOf, runModel } from '../core/memory/runFamily';

const touched = (slots: number, ...at: readonly number[]): boolean[] =>
  Array.from({ length: slots }, (_, slot) => at.includes(slot));

test('slots that were never touched are left out, with one more on each side', () => {
  const crop = cropOf(touched(128, 40, 41, 50));
  assert.deepEqual(crop, { first: 39, count: 13, slots: 128 });
  assert.equal(slotAt(crop, 0), 39);
  assert.equal(rowOf(crop, 50), 11);
  assert.equal(rowOf(crop, 60), undefined);
});

test('a run that goes around the end of the memory stays in one piece', () => {
  const crop = cropOf(touched(128, 121, 127, 0, 10));
  assert.deepEqual([slotAt(crop, 0), slotAt(crop, crop.count - 1)], [120, 11]);
  assert.equal(rowOf(crop, 0), 8);
});

test('where most slots are touched, or none, all are shown', () => {
  assert.equal(cropOf(touched(10, 0, 2, 4, 6, 8)).count, 10);
  assert.equal(cropOf(touched(10)).count, 10);
  assert.equal(cropOf([]).count, 0);
});

test('strips share the room, and those of few rows stay readable bit by bit', () => {
  const heights = heightsOf([9, 8, 128, 20, 128], 700);
  assert.ok(heights.reduce((sum, one) => sum + one, 0) <= 700);
  assert.deepEqual(heights.slice(0, 2), [54, 48]);
  assert.ok(heights[2]! > 2 * heights[3]!);
});

test('the strips of a Turing machine stand in the order of the paper', async () => {
  const { recording } = runModel(ntm, await arraysOf('test/fixtures/memory/ntm_a.safetensors'));
  const trace = traceOf(recording, 'checkpoint', (_, read) => read());
  const steps = trace.blocks[0]!.rows.length;
  const strips = stripsOf(trace, steps, () => () => Promise.reject(new Error('nothing is read')));
  const writing = ['write weighting', 'write add', 'write erase'];
  const reading = ['read weighting', 'read read'];
  assert.deepEqual(
    strips.filter(({ isUsual }) => isUsual).map(({ role, block }) => `${block?.act ?? ''} ${role}`),
    [' output', ...writing, ...writing, ...reading, ...reading],
  );
  assert.ok(hasMemory(trace));
  assert.ok(!trace.blocks.some(isAttention));
  assert.equal(viewFor(trace), 'memory');
});

test('typed numbers come back as they were, and what is wrong with them is said', () => {
  const typed = { shape: [2, 3], values: [0, 1, 0.5, 1, -2, 0] };
  assert.deepEqual(parseNumbers(writeNumbers(typed), 2), typed);
  assert.deepEqual(parseNumbers('1, 2\n3', 1), { shape: [3], values: [1, 2, 3] });
  assert.deepEqual(parseNumbers('1 two', 2), { problem: 'number', at: 'two' });
  assert.deepEqual(parseNumbers('1 2\n\n3', 2), { problem: 'row', at: '3' });
  assert.deepEqual(parseNumbers(' \n', 2), { problem: 'empty', at: '' });
  assert.deepEqual(withRows(typed, 3).values.slice(6), [0, 0, 0]);
  assert.deepEqual(withRows(typed, 1), { shape: [1, 3], values: [0, 1, 0.5] });
});
