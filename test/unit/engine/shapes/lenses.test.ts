import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShapesService } from '../../../../src/engine/shapes/service';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import type { ShapeLens, Sizes } from '../../../../src/protocol/shapes';

const service = createShapesService(
  (languages) => loadShapesParser(languages),
  undefined,
  (text) => assert.fail(text),
);
const { signal } = new AbortController();
async function lenses(text: string, sizes: Sizes = {}): Promise<readonly ShapeLens[]> {
  const place = { root: '/nowhere', file: '/nowhere/model.py' };
  await service.edit({ ...place, text }, signal);
  return service.lenses({ ...place, sizes }, signal);
}

const keras = `import tensorflow as tf

class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.wide = tf.keras.layers.Dense(7)
    def call(self, x):
        batch, width = x.shape
        return self.wide(x)
`;
test('what a Keras model takes stands above its call', async () => {
  const [lens] = await lenses(keras, { batch: 2, width: 5 });
  assert.deepEqual([lens?.line, lens?.flops], [7, 2 * 2 * 5 * 7]);
});

const torch = `from dataclasses import dataclass
import torch.nn as nn

@dataclass
class Config:
    width: int = 768

class Net(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.wide = nn.Linear(config.width, 2)
    def forward(self, x):
        return self.wide(x)
`;
test('parameters are a number where the code says its sizes, and follow the ones that are chosen', async () => {
  const [lens] = await lenses(torch);
  assert.deepEqual([lens?.line, lens?.parameters], [8, 2 * 768 + 2]);
  const [other] = await lenses(torch, { width: 5 });
  assert.equal(other?.parameters, 2 * 5 + 2);
});
