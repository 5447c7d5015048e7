import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headRetrieval } from '../../../../src/core/trace/energyRetrieval';

const softmax = (scaled: readonly number[]): number[] => {
  const sum = scaled.reduce((total, value) => total + Math.exp(value), 0);
  return scaled.map((value) => Math.exp(value) / sum);
};

test('one key, a few keys and all keys are told apart', () => {
  assert.equal(headRetrieval([0.02, 0.95, 0.03]).kind.kind, 'single');
  assert.equal(headRetrieval([0.25, 0.25, 0.25, 0.25]).kind.kind, 'global');
  const few = headRetrieval([0.5, 0.45, 0.01, 0.01, 0.01, 0.01, 0.01]).kind;
  assert.deepEqual(few, { kind: 'metastable', patterns: [0, 1] });
});

test('keys that a mask hides are no patterns', () => {
  const { keys, kind, effective } = headRetrieval([0.5, 0.5, 0, 0, 0, 0]);
  assert.equal(keys, 2);
  assert.equal(kind.kind, 'global');
  assert.ok(Math.abs(effective - 2) < 1e-12);
});

test('the separation is that of the scores, and the energy follows from them', () => {
  const beta = 1 / Math.sqrt(64);
  const products = [3, 19, 11];
  const scaled = products.map((value) => beta * value);
  const { separation, energy } = headRetrieval(softmax(scaled), beta, scaled);
  assert.ok(Math.abs(separation! - 8) < 1e-9);
  const lse = Math.log(scaled.reduce((sum, value) => sum + Math.exp(value), 0)) / beta;
  assert.ok(Math.abs(energy! + lse) < 1e-9);
});

test('without scores there is no energy, without β no separation', () => {
  const { separation, energy } = headRetrieval([0.7, 0.3]);
  assert.equal(separation, undefined);
  assert.equal(energy, undefined);
});
