import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { createEngine } from '../../../src/host/engineProcess';
import { temporaryFolder } from '../engine/tinyGpt2';

/** An engine that answers and tells of it in one breath, so that both messages arrive together. */
const hasty = `process.on('message', ({ id, method }) => {
  process.send({ kind: 'ok', id, ok: { id: 7 } });
  process.send({ kind: 'note', note: 'traceChanged', payload: { trace: 7, change: {} } });
});`;

test('who awaits a run knows its id before anything is told of it', async () => {
  const entry = path.join(await temporaryFolder(), 'engine.cjs');
  await writeFile(entry, hasty);
  const engine = createEngine(entry, () => undefined);
  const known = new Set<number>();
  const told: boolean[] = [];
  const enough = new Promise<void>((resolve) => {
    engine.on('traceChanged', ({ trace }) => {
      told.push(known.has(trace));
      known.clear();
      if (told.length === 50) resolve();
    });
  });
  const run = async () => {
    const { id } = await engine.call('run', { checkpoint: 1, input: { ids: [1] } });
    known.add(id);
  };
  for (let i = 0; i < 50; i++) await run();
  await enough;
  engine.stop();
  assert.deepEqual(new Set(told), new Set([true]));
});
