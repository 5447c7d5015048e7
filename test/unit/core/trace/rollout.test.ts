import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addHead, rollOut, selfLayers } from '../../../../src/core/trace/rollout';
import type { AccessBlock } from '../../../../src/core/trace/trace';

function all(mean: readonly number[], before: Float32Array | undefined, n: number): Float32Array {
  const steps = rollOut(Float32Array.from(mean), before, n);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
const rounded = (values: Float32Array): number[] => [...values].map((v) => Number(v.toFixed(6)));

test('one layer is half its mean attention and half the token itself', () => {
  assert.deepEqual(rounded(all([1, 0, 0.5, 0.5], undefined, 2)), [1, 0, 0.25, 0.75]);
});

test('two layers are the product of what each passes on, and rows still sum to 1', () => {
  const first = all([1, 0, 0, 0.5, 0.5, 0, 0.2, 0.3, 0.5], undefined, 3);
  const second = all([1, 0, 0, 1, 0, 0, 0, 1, 0], first, 3);
  // Row 2: ½ of row 1 of the first layer, ½ of its row 2.
  assert.deepEqual(rounded(second).slice(6), [0.175, 0.45, 0.375]);
  for (const i of [0, 1, 2]) {
    const sum = rounded(second)
      .slice(3 * i, 3 * i + 3)
      .reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6);
  }
});

test('heads count alike', () => {
  const mean = new Float32Array(2);
  addHead(mean, Float32Array.of(1, 0), 2);
  addHead(mean, Float32Array.of(0, 1), 2);
  assert.deepEqual([...mean], [0.5, 0.5]);
});

test('only layers over one sequence roll out: encoder and decoder each, never what crosses', () => {
  const axis = (kind: 'token' | 'slot', length: number) => ({ kind, length });
  const block = (
    id: string,
    layer: number,
    rows: number,
    columns: number,
    kind: 'token' | 'slot',
  ) =>
    ({
      id,
      layer,
      rows: axis(kind, rows),
      columns: axis('token', columns),
      normalised: 'rows',
    }) as unknown as AccessBlock;
  const layers = selfLayers([
    block('encoder.1.0', 1, 3, 3, 'token'),
    block('encoder.0.0', 0, 3, 3, 'token'),
    block('encoder.0.1', 0, 3, 3, 'token'),
    block('decoder.0.0', 0, 2, 2, 'token'),
    block('cross.0.0', 0, 2, 3, 'token'),
    block('self.0.0', 0, 3, 3, 'slot'),
  ]);
  assert.deepEqual(
    layers.map(({ kind, layer, heads }) => [kind, layer, heads.length]),
    [
      ['decoder', 0, 1],
      ['encoder', 0, 2],
      ['encoder', 1, 1],
    ],
  );
});
