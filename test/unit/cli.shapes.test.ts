import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { mnemoscope } from './commandLine';

const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-shapes-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs in a folder that is not the project's: the grammars must be found from the program. */
const shapes = (...args: string[]) => mnemoscope(['shapes', ...args], folder);

interface Row {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly dtype?: string;
  readonly shape: readonly (number | string)[];
}
function answers(...args: string[]): Row[] {
  const { status, stdout, stderr } = shapes(...args, '--json');
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return JSON.parse(stdout) as Row[];
}

function put(name: string, lines: readonly string[]): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, lines.join('\n'));
  return file;
}
const sample = path.resolve('samples/induction/model.py');
const row = (rows: readonly Row[], line: number, col: number) =>
  rows.find((one) => one.line === line && one.col === col);

const layer = (base: string) => [
  'import torch.nn as nn',
  `class Layer(nn.Module):`,
  '    def __init__(self, width):',
  '        super().__init__()',
  `        self.inner = nn.Linear(width, ${base})`,
  '    def forward(self, x):',
  '        return self.inner(x)',
];
const user = (from: string) => [
  'import torch',
  'import torch.nn as nn',
  `from ${from} import Layer`,
  'class Net(nn.Module):',
  '    def __init__(self, width):',
  '        super().__init__()',
  '        self.layer = Layer(width)',
  '    def forward(self, x):',
  '        B, T, C = x.shape',
  '        y = self.layer(x)',
  '        return y',
];
const wide = { file: '', line: 10, col: 8, dtype: 'float32', shape: ['B', 'T', 7] };

test('each tensor of the sample has its shape in the words of the code', () => {
  const rows = answers(sample, '--root', path.dirname(sample));
  const lines = readFileSync(sample, 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes('q = q.view')) + 1;
  assert.deepEqual(row(rows, line, 8), {
    file: 'model.py',
    line,
    col: 8,
    dtype: 'float32',
    shape: ['B', 'self.n_head', 'T', 'C // self.n_head'],
  });
  const positions = lines.findIndex((text) => text.includes('torch.arange')) + 1;
  assert.deepEqual(row(rows, positions, 8)?.shape, ['T']);
  assert.equal(row(rows, positions, 8)?.dtype, 'int64');
});

test('--at gives the one token there, wherever in it the column is', () => {
  const at = (place: string) => answers(sample, '--at', place);
  assert.deepEqual(at('29:16'), at('29:14'));
  assert.deepEqual(at('29:16')[0]?.shape, ['B', 'T', 'self.n_head', 'C // self.n_head']);
  assert.deepEqual(at('1:3'), []);
  assert.deepEqual(at('9999:0'), []);
});

test('without --json there is one line for each tensor', () => {
  const { stdout } = shapes(sample, '--root', path.dirname(sample), '--at', '28:8');
  assert.equal(stdout, 'model.py:28:8  float32 [B, T, C]\n');
});

test('other files are found by import path: beside, in packages, relative and below src', () => {
  const layouts: readonly (readonly [from: string, module: string, file: string])[] = [
    ['layers', 'beside/layers.py', 'beside/net.py'],
    ['package.layers', 'absolute/package/layers.py', 'absolute/package/net.py'],
    ['.parts', 'relative/package/parts/__init__.py', 'relative/package/net.py'],
    ['..common.layers', 'up/package/common/layers.py', 'up/package/nets/net.py'],
    ['package.layers', 'layout/src/package/layers.py', 'layout/tests/net.py'],
  ];
  for (const [from, module, file] of layouts) {
    put(module, layer('7'));
    const root = path.join(folder, file.split('/')[0] ?? '');
    const rows = answers(put(file, user(from)), '--root', root);
    const inRoot = file.slice(file.indexOf('/') + 1);
    assert.deepEqual(row(rows, 10, 8), { ...wide, file: inRoot }, `${from} in ${file}`);
  }
});

test('a file that calls into the one that is asked says what rank its arguments have', () => {
  const called = put('calls/called.py', ['def double(x):', '    return x + x']);
  put('calls/main.py', ['import torch', 'from called import double', 'double(torch.zeros(3, 5))']);
  const rows = answers(called, '--root', path.join(folder, 'calls'));
  assert.equal(row(rows, 2, 11)?.shape.length, 2);
  assert.deepEqual(answers(called, '--root', path.join(folder, 'relative')), []);
});

test('a syntax error and a half-typed line leave the rest of the file its answers', () => {
  const broken = put('broken.py', [
    ...user('layers'),
    'def torn(x:',
    '    y = torch.zeros(2, ',
    'def whole():',
    '    z = torch.zeros(4, 5)',
    '    z.',
    '    return z',
  ]);
  put('layers.py', layer('7'));
  const rows = answers(broken);
  assert.deepEqual(row(rows, 10, 8)?.shape, wide.shape);
  assert.deepEqual(row(rows, 15, 4)?.shape, [4, 5]);
});

test('columns count UTF-16 units, also behind characters outside the first plane', () => {
  const file = put('列.py', ['import torch', 'def f():', '    "𝒳"; 张量 = torch.zeros(2, 3)']);
  assert.deepEqual(
    answers(file).map(({ line, col }) => [line, col]),
    [
      [3, 10],
      [3, 21],
    ],
  );
});

test('code without tensors gives an empty list', () => {
  assert.deepEqual(answers(put('plain.py', ['print("hello")'])), []);
  assert.deepEqual(answers(put('empty.py', [])), []);
});

test('what cannot be read is one line and exit code 1', () => {
  const binary = path.join(folder, 'binary.py');
  writeFileSync(binary, Buffer.from([0x61, 0x00, 0x62]));
  mkdirSync(path.join(folder, 'folder.py'));
  const cases: readonly (readonly [file: string, line: RegExp])[] = [
    ['missing.py', /^error: missing\.py: there is no such file\n$/],
    ['binary.py', /^error: binary\.py: expected Python code, found a zero byte \(at byte 1\)\n$/],
    ['folder.py', /^error: folder\.py: expected a file of Python code, found a folder\n$/],
    ['notes.txt', /^error: notes\.txt: expected code \(\.py, \.js, \.ts\)\n$/],
  ];
  for (const [file, line] of cases) {
    const { status, stdout, stderr } = shapes(file, '--json');
    assert.equal(status, 1, file);
    assert.equal(stdout, '', file);
    assert.match(stderr, line);
  }
});

test('wrong words are exit code 2', () => {
  const wrong = [[], ['--at', '3', sample], ['--at', '0:1', sample], ['--wide', sample]];
  for (const words of wrong) assert.equal(shapes(...words).status, 2, words.join(' '));
  assert.equal(shapes(sample, sample, '--at', '1:1').status, 2);
});

test('with a checkpoint, sizes are those of its weights, and what does not belong together is listed', () => {
  const weights = path.resolve('samples/induction/model.safetensors');
  const rows = answers(sample, '--checkpoint', weights);
  assert.ok(rows.some(({ shape }) => shape.join() === 'B,T,96'));
  const { status, stdout } = shapes(sample, '--checkpoint', weights);
  assert.equal(status, 0);
  assert.match(stdout, /40 tensors belong to GPT\n$/);
});
