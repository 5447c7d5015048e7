import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { safetensorsHeader } from '../../../../src/core/checkpoint/encodeSafetensors';
import { createLive } from '../../../../src/engine/live/live';
import { createService } from '../../../../src/engine/service';

/** A drained file of writes to a memory of two slots, as the debugger's helper makes it. */
function drainedFile(ids: readonly number[]): Uint8Array {
  const arrays = ids.flatMap((id) => [
    { name: `${id}.w`, shape: [2], values: [id, 1 - id] },
    { name: `${id}.memory`, shape: [2, 1], values: [id, -id] },
  ]);
  const operations = ids.map((id) => ({
    id,
    what: 'write',
    name: 'Memory',
    file: '/a.py',
    line: 3,
    function: 'f',
    facts: { object: 1 },
    arrays: { w: { key: `${id}.w` }, memory: { key: `${id}.memory` } },
  }));
  const header = safetensorsHeader(
    arrays.map(({ name, shape }) => ({ name, dtype: 'F32', shape })),
    new Map([['mnemoscope.operations', JSON.stringify(operations)]]),
  );
  const values = Float32Array.from(arrays.flatMap((one) => one.values));
  return Buffer.concat([header, new Uint8Array(values.buffer)]);
}

test('drained files grow one recording', async () => {
  const live = createLive('a.py');
  const first = await live.append(drainedFile([0, 1]));
  assert.deepEqual(
    first.map(({ id, what, line }) => [id, what, line]),
    [
      [0, 'write', 3],
      [1, 'write', 3],
    ],
  );
  await live.append(drainedFile([2]));
  const weighting = live.recording().tensors.get('memory.write0.w');
  assert.deepEqual(weighting?.shape, [3, 2]);
  assert.deepEqual([...(await weighting.read(2, 4))], [1, 0, 2, -1]);
  await live.close();
});

test('an engine that is started after another one died takes its recording up', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-live-'));
  const file = path.join(folder, 'recording');
  try {
    const first = createLive('a.py', file);
    await first.append(drainedFile([0, 1]));
    await first.append(drainedFile([2]));
    // It died in the middle of a part.
    appendFileSync(file, Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3));
    const second = createLive('a.py', file);
    assert.deepEqual(await second.append(new Uint8Array()), []);
    const weighting = second.recording().tensors.get('memory.write0.w');
    assert.deepEqual(weighting?.shape, [3, 2]);
    assert.deepEqual([...(await weighting.read(2, 4))], [1, 0, 2, -1]);
    // Nobody had answered to the last part: it comes again.
    await second.append(drainedFile([2]));
    await second.append(drainedFile([3]));
    assert.deepEqual(second.recording().tensors.get('memory.write0.w')?.shape, [4, 2]);
    await Promise.all([first.close(), second.close()]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file that is no recording is refused in one line', async () => {
  const live = createLive('a.py');
  const empty = safetensorsHeader([], new Map());
  await assert.rejects(live.append(empty), /a\.py: expected metadata mnemoscope\.operations/);
  await assert.rejects(live.append(Uint8Array.of(1, 2, 3)), /^[^\n]*$/);
  await live.close();
});

test('a live recording is saved as a trace file that opens without the program', async () => {
  const service = createService(() => undefined);
  const { signal } = new AbortController();
  const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-live-'));
  const file = path.join(folder, 'session.safetensors');
  try {
    const first = await service.recordLive({ name: 'a.py', data: drainedFile([0]) }, signal);
    const { written } = await service.recordLive(
      { trace: first.written.id, name: 'a.py', data: drainedFile([1, 2]) },
      signal,
    );
    assert.equal(written.id, first.written.id);
    await service.saveTrace({ trace: written.id, path: file }, signal);
    await service.closeTrace({ trace: written.id }, signal);
    const opened = await service.openTrace({ path: file }, signal);
    assert.deepEqual(
      opened.blocks.map(({ id }) => id),
      ['write.0'],
    );
    const row = await service.row({ trace: opened.id, block: 'write.0', index: 2 }, signal);
    assert.deepEqual([...row], [2, -1]);
    assert.equal(opened.events[1]?.what, 'Memory.write');
    await service.closeTrace({ trace: opened.id }, signal);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('nothing of a session lies in the temporary folder under a name', async () => {
  const named = () =>
    readdirSync(tmpdir())
      .filter((name) => /^mnemoscope-\w{6}$/.test(name))
      .sort();
  const before = named();
  const live = createLive('a.py');
  await live.append(drainedFile([0]));
  if (process.platform !== 'win32') assert.deepEqual(named(), before);
  await live.close();
  assert.deepEqual(named(), before);
});
