import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceFile } from '../../../../src/core/shapes';
import { callersOf, reaching } from '../../../../src/engine/shapes/callers';

const source = (module: string, text: string, file = `${module.replaceAll('.', '/')}.py`) =>
  ({ module, file, text }) satisfies SourceFile;
const block = source('net.block', 'class Block:\n    pass\n');
const all = [
  block,
  source('net', 'from .block import Block\n', 'net/__init__.py'),
  source('model', 'from net import Block\nclass Model:\n    def f(self): return Block()\n'),
  source('train', 'from model import Model\nModel()\n'),
  source('other', 'from net import Data\nclass Reader:\n    data = Data()\n'),
];
const importers = (word: string): Promise<SourceFile[]> =>
  Promise.resolve(
    all.filter(({ text }) => new RegExp(`import.*\\b${word}\\b|from \\S*\\b${word}\\b`).test(text)),
  );
const files = (found: readonly SourceFile[]): string[] => found.map(({ file }) => file);

test('who calls the callers of a file is found behind packages that only pass its names on', async () => {
  const { all, far } = await callersOf(block, importers, true);
  assert.deepEqual(files(all), ['net/__init__.py', 'model.py', 'train.py']);
  assert.deepEqual(files([...far]), ['model.py', 'train.py']);
});

test('of scripts, those that import the file itself are its callers', async () => {
  assert.deepEqual(files((await callersOf(block, importers, false)).all), ['net/__init__.py']);
});

test('callers lead to a name through what they define', async () => {
  const { all: callers } = await callersOf(block, importers, true);
  assert.deepEqual(files(reaching(callers, new Set(['Block']))), files(callers));
  assert.deepEqual(files(reaching(callers, new Set(['Decoder']))), []);
});
