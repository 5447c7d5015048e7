import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notFiniteEvents } from '../../../../src/core/trace/notFinite';
import { held, type Recorded, type Recording } from '../../../../src/core/trace/recording';

const recordingOf = (tensors: readonly (readonly [string, Recorded])[]): Recording => ({
  model: { sentence: 'made', family: '' },
  tensors: new Map(tensors),
  labels: new Map(),
  events: [],
});

test('the first step that holds what is no number is told once per tensor', async () => {
  const values = Float32Array.of(1, 2, Infinity, 4, NaN, 6);
  const events = await notFiniteEvents(recordingOf([['state.h', held([3, 2], values)]]));
  assert.deepEqual(events, [{ step: 1, of: 'state.h', what: 'infinite', value: Infinity }]);
});

test('what is computed when somebody looks is not computed to be looked through', async () => {
  const derived: Recorded = {
    shape: [4],
    derived: true,
    read: () => assert.fail('it was computed'),
  };
  assert.deepEqual(await notFiniteEvents(recordingOf([['energy.level', derived]])), []);
});
