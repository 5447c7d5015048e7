import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import {
  type PlannedTensor,
  safetensorsHeader,
} from '../../../../src/core/checkpoint/encodeSafetensors';
import { firstSlice } from '../../../../src/core/weights/slice';
import { createService } from '../../../../src/engine/service';
import type { SliceRef } from '../../../../src/protocol/weights';

const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-weights-'));
const service = createService(() => undefined);
const { signal } = new AbortController();
const [rows, columns] = [2100, 2400];
const values = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i) / 4);
values[1999 * columns + 7] = -3;
let checkpoint = 0;
const ref = (tensor: string, shape: readonly number[]): SliceRef => ({
  checkpoint,
  tensor,
  slice: firstSlice(shape),
});

before(async () => {
  const plan: readonly PlannedTensor[] = [
    { name: '__proto__', dtype: 'F32', shape: [rows, columns] },
    { name: 'steps\n层/1', dtype: 'I64', shape: [2, 2] },
    { name: 'half', dtype: 'BF16', shape: [2, 3, 2] },
  ];
  const parts = [
    safetensorsHeader(plan, new Map()),
    values,
    BigInt64Array.of(1n, -2n, 2n ** 60n + 1n, 4n),
    Uint16Array.from({ length: 12 }, (_, i) => 0x3f80 + i),
  ];
  const file = path.join(folder, 'x.safetensors');
  writeFileSync(file, Buffer.concat(parts.map((part) => Buffer.from(part.buffer))));
  checkpoint = (await service.open({ path: file }, signal)).id;
});

test('the first look at a large slice is sampled and says so; after one pass it is exact', async () => {
  const large = ref('__proto__', [rows, columns]);
  const tile = () => service.weightTile({ ...large, level: 4, row: 0, column: 0 }, signal);
  const first = await tile();
  assert.ok(first.sampled > 1, `1 in ${first.sampled}`);
  assert.deepEqual([first.rows, first.columns, first.pool], [132, 150, 16]);
  const glance = await service.weightGlance(large, signal);
  assert.ok(glance.sampled > 1 && glance.magnitudes.at(-1)! <= 3);
  let survey = await service.weightSurvey(large, signal);
  while (!survey.found) {
    assert.ok(survey.done < survey.total);
    survey = await service.weightSurvey(large, signal);
  }
  assert.equal(survey.found.range[0], -3);
  const exact = await tile();
  assert.equal(exact.sampled, 1);
  assert.equal(exact.data[124 * 150], -3);
});

test('values come in the digits of their type', async () => {
  const steps = ref('steps\n层/1', [2, 2]);
  const cells = { row: 0, column: 0, rows: 2, columns: 2 };
  const texts = await service.weightText({ ...steps, ...cells }, signal);
  assert.deepEqual(texts, ['1', '-2', '1152921504606846977', '4']);
  const half = ref('half', [2, 3, 2]);
  const some = { row: 1, column: 0, rows: 1, columns: 1 };
  assert.deepEqual(await service.weightText({ ...half, ...some }, signal), ['1.015625']);
});

test('what lies outside is refused', async () => {
  const large = ref('__proto__', [rows, columns]);
  const cells = { row: rows - 1, column: 0, rows: 2, columns: 1 };
  await assert.rejects(async () => service.weightText({ ...large, ...cells }, signal), /outside/);
  const far = { ...large, level: 0, row: 99, column: 0 };
  await assert.rejects(async () => service.weightTile(far, signal), /lies outside 2100 × 2400/);
  await assert.rejects(
    async () => service.weightGlance(ref('none', [1]), signal),
    /x.safetensors: there is no tensor "none"/,
  );
});

test('a whole tensor, a slice and a type that NumPy lacks are written as .npy', async () => {
  const write = async (tensor: string, more: object = {}): Promise<Buffer> => {
    const file = path.join(folder, 'out.npy');
    await service.exportTensor({ checkpoint, tensor, format: 'npy', path: file, ...more }, signal);
    return readFileSync(file);
  };
  const whole = await write('__proto__');
  assert.match(whole.subarray(0, 128).toString('latin1'), /'<f4'.*\(2100, 2400\)/);
  assert.ok(whole.subarray(128).equals(Buffer.from(values.buffer)));
  const cut = { rows: 1, columns: 2, at: [1, 0, 0] };
  const half = await write('half', { slice: cut });
  assert.match(half.subarray(0, 128).toString('latin1'), /'<f4'.*\(3, 2\)/);
  const expected = Float32Array.from({ length: 6 }, (_, i) => 1 + (6 + i) / 128);
  assert.ok(half.subarray(128).equals(Buffer.from(expected.buffer)));
});

test('a table of over a million values is refused with the reason, and nothing is left behind', async () => {
  const file = path.join(folder, 'out.csv');
  const csv = { checkpoint, format: 'csv', path: file } as const;
  await assert.rejects(
    async () => service.exportTensor({ ...csv, tensor: '__proto__' }, signal),
    /5040000 values are too many for a CSV table/,
  );
  assert.equal(existsSync(file), false);
  await service.exportTensor({ ...csv, tensor: 'steps\n层/1' }, signal);
  assert.equal(readFileSync(file, 'utf8'), '1,-2\n1152921504606846977,4\n');
  const cancelled = AbortSignal.abort();
  await assert.rejects(
    async () =>
      service.exportTensor(
        { checkpoint, tensor: '__proto__', format: 'npy', path: path.join(folder, 'no.npy') },
        cancelled,
      ),
    /cancelled/,
  );
  assert.deepEqual(readdirSync(folder).sort(), ['out.csv', 'out.npy', 'x.safetensors']);
});

test('singular values are computed a step at a time', async () => {
  const small = { ...ref('half', [2, 3, 2]), slice: { rows: 0, columns: 1, at: [0, 0, 1] } };
  let spectrum = await service.weightSpectrum(small, signal);
  while (!spectrum.found) spectrum = await service.weightSpectrum(small, signal);
  assert.equal(spectrum.found.method, 'exact');
  assert.equal(spectrum.found.values.length, 2);
  const squares = spectrum.found.values.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(Math.sqrt(squares) - spectrum.found.frobenius) < 1e-12);
});
