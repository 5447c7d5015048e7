import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import { createShapesService } from '../../../../src/engine/shapes/service';
import type { CheckpointTensor } from '../../../../src/protocol/shapes';

const root = mkdtempSync(path.join(tmpdir(), 'mnemoscope-binding-'));
after(() => rmSync(root, { recursive: true }));
const service = createShapesService(() => loadShapesParser(['python']));
const { signal } = new AbortController();

const code = `import torch
import torch.nn as nn
class Base(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
class Block(Base):
    def __init__(self, width):
        super().__init__(width)
        self.up = nn.Linear(width, 4 * width)
        self.register_buffer('mask', torch.zeros(9))
    def forward(self, x):
        return self.up(self.norm(x))
class Net(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.blocks = nn.ModuleList([Block(width) for _ in range(depth)])
        self.out = nn.Linear(width, 7)
    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.out(x)
`;
const lines = code.split('\n');
const lineOf = (text: string): number => lines.findIndex((line) => line.includes(text)) + 1;
const file = path.join(root, 'net.py');
writeFileSync(file, code);

const tensor = (name: string, ...shape: number[]): CheckpointTensor => ({
  name,
  dtype: 'float32',
  shape,
});
const block = (index: number): CheckpointTensor[] => [
  tensor(`blocks.${index}.norm.weight`, 6),
  tensor(`blocks.${index}.norm.bias`, 6),
  tensor(`blocks.${index}.up.weight`, 24, 6),
  tensor(`blocks.${index}.up.bias`, 24),
  tensor(`blocks.${index}.mask`, 9),
];
const whole = [...block(0), ...block(1), tensor('out.weight', 7, 6), tensor('out.bias', 7)];
const compare = async (tensors: readonly CheckpointTensor[]) =>
  service.compare({ root, file, checkpoint: 'net.pt', tensors }, signal);
const ownedAt = async (text: string, word: string) => {
  const line = lineOf(text);
  const column = lines[line - 1]!.indexOf(word);
  const found = await service.hover({ root, file, line, column, sizes: {} }, signal);
  return (found?.tensors ?? []).map(
    ({ name, count, shape }) => `${name} ${shape.join('×')} ${count}`,
  );
};

test('a checkpoint that the code makes has nothing missing and nothing else', async () => {
  assert.deepEqual(await compare(whole), {
    className: 'Net',
    isOpen: false,
    matched: 12,
    missing: [],
    unexpected: [],
    different: [],
  });
});

test('missing, unexpected and other shapes are told with the lines that set them', async () => {
  const found = await compare([
    ...whole.filter(({ name }) => !name.endsWith('norm.bias') && name !== 'out.weight'),
    tensor('out.weight', 8, 6),
    tensor('blocks.0.down.weight', 6, 24),
  ]);
  assert.deepEqual(found?.missing, [
    { name: 'blocks.*.norm.bias', line: lineOf('self.norm = nn.LayerNorm') },
  ]);
  assert.deepEqual(found?.unexpected, ['blocks.0.down.weight']);
  assert.deepEqual(found?.different, [
    {
      name: 'out.weight',
      code: [7, 'width'],
      checkpoint: [8, 6],
      line: lineOf('self.out = '),
    },
  ]);
});

test('a line of code names the tensors of the checkpoint that it owns', async () => {
  await compare(whole);
  assert.deepEqual(await ownedAt('self.up = ', 'up'), [
    'blocks.*.up.weight 24×6 2',
    'blocks.*.up.bias 24 2',
  ]);
  assert.deepEqual(await ownedAt('return self.up(', 'norm'), [
    'blocks.*.norm.weight 6 2',
    'blocks.*.norm.bias 6 2',
  ]);
  assert.deepEqual(await ownedAt('return self.out(x)', 'out'), [
    'out.weight 7×6 1',
    'out.bias 7 1',
  ]);
});

test('a checkpoint of another model is bound to nothing', async () => {
  assert.equal(await compare([tensor('encoder.weight', 3, 3)]), undefined);
  assert.deepEqual(await ownedAt('self.up = ', 'up'), []);
});
