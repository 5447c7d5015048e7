import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShapesService } from '../../../../src/engine/shapes/service';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import type { PausedFrame, TensorHover } from '../../../../src/protocol/shapes';

const lines = [
  'import torch',
  'import torch.nn as nn',
  'class Layer(nn.Module):',
  '    def __init__(self, wide):',
  '        super().__init__()',
  '        self.inner = nn.Linear(32, wide)',
  '        self.weight = load()',
  '    def forward(self, x, other):',
  '        B, T, C = x.shape',
  '        first = other.transpose(0, 1)',
  '        y = self.inner(x)',
  '        z = other @ self.weight',
  '        return y.transpose(1, 2), z',
  'def apart(other):',
  '    return other',
];
const frame: PausedFrame = {
  line: 11,
  tensors: [
    { name: 'x', dtype: 'float32', shape: [4, 16, 32] },
    { name: 'other', dtype: 'float16', shape: [3, 5] },
    { name: 'self.weight', dtype: 'float16', shape: [5, 7] },
  ],
  integers: { B: 4, T: 16, C: 32 },
};
const file = '/nowhere/model.py';
const place = { root: '/nowhere', file };
const service = createShapesService(
  (languages) => loadShapesParser(languages),
  undefined,
  (text) => assert.fail(text),
);
const { signal } = new AbortController();

const at = async (line: string, word: string, sizes = {}): Promise<TensorHover | undefined> => {
  const index = lines.findIndex((one) => one.includes(line));
  const column = lines[index]!.indexOf(word);
  const found = await service.hover({ ...place, line: index + 1, column, sizes }, signal);
  assert.ok(!found || 'shape' in found);
  return found;
};
const pause = async (...frames: readonly PausedFrame[]): Promise<void> => {
  await service.edit({ ...place, text: lines.join('\n') }, signal);
  await service.pause({ frames: frames.map((one) => ({ ...place, ...one })) }, signal);
};

test('the symbols of the code have the values of the program that is paused in it, before the chosen ones', async () => {
  await pause(frame);
  const found = await at('y = self.inner', 'y', { B: 1, wide: 64 });
  assert.deepEqual(found?.shape.slice(0, 2), ['B', 'T']);
  assert.deepEqual(found?.concrete?.shape.slice(0, 2), [4, 16]);
  assert.deepEqual(found?.concrete?.paused, ['B', 'T']);
  assert.deepEqual((await at('return y', 'transpose'))?.concrete?.shape.slice(-1), [16]);
});

test('what the code says nothing of is what the program holds, and so is what is made of it', async () => {
  await pause();
  assert.equal((await at('z = other', 'z'))?.concrete, undefined);
  await pause(frame);
  const product = await at('z = other', 'z');
  assert.deepEqual([product?.dtype, product?.shape], ['float16', [3, 7]]);
  assert.deepEqual((await at('z = other', 'other'))?.shape, [3, 5]);
  assert.deepEqual((await at('first = other', 'transpose'))?.shape, [5, 3]);
  assert.deepEqual((await at('z = other', 'weight'))?.shape, [5, 7]);
});

test('it says nothing of other functions, and nothing any more when it goes on', async () => {
  await pause(frame);
  assert.equal(await at('return other', 'other'), undefined);
  await pause();
  assert.equal((await at('y = self.inner', 'y'))?.concrete, undefined);
});
