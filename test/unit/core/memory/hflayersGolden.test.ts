import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { hflayers } from '../../../../src/core/memory/hopfield/hflayers';
import { arraysOf, difference, fixtures, runModel, skip } from './runFamily';

test('associations and outputs of hflayers, heads and β from the config', { skip }, async () => {
  const folder = path.join(fixtures, 'third-party/hflayers-random');
  const arrays = await arraysOf(path.join(folder, 'model.pt'));
  const golden = await arraysOf(path.join(folder, 'golden.golden.safetensors'));
  const config = { num_heads: 2, scaling: 0.5, update_steps_max: 3 };
  const ran = runModel(hflayers, arrays, {}, new Map([['x', golden.get('x')!]]), config);
  const association = await ran.values('attention.module.0');
  assert.ok(difference(association, golden.get('association')!.data) < 1e-5);
  assert.ok(difference(await ran.values('output.y'), golden.get('out')!.data) < 1e-5);

  const options = { heads: '2', beta: '0.5', steps: '3' };
  const set = runModel(hflayers, arrays, options, new Map([['x', golden.get('x')!]]));
  assert.equal(difference(await set.values('output.y'), await ran.values('output.y')), 0);
});
