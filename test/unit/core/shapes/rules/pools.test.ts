/** Pools of torch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

const model = (layer: string, call: string) => `
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = ${layer}

    def forward(self, x):
        b, c, h, w = x.shape
        return ${call}
`;
const layered = (layer: string) => answersOf(model(layer, 'self.pool(x)'));

test('a pool in ceil mode takes the window that only begins inside', async () => {
  const at = await layered('nn.MaxPool2d(3, stride=2, ceil_mode=True)');
  assert.equal(at('return self.^pool(x)'), '? [b, c, h // 2, w // 2]');
  const mean = await layered('nn.AvgPool2d(2, 2, 0, True)');
  assert.equal(mean('return self.^pool(x)'), '? [b, c, (h - 1) // 2 + 1, (w - 1) // 2 + 1]');
});

test('windows narrower than their steps may leave one out, so their number is not known', async () => {
  const at = await layered('nn.MaxPool2d(1, stride=3, ceil_mode=True)');
  assert.match(at('return self.^pool(x)') ?? '', /^\? \[b, c, [NM?], [NM?]\]$/);
});

test('a pool that is asked for places gives them beside its values', async () => {
  const at = await answersOf(
    model('None', 'x').replace(
      '        return x',
      '        y, at = F.max_pool2d(x, 2, 2), 1\n        z, at = nn.MaxPool2d(2, return_indices=True)(x)\n        return at',
    ),
  );
  assert.equal(at('^y, at ='), '? [b, c, h // 2, w // 2]');
  assert.equal(at('return ^at'), 'int64 [b, c, h // 2, w // 2]');
});
