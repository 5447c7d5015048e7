import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { cells } from '../../../../src/core/memory/cells/cells';
import { arraysOf, difference, fixtures, runModel, skip } from './runFamily';

for (const name of ['cell-gru', 'cell-lstm-2layer-bi', 'cell-rnn-tanh']) {
  test(`${name}: every gate and output within 1e-5 of torch`, { skip }, async () => {
    const folder = path.join(fixtures, 'own', name);
    const arrays = await arraysOf(path.join(folder, 'model.pt'));
    const golden = await arraysOf(path.join(folder, 'model.golden.safetensors'));
    const ran = runModel(cells, arrays, {}, new Map([['x', golden.get('ex0.x')!]]));
    assert.ok(difference(await ran.values('output.y'), golden.get('ex0.y')!.data) < 1e-5);
    for (const [tensor, { data }] of golden) {
      const gate = /^ex0\.l(\d)\.(.+)$/.exec(tensor);
      if (!gate) continue;
      const found = await ran.values(`state.${gate[1]}.${gate[2]}`);
      assert.ok(difference(found, data) < 1e-5, tensor);
    }
  });
}

test('Keras weights run in their own gate order, GRU with reset_after', { skip }, async () => {
  const folder = path.join(fixtures, 'own/keras-order-cells');
  const arrays = await arraysOf(path.join(folder, 'weights.npz'));
  const golden = await arraysOf(path.join(folder, 'weights.golden.safetensors'));
  const ran = runModel(cells, arrays, {}, new Map([['x', golden.get('x')!]]));
  for (const [tensor, { data }] of golden) {
    const gate = /^(lstm|gru)\.(.+)$/.exec(tensor);
    if (!gate) continue;
    const found = await ran.values(`state.${gate[1] === 'lstm' ? 0 : 1}.fwd.${gate[2]}`);
    assert.ok(difference(found, data) < 1e-5, tensor);
  }
});
