/** What views ask about a run of a memory network, through the engine's own methods. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { plain } from '../../../src/core/trace/trace';
import { createService } from '../../../src/engine/service';
import { safetensorsHeader } from '../../../src/core/checkpoint/encodeSafetensors';
import { arraysOf, difference } from '../core/memory/runFamily';

const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-service-'));
after(() => rmSync(folder, { recursive: true }));
const service = createService(() => undefined);
const signal = new AbortController().signal;
const fixture = path.resolve('test/fixtures/memory/ntm_a.safetensors');
const golden = arraysOf(path.resolve('test/fixtures/memory/ntm_a.golden.safetensors'));

async function started() {
  const { id: checkpoint, recognition } = await service.open({ path: fixture }, signal);
  const x = (await golden).get('x')!;
  const input = { inputs: [{ name: 'x', ...x }], options: { variant: 'V2' } };
  return { recognition, trace: await service.run({ checkpoint, input }, signal) };
}

test('a run is laid out with heads, stages, scalars, vectors and series', async () => {
  const { recognition, trace } = await started();
  assert.equal(recognition.kind, 'arrays');
  assert.equal(trace.state.kind, 'done');
  assert.deepEqual(
    trace.blocks.map(({ id, act }) => `${id} ${act}`),
    ['read.0 read', 'write.1 write', 'read.2 read', 'write.3 write'],
  );
  assert.deepEqual(trace.ready, ['read.0', 'write.1', 'read.2', 'write.3']);
  const [, write] = trace.blocks;
  assert.deepEqual(write!.stages, ['content', 'gated', 'shifted', 'sharpened']);
  assert.deepEqual(
    write!.scalars!.map(([name]) => name),
    ['beta', 'gate', 'gamma'],
  );
  assert.deepEqual(
    write!.vectors!.map(([name, { shape }]) => [name, ...shape]),
    [
      ['key', 3],
      ['shift', 3],
      ['erase', 3],
      ['add', 3],
    ],
  );
  const axes = new Set(trace.axes.map(({ id }) => id));
  for (const { steps } of trace.series!) assert.ok(axes.has(steps));
  assert.ok(trace.series!.some(({ name, shape }) => name === 'memory.M' && shape.length === 2));
});

test('values, stages, memory at a step and what the step changed are served', async () => {
  const { trace } = await started();
  const expected = async (name: string) => (await golden).get(`V2.${name}`)!.data;
  const of = { trace: trace.id };
  const beta = { ...of, series: 'memory.head0.beta', from: 2, to: 5 };
  const found = await service.seriesRange(beta, signal);
  assert.ok(difference(found, (await expected('memory.head0.beta')).slice(2, 5)) < 1e-5);

  const stage = { ...of, block: 'write.1', stage: 'gated', transform: plain } as const;
  const gated = await service.tile({ ...stage, level: 0, row: 0, column: 0 }, signal);
  assert.ok(difference(gated.data, await expected('memory.head1.w_gated')) < 1e-5);

  const memory = await expected('memory.M');
  const cell = { ...of, series: 'memory.M', level: 0, row: 0, column: 0 };
  const after3 = await service.seriesTile({ ...cell, step: 3 }, signal);
  assert.deepEqual([after3.rows, after3.columns], [5, 3]);
  assert.ok(difference(after3.data, memory.slice(45, 60)) < 1e-5);
  const change = await service.seriesTile({ ...cell, step: 3, change: true }, signal);
  const wanted = memory.slice(45, 60).map((value, i) => value - memory[30 + i]!);
  assert.ok(difference(change.data, wanted) < 1e-5);
  const [least, most] = await service.seriesExtent({ ...of, series: 'memory.M' }, signal);
  assert.ok(Math.abs(least! - Math.min(...memory)) < 1e-5);
  assert.ok(Math.abs(most! - Math.max(...memory)) < 1e-5);
});

test('steps that are not there and more values than a screen holds are refused', async () => {
  const { trace } = await started();
  const ask = (from: number, to: number) =>
    Promise.resolve(service.seriesRange({ trace: trace.id, series: 'state.h', from, to }, signal));
  await assert.rejects(ask(0, 9), /steps 0…9 are outside the 7 of state\.h/);
  await assert.rejects(
    Promise.resolve(
      service.seriesRange({ trace: trace.id, series: 'none', from: 0, to: 1 }, signal),
    ),
    /has no series none/,
  );
});

test('a saved run opens as the same trace, with its events, verdict and facts', async () => {
  const { trace } = await started();
  const file = path.join(folder, 'saved.safetensors');
  await service.saveTrace({ trace: trace.id, path: file }, signal);
  const opened = await service.openTrace({ path: file }, signal);
  assert.equal(opened.source, 'file');
  const { id: _, source: __, state: ___, ...before } = trace;
  const { id: _1, source: _2, state: _3, ...now } = opened;
  assert.deepEqual(now, before);
  const cell = { series: 'memory.M', step: 7, level: 0, row: 0, column: 0 };
  const saved = await service.seriesTile({ trace: opened.id, ...cell }, signal);
  const ran = await service.seriesTile({ trace: trace.id, ...cell }, signal);
  assert.deepEqual(saved.data, ran.data);
});

test('a NaN among the weights is an event at the step where memory first holds it', async () => {
  const arrays = await arraysOf(fixture);
  arrays.get('ntm.heads.3.fc_write.bias')!.data.fill(NaN, 12, 13);
  const file = path.join(folder, 'nan.safetensors');
  const planned = [...arrays].map(([name, { shape }]) => ({ name, dtype: 'F32' as const, shape }));
  const bytes = [...arrays.values()].map(({ data }) => Buffer.from(data.buffer));
  writeFileSync(file, Buffer.concat([safetensorsHeader(planned, new Map()), ...bytes]));
  const { id: checkpoint } = await service.open({ path: file }, signal);
  const input = { options: { length: '3', variant: 'V2' } };
  const { events, verdict } = await service.run({ checkpoint, input }, signal);
  assert.deepEqual(
    events.filter(({ what, of }) => what === 'NaN' && of === 'memory.M').map(({ step }) => step),
    [1],
  );
  assert.equal(verdict?.good, false);
});

test('a weight that is no number is named with its place, and the run with its step', async () => {
  const bytes = readFileSync(fixture);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const name = 'ntm.memory.mem_bias';
  // Row 2, column 1 of [5, 3].
  bytes.writeFloatLE(NaN, 8 + length + header[name]!.data_offsets[0] + 4 * 7);
  const file = path.join(folder, 'nan.safetensors');
  writeFileSync(file, bytes);
  const { id: checkpoint } = await service.open({ path: file }, signal);
  const trace = await service.run({ checkpoint, input: { options: { length: '2' } } }, signal);
  assert.deepEqual(trace.model.facts!.at(-1), [
    name,
    '1 of 15 values are no numbers, the first is NaN at [2, 1]',
  ]);
  const first = trace.events.find(({ of }) => of === 'memory.M');
  assert.deepEqual([first?.step, first?.what], [0, 'NaN']);
  assert.equal(trace.verdict?.good ?? false, false);
});

test('a landscape is computed between other answers, and no further once its run is closed', async () => {
  const file = path.resolve('samples/hopfield/model.safetensors');
  const { id: checkpoint } = await service.open({ path: file }, signal);
  const started = async () => {
    const { id, axes, series } = await service.run({ checkpoint, input: { options: {} } }, signal);
    const basin = series!.find(({ name }) => name === 'energy.plane.basin')!;
    const to = axes.find((axis) => axis.id === basin.steps)!.length;
    const ref = { trace: id, series: basin.name };
    return { id, values: Promise.resolve(service.seriesRange({ ...ref, from: 0, to }, signal)) };
  };
  const first = await started();
  const answers: string[] = [];
  await Promise.all([
    first.values.then(() => answers.push('landscape')),
    Promise.resolve(
      service.seriesRange({ trace: first.id, series: 'energy.E', from: 0, to: 2 }, signal),
    ).then(() => answers.push('energy')),
  ]);
  assert.deepEqual(answers, ['energy', 'landscape']);
  const values = await first.values;
  assert.ok(new Set(values).size > 3);

  const second = await started();
  const refused = assert.rejects(second.values, /the run was closed before this was computed/);
  await service.closeTrace({ trace: second.id }, signal);
  await refused;
});
