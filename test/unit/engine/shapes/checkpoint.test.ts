import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAnalysis } from '../../../../src/core/shapes';
import { compareWithCheckpoint, type NamedShape } from '../../../../src/engine/shapes/checkpoint';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';

const code = `import torch
import torch.nn as nn
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.mix = nn.MultiheadAttention(width, 2)
        self.norm = nn.LayerNorm(width)
    def forward(self, x):
        return self.norm(self.mix(x, x, x)[0])
class Net(nn.Module):
    def __init__(self, words, width, depth):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.blocks = nn.ModuleList([Block(width) for _ in range(depth)])
        self.out = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, words))
        self.scale = nn.Parameter(torch.ones(width))
        self.register_buffer('mask', torch.zeros(9, 9))
        self.register_buffer('not_kept', torch.zeros(9), persistent=False)
        self.head = nn.Linear(width, words, bias=False)
        self.head.weight = self.embed.weight
    def forward(self, x):
        x = self.embed(x) * self.scale
        for block in self.blocks:
            x = block(x)
        return self.head(x), self.out(x)
`;
const tensors = (width: number, prefix = ''): NamedShape[] =>
  (
    [
      ['embed.weight', [30, width]],
      ...[0, 1].flatMap((block): [string, number[]][] => [
        [`blocks.${block}.mix.in_proj_weight`, [3 * width, width]],
        [`blocks.${block}.mix.in_proj_bias`, [3 * width]],
        [`blocks.${block}.mix.out_proj.weight`, [width, width]],
        [`blocks.${block}.mix.out_proj.bias`, [width]],
        [`blocks.${block}.norm.weight`, [width]],
        [`blocks.${block}.norm.bias`, [width]],
      ]),
      ['out.0.weight', [4 * width, width]],
      ['out.0.bias', [4 * width]],
      ['out.2.weight', [30, 4 * width]],
      ['out.2.bias', [30]],
      ['scale', [width]],
      ['mask', [9, 9]],
    ] as [string, number[]][]
  ).map(([name, shape]) => ({ name: prefix + name, shape }));

async function netState() {
  const parser = await loadShapesParser(['python']);
  const found = { find: () => undefined, callers: [], cache: new Map() };
  const source = { module: 'model', file: 'model.py', text: code };
  const analysis = openAnalysis({ parser, ...found }, source);
  const forward = analysis
    .places()
    .find(({ fn, cls }) => fn.name === 'forward' && cls?.name === 'Net');
  return analysis.state(forward!)!;
}

test('the names and sizes of a module tree are those of its checkpoint, shared tensors once', async () => {
  const state = await netState();
  assert.equal(state.isOpen, false);
  for (const prefix of ['', 'module.']) {
    const found = compareWithCheckpoint(state.tensors, tensors(8, prefix));
    assert.deepEqual([found.missing, found.unexpected, found.different], [[], [], []]);
    assert.equal(found.matched, tensors(8).length);
    assert.equal(found.prefix, prefix);
    assert.ok(Object.values(found.sizes).includes(30) && Object.values(found.sizes).includes(8));
  }
});

test('what load_state_dict would refuse is named: missing, unexpected, of another shape', async () => {
  const { tensors: own } = await netState();
  const given = tensors(8).map(({ name, shape }) => ({
    name: name.replace('out.2.bias', 'out.3.bias'),
    shape: name === 'out.0.bias' ? [31] : shape,
  }));
  const found = compareWithCheckpoint(own, given);
  assert.deepEqual(found.missing, ['out.2.bias']);
  assert.deepEqual(found.unexpected, ['out.3.bias']);
  assert.deepEqual(
    found.different.map(({ name, checkpoint }) => [name, checkpoint]),
    [['out.0.bias', [31]]],
  );
});

test('a tensor that one of the blocks lacks is named by the number of the block', async () => {
  const { tensors: own } = await netState();
  const given = tensors(8).filter(({ name }) => name !== 'blocks.1.norm.bias');
  assert.deepEqual(compareWithCheckpoint(own, given).missing, ['blocks.1.norm.bias']);
});

test('a checkpoint that holds more than the model is compared with the part that the model has', async () => {
  const { tensors: own } = await netState();
  const given = [
    ...tensors(8, 'state_dict.model._orig_mod.'),
    { name: 'state_dict.criterion.weight', shape: [4] },
  ];
  const found = compareWithCheckpoint(own, given);
  assert.deepEqual([found.missing, found.different], [[], []]);
  assert.deepEqual(found.unexpected, ['state_dict.criterion.weight']);
  assert.equal(found.prefix, 'state_dict.model._orig_mod.');
});

test('a size is what most of the weights say, so that the one that differs is named', async () => {
  const { tensors: own } = await netState();
  const given = tensors(8).map(({ name, shape }) => ({
    name,
    shape: name === 'embed.weight' ? [31, 8] : shape,
  }));
  const names = compareWithCheckpoint(own, given).different.map(({ name }) => name);
  assert.deepEqual(names, ['embed.weight']);
});
