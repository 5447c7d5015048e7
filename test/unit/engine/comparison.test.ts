import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ComparedRow } from '../../../src/protocol/compare';
import { comparedRow, openComparison } from '../../../src/engine/compare/comparison';

const fixtures = 'test/fixtures/compare';
type Told = Readonly<Record<string, number>>;
const oracle = JSON.parse(readFileSync(`${fixtures}/oracle.json`, 'utf8')) as {
  readonly llama: Readonly<Record<string, Told>>;
  readonly trained: Readonly<Record<string, Told>>;
  readonly adapter: Readonly<
    Record<string, { readonly spectrum: readonly number[]; readonly relative: number }>
  >;
};

async function compareAll(a: string, b: string): Promise<ReadonlyMap<string, ComparedRow>> {
  const comparison = await openComparison(`${fixtures}/${a}`, `${fixtures}/${b}`);
  const found = new Map<string, ComparedRow>();
  for (const row of comparison.plan.rows) {
    found.set(row.name, comparedRow(row, await comparison.compare(row)));
  }
  await comparison.close();
  return found;
}

function assertFigures(found: ComparedRow | undefined, expected: Told, name: string): void {
  const figures = found?.figures as unknown as Told;
  for (const [key, value] of Object.entries(expected)) {
    const bound = 1e-6 * Math.max(1e-3, Math.abs(value));
    assert.ok(
      Math.abs(figures[key]! - value) <= bound,
      `${name}: ${key} ${figures[key]}, ${value}`,
    );
  }
}

test('norms, cosine and largest change are what numpy computes', async () => {
  const found = await compareAll('before.safetensors', 'after.safetensors');
  for (const [name, expected] of Object.entries(oracle.trained)) {
    assertFigures(found.get(`_orig_mod.${name}`), expected, name);
  }
});

test('every kind of change is told apart', async () => {
  const found = await compareAll('before.safetensors', 'after.safetensors');
  const kinds = [...found].map(([name, { kind }]) => `${name.replace('_orig_mod.', '')} ${kind}`);
  assert.deepEqual(kinds.sort(), [
    'broken.weight changed',
    'embed.weight changed',
    'fc.bias dtype',
    'fc.weight changed',
    'gone.weight removed',
    'new.weight added',
    'same.weight same',
    'shape.weight reshaped',
    'step changed',
    'zero.weight changed',
  ]);
});

test('NaN and infinities are counted and leave the other numbers finite', async () => {
  const found = await compareAll('before.safetensors', 'after.safetensors');
  const figures = found.get('_orig_mod.broken.weight')?.figures;
  assert.equal(figures?.changed, 3);
  assert.equal(figures.notFinite, 2);
  assert.equal(figures.largestAt, 0);
  assert.ok(Math.abs(figures.largest - 1) < 1e-6);
  assert.ok(Object.values(figures).every(Number.isFinite));
  // A change away from zero has no relative size.
  assert.equal(found.get('_orig_mod.zero.weight')?.figures?.relative, undefined);
});

test('integers that float32 cannot tell apart are told apart', async () => {
  const found = await compareAll('before.safetensors', 'after.safetensors');
  assert.equal(found.get('_orig_mod.step')?.figures?.changed, 1);
});

for (const [a, b] of [
  ['llama', 'llama.gguf'],
  ['llama.gguf', 'llama'],
] as const) {
  test(`quantisation errors of ${b} against ${a} are those of gguf's own round trip`, async () => {
    const found = await compareAll(a, b);
    const comparison = await openComparison(`${fixtures}/${a}`, `${fixtures}/${b}`);
    await comparison.close();
    const pairs = comparison.data.rows.map((row) => [row.a?.name, row.b?.name, row.name] as const);
    for (const [name, expected] of Object.entries(oracle.llama)) {
      const row = found.get(pairs.find((pair) => pair.includes(name))?.[2] ?? '');
      const { relative, ...rest } = expected;
      assertFigures(row, rest, name);
      // The error is relative to the source, whichever side it stands on.
      assertFigures(
        row,
        { quantisation: relative!, signalToNoise: -20 * Math.log10(relative!) },
        name,
      );
    }
    assert.deepEqual(
      [...found.values()].map(({ kind }) => kind).filter((kind) => kind !== 'dtype'),
      ['same', 'same', 'same'],
    );
  });
}

test('Conv1D and Linear projections of one model are the same values', async () => {
  const comparison = await openComparison('test/fixtures/gpt2/plain', 'test/fixtures/gpt2/nanogpt');
  const layouts = new Set(comparison.plan.rows.map(({ layout }) => layout));
  assert.deepEqual([...layouts].sort(), ['straight', 'transposed']);
  for (const row of comparison.plan.rows) {
    assert.equal((await comparison.compare(row)).kind, 'same', row.name);
  }
  await comparison.close();
});

test('an adapter is shown as the change that it makes to its base, scaled by alpha over rank', async () => {
  const found = await compareAll('base.safetensors', 'adapter');
  assert.deepEqual([...found.keys()].sort(), Object.keys(oracle.adapter).sort());
  for (const [name, { spectrum, relative }] of Object.entries(oracle.adapter)) {
    const { kind, change } = found.get(name)!;
    assert.equal(kind, 'adapter');
    assert.deepEqual([change?.rank, change?.alpha, change?.used], [4, 8, 3]);
    assert.ok(Math.abs(change!.relative! - relative) < 1e-5 * relative);
    spectrum.forEach((value, i) => {
      assert.ok(Math.abs(change!.spectrum[i]! - value) < 1e-5 * spectrum[0]!, `${name} ${i}`);
    });
  }
});

test("kohya's adapter carries its own alpha and finds its base by joined names", async () => {
  const found = await compareAll('kohya.safetensors', 'base.safetensors');
  assert.equal(found.size, 2);
  for (const [name, { change }] of found) {
    const [, expected] = Object.entries(oracle.adapter).find(([module]) =>
      name.endsWith(module.replaceAll('.', '_').slice(-6)),
    )!;
    assert.equal(change?.alpha, 2);
    assert.ok(Math.abs(change.relative! - expected.relative / 4) < 1e-5);
  }
});

test('a picture holds the largest change of every cell with its sign, in the order of A', async () => {
  const comparison = await openComparison(`${fixtures}/llama`, `${fixtures}/llama.gguf`);
  const row = comparison.plan.rows.find(({ name }) => name.includes('attn_q'))!;
  const whole = { level: 0, row: 0, column: 0 };
  const { rows, columns, pool, data } = await comparison.tile(row, whole);
  assert.deepEqual([rows, columns, pool], [64, 64, 1]);
  const { difference } = await comparison.compare(row);
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(Math.abs(largest - difference!.largest) < 1e-9);
  assert.ok(Math.abs(Math.abs(data[difference!.largestAt]!) - largest) < 1e-9);
  const coarse = await comparison.tile(row, { ...whole, level: 4 });
  assert.deepEqual([coarse.rows, coarse.columns, coarse.pool], [4, 4, 16]);
  const block = Array.from({ length: 256 }, (_, i) => data[(16 + (i >> 4)) * 64 + 32 + (i & 15)]!);
  const farthest = block.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most));
  assert.equal(coarse.data[4 + 2], farthest);
  await assert.rejects(comparison.tile(row, { ...whole, row: 1 }), /no tile/);
  await comparison.close();
});

test('a transposed pair is drawn in the order of A', async () => {
  const comparison = await openComparison('test/fixtures/gpt2/plain', 'test/fixtures/gpt2/nanogpt');
  const row = comparison.plan.rows.find(({ layout }) => layout === 'transposed')!;
  const { data } = await comparison.tile(row, { level: 0, row: 0, column: 0 });
  assert.ok(data.every((value) => value === 0));
  await comparison.close();
});

test('a comparison stops when it is cancelled', async () => {
  const comparison = await openComparison(`${fixtures}/llama`, `${fixtures}/llama.gguf`);
  const cancelled = comparison.compare(comparison.plan.rows[0]!, AbortSignal.abort());
  await assert.rejects(cancelled, /cancelled/);
  await comparison.close();
});

test('a missing second file is one line, and closes the first', async () => {
  const opening = openComparison(`${fixtures}/llama`, `${fixtures}/nothing.gguf`);
  await assert.rejects(opening, { message: 'nothing.gguf: there is no such file' });
});
