import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { plain } from '../../../src/core/trace/trace';
import { statisticNames } from '../../../src/core/trace/trace';
import type { EngineMethods, EngineNotes, TraceData } from '../../../src/protocol/engine';
import { createClient, type Client } from '../../../src/protocol/rpc';
import {
  difference,
  plainForward,
  temporaryFolder,
  tiny,
  tinyWeights,
  writeTiny,
} from './tinyGpt2';

let child: ChildProcess;
let engine: Client<EngineMethods, EngineNotes>;

const outfile = path.resolve(`out/engine-${process.pid}.cjs`);
before(async () => {
  await build({
    entryPoints: ['src/engine/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'warning',
  });
  child = fork(outfile, [], { serialization: 'advanced', execArgv: [] });
  engine = createClient({
    post: (message) => void child.send(message as object),
    listen: (receive) => void child.on('message', receive),
  });
});
after(async () => {
  child.disconnect();
  const [code] = (await once(child, 'exit')) as [number | null];
  await rm(outfile);
  assert.equal(code, 0);
});

/** The trace's state once it is no longer running. */
async function ended({ id }: TraceData): Promise<TraceData> {
  for (;;) {
    const now = await engine.call('describe', { trace: id });
    if (now.state.kind !== 'running') return now;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a checkpoint is opened, run, looked at, saved and opened again', async () => {
  const file = await writeTiny(tiny);
  const told: EngineNotes['traceChanged'][] = [];
  const stop = engine.on('traceChanged', (payload) => told.push(payload));
  const summary = await engine.call('open', { path: file });
  assert.equal(summary.name, 'model.safetensors');
  assert.equal(summary.recognition.kind, 'runnable');
  const count = [...tinyWeights(tiny).values()].reduce((sum, { data }) => sum + data.length, 0);
  assert.equal(summary.parameters, count);

  const ids = [3, 1, 4, 1, 5, 9, 2, 6];
  const trace = await engine.call('run', { checkpoint: summary.id, input: { ids } });
  assert.deepEqual(trace.axes[0]!.labels, ids.map(String));
  assert.equal(trace.blocks.length, 4);
  const done = await ended(trace);
  assert.equal(done.state.kind, 'done');
  assert.equal(done.ready.length, 4);
  stop();
  assert.deepEqual(
    told.flatMap(({ change }) => change.blocks ?? []),
    trace.blocks.map(({ id }) => id),
  );
  assert.equal(told.at(-1)!.change.state?.kind, 'done');

  const expected = plainForward(tiny, tinyWeights(tiny), ids);
  const place = { trace: trace.id, block: 'self.1.1' };
  const row = await engine.call('row', { ...place, index: 5 });
  assert.ok(difference(row, expected.attentions[1]![1]![5]!) < 2e-6);
  const tile = await engine.call('tile', {
    ...place,
    level: 0,
    row: 0,
    column: 0,
    transform: plain,
  });
  assert.ok(difference(tile.data, expected.attentions[1]![1]!.flat()) < 2e-6);
  const thumbnail = await engine.call('thumbnail', { ...place, transform: plain });
  assert.ok(difference(thumbnail.data, tile.data) < 2e-6);
  const [best] = await engine.call('predictions', { trace: trace.id, count: 1 });
  const last = expected.logits.at(-1)!;
  assert.equal(best!.id, last.indexOf(Math.max(...last)));

  const saved = path.join(await temporaryFolder(), 'trace.safetensors');
  await engine.call('saveTrace', { trace: trace.id, path: saved });
  const file2 = await engine.call('openTrace', { path: saved });
  assert.equal(file2.source, 'file');
  assert.equal(file2.model.sentence, done.model.sentence);
  const again = { trace: file2.id, block: 'self.1.1' };
  assert.deepEqual(await engine.call('row', { ...again, index: 5 }), row);
  const fromFile = await engine.call('statistics', again);
  const fromRun = await engine.call('statistics', place);
  statisticNames.forEach((name, at) => {
    assert.ok(Math.abs((fromRun[at] ?? NaN) - (fromFile[at] ?? NaN)) < 1e-5, name);
  });

  await engine.call('closeTrace', { trace: trace.id });
  await assert.rejects(() => engine.call('row', { ...place, index: 0 }), /trace \d+ is not open/);
  await engine.call('closeTrace', { trace: file2.id });
  await engine.call('close', { checkpoint: summary.id });
  await assert.rejects(
    () => engine.call('run', { checkpoint: summary.id, input: { ids } }),
    /checkpoint \d+ is not open/,
  );
});

test('an input that does not fit is refused with its numbers', async () => {
  const { id } = await engine.call('open', { path: await writeTiny(tiny) });
  const refusals: [number[], RegExp][] = [
    [[], /the input is empty/],
    [[1, 11], /token id 11 at place 1 is outside the vocabulary 0…10/],
    [Array(151).fill(0) as number[], /151 tokens, the model takes at most 150/],
  ];
  for (const [ids, message] of refusals) {
    await assert.rejects(() => engine.call('run', { checkpoint: id, input: { ids } }), message);
  }
  await assert.rejects(
    () => engine.call('run', { checkpoint: id, input: { text: 'hello' } }),
    /there is no tokenizer beside the checkpoint/,
  );
  await engine.call('close', { checkpoint: id });
});

test('a run is cancelled from outside, and a checkpoint is closed under a run', async () => {
  const file = await writeTiny({ ...tiny, layers: 60 });
  const { id } = await engine.call('open', { path: file });
  const input = { ids: Array(150).fill(3) as number[] };
  const first = await engine.call('run', { checkpoint: id, input });
  await engine.call('cancel', { trace: first.id });
  const { state } = await ended(first);
  assert.equal(state.kind, 'cancelled');
  await engine.call('run', { checkpoint: id, input });
  await engine.call('close', { checkpoint: id });
});

test('a file that is no checkpoint is refused with its name', async () => {
  const file = path.join(await temporaryFolder(), 'broken.safetensors');
  await writeFile(file, 'no checkpoint');
  await assert.rejects(() => engine.call('open', { path: file }), /broken\.safetensors/);
});

test('a file that is truncated is told as changed when a run fails', async () => {
  const file = await writeTiny({ ...tiny, layers: 60, width: 64 });
  const { id } = await engine.call('open', { path: file });
  const told = new Promise<EngineNotes['fileChanged']>((resolve) =>
    engine.on('fileChanged', resolve),
  );
  const trace = await engine.call('run', { checkpoint: id, input: { ids: [1, 2, 3] } });
  await truncate(file, 100_000);
  const { state } = await ended(trace);
  assert.equal(state.kind, 'failed');
  const note = await told;
  assert.equal(note.checkpoint, id);
  assert.match(note.message, /model\.safetensors/);
  await engine.call('close', { checkpoint: id });
});
