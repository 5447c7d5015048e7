import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse, type SourceFile } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import { answersOf } from './shapesOf';

test('what is not known at the end of a long way takes nothing from what a nearer call shows', async () => {
  const file = (module: string, text: string): SourceFile => ({
    module,
    file: `${module}.py`,
    text,
  });
  const model = file('model', 'def double(x):\n    return x * 2\n');
  const near = file(
    'near',
    'import torch\nfrom model import double\ndef run(n: int):\n    return double(torch.zeros(n, 3))\ndef other(x):\n    return double(x)\n',
  );
  const far = file('far', 'from near import other\ndef main(path):\n    other(read(path))\n');
  const files = [model, near, far];
  const shapes = async (isFar: boolean) =>
    analyse(
      {
        parser: await loadShapesParser(['python']),
        cache: new Map(),
        find: (name) => files.find(({ module }) => module === name),
        callers: [near, far],
        ...(isFar ? { far: new Set([far]) } : {}),
      },
      model,
    ).map(({ shape }) => shape.length);
  assert.deepEqual(await shapes(true), [2, 2, 2]);
  assert.deepEqual(await shapes(false), []);
});

test('a call keeps what was known of an argument in the branch that it is made in', async () => {
  const at = await answersOf(`
import torch

def double(y: torch.Tensor):
    return y * 2

def use(x: torch.Tensor, flag):
    if flag:
        batch, length, width = x.shape
        return double(x)
    return x
`);
  assert.equal(at('return ^y * 2'), '? [y₀, y₁, y₂]');
});

test('a field that is annotated as a number is one, where its object is made of an unknown dict', async () => {
  const at = await answersOf(`
import torch
from torch import nn
from dataclasses import dataclass

@dataclass
class Sizes:
    width: int
    depth: int

class Model(nn.Module):
    def __init__(self, sizes: Sizes):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(sizes.width, sizes.depth))
    def forward(self):
        return self.weight * 2

def load(path):
    return Model(Sizes(**torch.load(path)))()
`);
  assert.match(at('return ^self.weight * 2') ?? at('self.^weight * 2') ?? '', /width, .*depth/);
});

test('a method that overrides one without a word of its own is documented as that one', async () => {
  const at = await answersOf(`
from torch import Tensor

class Filter:
    def apply(self, logits: Tensor, total: Tensor):
        """
        logits : Tensor, shape = (n_batch, vocab_size)
        total : Tensor, shape = (n_batch)
        """
        raise NotImplementedError

class Blank(Filter):
    def apply(self, logits: Tensor, total: Tensor):
        return logits * 2, total + 1
`);
  assert.equal(at('return ^logits * 2'), '? [n_batch, vocab_size]');
  assert.equal(at('2, ^total + 1'), '? [n_batch]');
});

test('an index behind a name in a docstring is no shape', async () => {
  const at = await answersOf(`
def rotate(cos, y):
    """
    Args:
        y: what is turned by
            cos[position_ids] and so on.
    """
    return cos + 1
`);
  assert.equal(at('return ^cos + 1'), undefined);
});
