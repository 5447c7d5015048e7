import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mnemoscope } from './commandLine';

const file = 'test/fixtures/checkpoints/dtypes.safetensors';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly std: number | null;
  readonly zeros: number;
  readonly nan: number;
  readonly inf: number;
  readonly histogram?: { readonly counts: readonly number[]; readonly low: number };
}

function stats(...words: readonly string[]): ReadonlyMap<string, Row> {
  const { status, stdout, stderr } = mnemoscope(['stats', ...words, '--json']);
  assert.equal(status, 0, stderr);
  return new Map((JSON.parse(stdout) as readonly Row[]).map((row) => [row.name, row]));
}

test('stats --json has one row per tensor, of any element type', () => {
  const rows = stats(file);
  assert.deepEqual(rows.get('bool'), {
    ...{ name: 'bool', count: 4, min: 0, max: 1, mean: 0.5, std: 0.5 },
    ...{ zeros: 2, nan: 0, inf: 0 },
  });
  // 2^16 − 32: the largest float16; the rest of the tensor is special.
  assert.deepEqual(
    [rows.get('float16.special')?.max, rows.get('float16.special')?.inf],
    [65504, 2],
  );
  assert.equal(rows.get('float8_e5m2')?.nan, 6);
  assert.ok(rows.has('__proto__') && rows.has('complex64'));
});

test('a tensor without values has null where JSON has no number', () => {
  const { count, min, mean } = stats(file, '--tensor', 'empty').get('empty')!;
  assert.deepEqual([count, min, mean], [0, null, null]);
});

test('--tensor takes * and ?, and nothing else is special', () => {
  assert.deepEqual([...stats(file, '--tensor', 'float16*').keys()].sort(), [
    'float16',
    'float16.special',
  ]);
  assert.deepEqual([...stats(file, '--tensor', 'u?nt8').keys()], ['uint8']);
  const { status, stderr } = mnemoscope(['stats', file, '--tensor', 'u.nt8']);
  assert.equal(status, 1);
  assert.match(stderr, /^error: .*there is no tensor "u\.nt8"\n$/);
});

test('--histogram counts every finite value once', () => {
  const { histogram, count, nan, inf, min } = stats(file, '--histogram').get('float8_e5m2')!;
  assert.equal(histogram?.low, min);
  assert.equal(
    histogram?.counts.reduce((a, b) => a + b),
    count - nan - inf,
  );
});

test('without --json people get a table', () => {
  const { stdout } = mnemoscope(['stats', file, '--tensor', 'bool']);
  assert.match(stdout, /^name +count +min +max +mean +std +zeros +NaN +Inf\nbool +4 +0 +1\.000 /);
});
