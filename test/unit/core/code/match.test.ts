import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { matchCode } from '../../../../src/core/code/match';
import { readClasses } from '../../../../src/core/code/python';

const sample = readFileSync('samples/induction/model.py', 'utf8');
const lineOf = (text: string, code: string): number =>
  text.split('\n').findIndex((line) => line.includes(code)) + 1;
const names = [
  'transformer.wte.weight',
  'transformer.h.0.ln_1.weight',
  'transformer.h.0.attn.c_attn.weight',
  'transformer.h.1.attn.c_attn.bias',
  'transformer.h.1.mlp.c_fc.weight',
  'transformer.ln_f.weight',
];
const other = `
import torch.nn as nn

class Small(nn.Module):
    def __init__(self):
        self.fc1 = nn.Linear(3, 4)
        self.fc2 = nn.Linear(4, 5)
`;

test('the class whose attributes spell the tensor names is found among others', () => {
  const classes = [...readClasses('other.py', other), ...readClasses('model.py', sample)];
  const match = matchCode(names, classes);
  assert.equal(match?.place.className, 'GPT');
  assert.equal(match?.place.line, lineOf(sample, 'class GPT'));
  assert.equal(match?.score, 1);
});

test('a tensor leads to the line that makes its layer, in the class that owns it', () => {
  const match = matchCode(names, readClasses('model.py', sample));
  const place = match?.find('transformer.h.1.mlp.c_fc.weight');
  assert.deepEqual(place, {
    file: 'model.py',
    line: lineOf(sample, 'self.c_fc = '),
    className: 'MLP',
  });
  assert.equal(match?.find('transformer.wte.weight')?.line, lineOf(sample, 'wte=nn.Embedding'));
});

test('a head leads to the line that computes attention', () => {
  const match = matchCode(names, readClasses('model.py', sample));
  const place = match?.findAttention('transformer.h.0.attn.c_attn.weight');
  assert.equal(place?.line, lineOf(sample, 'scaled_dot_product_attention'));
});

test('a prefix that a wrapper put before every name is passed over', () => {
  const wrapped = names.map((name) => `module.${name}`);
  const match = matchCode(wrapped, readClasses('model.py', sample));
  assert.equal(match?.place.className, 'GPT');
  assert.equal(match?.find('module.transformer.h.1.mlp.c_fc.weight')?.className, 'MLP');
});

test('members of a base class count', () => {
  const code = `${other}
class Large(Small):
    def __init__(self):
        super().__init__()
        self.fc3 = nn.Linear(5, 6)
`;
  const match = matchCode(['fc1.weight', 'fc2.weight', 'fc3.weight'], readClasses('m.py', code));
  assert.equal(match?.place.className, 'Large');
});

test('nothing is claimed when the names do not fit', () => {
  assert.equal(matchCode(names, readClasses('other.py', other)), undefined);
  assert.equal(matchCode([], readClasses('model.py', sample)), undefined);
});

test('modules that a loop adds under numbered names are found', () => {
  const code = readFileSync('samples/memn2n/model.py', 'utf8');
  const match = matchCode(['C_0.weight', 'C_3.weight', 'T.0'], readClasses('model.py', code));
  assert.equal(match?.score, 1);
  assert.equal(match?.find('C_3.weight')?.line, lineOf(code, 'self.add_module'));
  const older = `
class MemN2N(nn.Module):
    def __init__(self, hops):
        for hop in range(hops + 1):
            C = nn.Embedding(10, 20)
            self.add_module("C_{}".format(hop), C)
`;
  assert.equal(matchCode(['C_0.weight', 'C_1.weight'], readClasses('m.py', older))?.score, 1);
});

test('a head of a memory leads to the line that reads from it or writes to it', () => {
  const code = readFileSync('samples/ntm-copy/model.py', 'utf8');
  const heads = ['heads.0.fc_read.weight', 'heads.1.fc_write.weight'] as const;
  const match = matchCode([...heads, 'memory.mem_bias', 'fc.bias'], readClasses('model.py', code));
  const [read, write] = heads.map((name) => match?.findMemory(name));
  assert.equal(read?.line, lineOf(code, 'return torch.einsum("bn,bnm->bm"'));
  assert.equal(write?.line, lineOf(code, 'memory = memory * (1 - w'));
  assert.equal(match?.findMemory('fc.bias')?.className, 'NTM');
});
