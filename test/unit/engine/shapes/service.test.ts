import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { type Client, createClient } from '../../../../src/protocol/rpc';
import type { ShapesMethods, ShapesNotes, TensorHover } from '../../../../src/protocol/shapes';

const root = mkdtempSync(path.join(tmpdir(), 'mnemoscope-shapes-'));
const bundle = path.resolve(`out/shapes-${process.pid}.cjs`);
buildSync({
  entryPoints: ['src/engine/shapes/main.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  target: 'node20',
});
const grammars = path.resolve('node_modules/@vscode/tree-sitter-wasm/wasm');
const worker = new Worker(bundle, { workerData: { grammars } });
const thread: Client<ShapesMethods, ShapesNotes> = createClient({
  post: (message) => worker.postMessage(message),
  listen: (receive) => void worker.on('message', receive),
});
after(async () => {
  await worker.terminate();
  rmSync(root, { recursive: true });
  rmSync(bundle);
});

const put = (name: string, lines: readonly string[]): string => {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, lines.join('\n'));
  return file;
};
const hover = async (
  file: string,
  line: number,
  column: number,
  sizes = {},
): Promise<TensorHover | undefined> => {
  const found = await thread.call('hover', { root, file, line, column, sizes });
  assert.ok(!found || 'shape' in found, 'no module');
  return found;
};

const model = (width: string): string[] => [
  'import torch',
  'import torch.nn as nn',
  'class Layer(nn.Module):',
  '    def __init__(self, heads=4):',
  '        super().__init__()',
  '        self.heads = heads',
  `        self.inner = nn.Linear(32, ${width})`,
  '    def forward(self, x):',
  '        B, T, C = x.shape',
  '        y = self.inner(x).view(B, T, self.heads, -1)',
  '        return y.transpose(1, 2)',
];

test('a hover has its token, type, shape and the lines of its symbols', async () => {
  const file = put('layer.py', model('64'));
  assert.deepEqual(await hover(file, 10, 8), {
    start: 8,
    end: 9,
    name: 'y',
    dtype: 'float32',
    shape: ['B', 'T', 'self.heads', '64 // self.heads'],
    origins: [
      { symbol: 'B', line: 9, code: 'B, T, C = x.shape' },
      { symbol: 'T', line: 9, code: 'B, T, C = x.shape' },
      { symbol: 'self.heads', line: 6, code: 'self.heads = heads', value: 4 },
    ],
  });
});

test('chosen sizes give numbers and bytes; a default of the code counts when nothing else is chosen', async () => {
  const file = path.join(root, 'layer.py');
  const at = async (sizes: Record<string, number>) => (await hover(file, 10, 8, sizes))?.concrete;
  assert.deepEqual(await at({ B: 2, T: 5 }), {
    shape: [2, 5, 4, 16],
    bytes: 2 * 5 * 64 * 4,
    sizes: { B: 2, T: 5, 'self.heads': 4 },
  });
  assert.deepEqual((await at({ B: 2, T: 5, heads: 8 }))?.shape, [2, 5, 8, 8]);
  const partly = await at({ B: 2 });
  assert.deepEqual(partly?.shape, [2, 'T', 4, 16]);
  assert.equal(partly?.bytes, undefined);
  assert.equal(await at({ X: 3 }), undefined);
});

test('the text in an editor counts before it is saved, in the files that import it too', async () => {
  const layer = put('edited/wide.py', model('64'));
  const user = put('edited/user.py', [
    'import torch',
    'from wide import Layer',
    'def use():',
    '    z = Layer()(torch.zeros(1, 2, 32))',
    '    return z',
  ]);
  const shapes = async () => (await hover(user, 4, 4))?.shape.at(-1);
  assert.equal(await shapes(), 16);
  await thread.call('edit', { root, file: layer, text: model('128').join('\n') });
  assert.equal(await shapes(), 32);
  await thread.call('edit', { root, file: layer });
  assert.equal(await shapes(), 16);
});

test('a file that changes on disk, or comes into being, is read again', async () => {
  const user = put('late/user.py', [
    'import torch',
    'from parts import make',
    'def use():',
    '    z = make()',
    '    return z',
  ]);
  assert.equal(await hover(user, 4, 4), undefined);
  const parts = put('late/parts.py', [
    'import torch',
    'def make():',
    '    return torch.zeros(2, 3)',
  ]);
  await thread.call('touch', { root, file: parts });
  assert.deepEqual((await hover(user, 4, 4))?.shape, [2, 3]);
});

test('a question that is cancelled before its turn fails, those behind it are answered', async () => {
  const file = path.join(root, 'layer.py');
  const place = { root, file, line: 10, column: 8, sizes: {} };
  // A file that nobody asked about yet keeps the thread busy while the others come in.
  const ahead = thread.call('hover', { ...place, file: put('ahead.py', model('64')) });
  const first = thread.call('hover', place, AbortSignal.abort());
  const second = thread.call('hover', place);
  await assert.rejects(first, /aborted/);
  assert.equal((await ahead)?.start, 8);
  assert.equal((await second)?.start, 8);
});

test('hints are the assigned tensors of the lines that are asked for', async () => {
  const file = path.join(root, 'layer.py');
  const all = await thread.call('hints', { root, file, first: 1, last: 99 });
  assert.deepEqual(all, [
    {
      line: 10,
      column: 9,
      dtype: 'float32',
      shape: ['B', 'T', 'self.heads', '64 // self.heads'],
    },
  ]);
  assert.deepEqual(await thread.call('hints', { root, file, first: 1, last: 9 }), []);
});

test('a file that is not there is one line', async () => {
  await assert.rejects(hover(path.join(root, 'no.py'), 1, 0), /no\.py: there is no such file$/);
});
