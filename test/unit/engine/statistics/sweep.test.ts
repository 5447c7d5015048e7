import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  type PlannedTensor,
  safetensorsHeader,
} from '../../../../src/core/checkpoint/encodeSafetensors';
import { unpackStatistics } from '../../../../src/core/statistics/statistics';
import { type Model, openModel } from '../../../../src/engine/model';
import { createSweep } from '../../../../src/engine/statistics/sweep';
import type { SweepProgress } from '../../../../src/protocol/statistics';

let folder = '';
let cache = '';
const opened: Model[] = [];
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sweep-'));
  cache = path.join(folder, 'cache');
});
after(async () => {
  await Promise.all(opened.map((model) => model.close()));
  await rm(folder, { recursive: true });
});

async function openFile(file: string): Promise<Model> {
  const model = await openModel(file);
  opened.push(model);
  return model;
}

type Tensors = Readonly<Record<string, { shape: readonly number[]; data: readonly number[] }>>;

async function write(name: string, tensors: Tensors): Promise<string> {
  const plan = Object.entries(tensors).map(([tensor, { shape }]): PlannedTensor => ({
    name: tensor,
    dtype: 'F32',
    shape,
  }));
  const parts = Object.values(tensors).map(({ data }) =>
    Buffer.from(Float32Array.from(data).buffer),
  );
  const file = path.join(folder, name);
  await writeFile(file, Buffer.concat([safetensorsHeader(plan, new Map()), ...parts]));
  return file;
}

/** Starts the sweep and waits until it no longer runs. */
async function finished(
  model: Model,
  before: (sweep: ReturnType<typeof createSweep>) => void = () => undefined,
): Promise<{ sweep: ReturnType<typeof createSweep>; notes: SweepProgress[] }> {
  const notes: SweepProgress[] = [];
  return new Promise((resolve) => {
    const sweep = createSweep(
      model,
      (note) => {
        notes.push(note);
        if (note.state !== 'running') resolve({ sweep, notes });
      },
      cache,
    );
    void sweep.start().then(() => before(sweep));
  });
}

const wave = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => Math.sin((i + 1) * seed));

test('each kind of trouble is found, the most serious first', async () => {
  const columns = wave(64 * 32, 12.9898).map((x, i) => (i % 32 === 5 ? 30 * (1 + x * x) : x));
  const file = await write('unwell.safetensors', {
    outliers: { shape: [64, 32], data: columns },
    dead: { shape: [3, 2], data: [1, 2, 0, -0, 3, 4] },
    first: { shape: [4], data: [1, 2, 3, 4] },
    second: { shape: [4], data: [1, 2, 3, 4] },
    turned: { shape: [4], data: [4, 3, 2, 1] },
    ones: { shape: [5], data: [1, 1, 1, 1, 1] },
    zeros: { shape: [2, 2], data: [0, 0, 0, 0] },
    infinite: { shape: [3], data: [Infinity, 1, -Infinity] },
    broken: { shape: [3], data: [NaN, 1, 2] },
  });
  const { sweep } = await finished(await openFile(file));
  const { state, findings, names, numbers, unreadable } = await sweep.data();
  assert.equal(state, 'done');
  assert.deepEqual(unreadable, []);
  const said = findings.map(({ kind, tensors, count, of }) => [kind, tensors.join(), count, of]);
  assert.deepEqual(said, [
    ['notANumber', 'broken', 1, 3],
    ['infinite', 'infinite', 2, 3],
    ['allZero', 'zeros', 4, 4],
    ['deadRows', 'dead', 1, 3],
    ['constant', 'ones', 5, 5],
    ['duplicate', 'first,second', 2, 9],
    ['outlierColumns', 'outliers', 1, 32],
  ]);
  assert.deepEqual(findings.find(({ kind }) => kind === 'deadRows')?.places, [1]);
  assert.deepEqual(findings.find(({ kind }) => kind === 'outlierColumns')?.places, [5]);
  const { mean, nan } = unpackStatistics('broken', numbers, names.indexOf('broken'));
  assert.deepEqual([mean, nan], [1.5, 1]);
});

test('a finished sweep is known at once to the next process, until the file changes', async () => {
  const file = await write('kept.safetensors', { w: { shape: [2], data: [NaN, 1] } });
  await finished(await openFile(file));
  const again = createSweep(await openFile(file), () => undefined, cache);
  const { state, findings, numbers } = await again.data();
  assert.equal(state, 'done');
  assert.equal(findings[0]?.kind, 'notANumber');
  assert.equal(unpackStatistics('w', numbers).mean, 1);
  await utimes(file, new Date(), new Date(0));
  const changed = createSweep(await openFile(file), () => undefined, cache);
  assert.equal((await changed.data()).state, 'idle');
});

test('a kept sweep that somebody spoilt is made anew', async () => {
  const file = await write('spoilt.safetensors', { w: { shape: [2], data: [1, 2] } });
  await finished(await openFile(file));
  for (const name of await readdir(cache))
    await writeFile(path.join(cache, name), '{"names":["w"]}');
  const { sweep } = await finished(await openFile(file));
  assert.equal((await sweep.data()).names.length, 1);
});

test('a file that changes while it is looked at gives no findings about it', async () => {
  const file = await write('changing.safetensors', { w: { shape: [2], data: [1, 2] } });
  const model = await openFile(file);
  await utimes(file, new Date(), new Date(0));
  const { sweep } = await finished(model);
  const { state, problem } = await sweep.data();
  assert.equal(state, 'failed');
  assert.match(problem ?? '', /changing\.safetensors was changed/);
});

test('threads share one large tensor; a cancelled sweep goes on where it stopped', async () => {
  const shape = [4096, 4096] as const;
  const file = path.join(folder, 'large.safetensors');
  const header = safetensorsHeader([{ name: 'w', dtype: 'F32', shape }], new Map());
  const handle = await open(file, 'w');
  await handle.write(header);
  // A file with a hole: only what is not zero takes room.
  await handle.truncate(header.length + 4 * shape[0] * shape[1]);
  const value = Buffer.from(Float32Array.of(2).buffer);
  await handle.write(value, 0, 4, header.length + 4 * (4096 * 4096 - 1));
  await handle.close();
  const model = await openFile(file);
  const { sweep, notes } = await finished(model, (made) => void made.cancel());
  assert.equal(notes.at(-1)?.state, 'cancelled');
  const stopped = sweep.progress.bytesDone;
  assert.ok(stopped < sweep.progress.bytesTotal || sweep.progress.bytesTotal === 0);
  await sweep.start();
  await sweep.settled();
  const { state, bytesDone, bytesTotal, findings, numbers } = await sweep.data();
  assert.deepEqual([state, bytesDone], ['done', bytesTotal]);
  const { count, zeros, max, mean } = unpackStatistics('w', numbers);
  assert.deepEqual([count, zeros, max, mean], [2 ** 24, 2 ** 24 - 1, 2, 2 / 2 ** 24]);
  assert.deepEqual(
    findings.map((finding) => [finding.kind, finding.count, finding.places?.length]),
    [['deadRows', 4095, 16]],
  );
});
