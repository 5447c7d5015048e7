import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type LiveOperation,
  liveRecording,
  type OperationKind,
} from '../../../../src/core/trace/live';
import { held } from '../../../../src/core/trace/recording';

const array = (shape: readonly number[], fill: (index: number) => number) =>
  held(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => fill(index)),
  );
let count = 0;
const operation = (
  what: OperationKind,
  arrays: LiveOperation['arrays'] | object,
  facts: LiveOperation['facts'] = {},
): LiveOperation => ({
  id: count++,
  what,
  name: 'Memory',
  file: '/ntm.py',
  line: 12,
  function: 'step',
  facts,
  arrays: arrays instanceof Map ? arrays : new Map(Object.entries(arrays)),
});
const all = async (recording: ReturnType<typeof liveRecording>, name: string) => {
  const found = recording.tensors.get(name);
  assert.ok(found, `${name} of ${[...recording.tensors.keys()].join()}`);
  const size = found.shape.reduce((a, b) => a * b, 1);
  return { shape: found.shape, values: [...(await found.read(0, size))] };
};

test('the memory before the first write, then after each operation', async () => {
  const before = array([2, 2], () => 0);
  const operations = [1, 2].map((value) =>
    operation(
      'write',
      {
        w: array([2], (slot) => slot),
        memory: array([2, 2], () => value),
        ...(value === 1 && { before }),
        add: array([2], () => value),
      },
      { object: 7 },
    ),
  );
  const recording = liveRecording('ntm.py', operations);
  const memory = await all(recording, 'memory.M');
  assert.deepEqual(memory.shape, [3, 2, 2]);
  assert.deepEqual(memory.values, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  assert.deepEqual((await all(recording, 'memory.write0.w')).values, [0, 1, 0, 1]);
  assert.deepEqual((await all(recording, 'memory.write0.add')).values, [1, 1, 2, 2]);
  assert.deepEqual(recording.events[1], {
    step: 1,
    of: 'memory.write0',
    what: 'Memory.write',
    origin: { kind: 'code', file: '/ntm.py', line: 12 },
  });
});

test('what only addresses a memory is a step of it where nothing is read or written', async () => {
  const w = array([2], (slot) => slot);
  const memory = array([2, 2], () => 1);
  const [address, read] = (['address', 'read'] as const).map((what) =>
    operation(what, { w, memory }, { object: 7 }),
  );
  const shapeOf = async (...operations: readonly LiveOperation[]) =>
    (await all(liveRecording('ntm.py', operations), 'memory.M')).shape;
  assert.deepEqual(await shapeOf(address!), [2, 2, 2]);
  assert.deepEqual(await shapeOf(address!, read!), [2, 2, 2]);
});

test('a head that did nothing at a step has a row of zeros there', async () => {
  const memory = array([2, 3], () => 1);
  const operations = [
    operation('write', { w: array([2], () => 0.5), memory }, { object: 1 }),
    operation(
      'read',
      { w: array([2], () => 0.25), memory, read: array([3], () => 9) },
      { object: 1 },
    ),
  ];
  const recording = liveRecording('', operations);
  assert.deepEqual((await all(recording, 'memory.read0.w')).values, [0, 0, 0.25, 0.25]);
  assert.deepEqual((await all(recording, 'memory.read0.read')).values, [0, 0, 0, 9, 9, 9]);
});

test('of a batch the first item is shown', async () => {
  const operations = [
    operation(
      'read',
      { w: array([2, 3], (index) => index), memory: array([2, 3, 2], (index) => index) },
      { object: 1 },
    ),
  ];
  const recording = liveRecording('', operations);
  assert.deepEqual((await all(recording, 'memory.M')).values.slice(6), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual((await all(recording, 'memory.read0.w')).values, [0, 1, 2]);
});

test('one memory is shown at a time, the one that was used last', () => {
  const memory = (slots: number) => ({
    w: array([slots], () => 0),
    memory: array([slots, 2], () => 0),
  });
  const operations = [
    operation('read', memory(4), { object: 1 }),
    operation('read', memory(3), { object: 2 }),
    operation('read', memory(4), { object: 1 }),
  ];
  assert.deepEqual(liveRecording('', operations).tensors.get('memory.M')?.shape, [3, 4, 2]);
});

test('the newest 96 attentions are laid out', async () => {
  const operations = Array.from({ length: 100 }, (_, id) =>
    operation('attention', { w: array([1, 1, 1], () => id) }),
  );
  const recording = liveRecording('', operations);
  assert.equal(recording.tensors.size, 96);
  assert.deepEqual((await all(recording, 'attention.self.0')).values, [4]);
});

test('gates of calls follow one another; those of another object of the class are left out', async () => {
  const call = (steps: number, from: number, object: number) =>
    operation('gates', { i: array([steps, 2], (index) => from + index) }, { object });
  const recording = liveRecording('', [call(1, 90, 2), call(2, 0, 1), call(1, 4, 1)]);
  const gate = await all(recording, 'gates.Memory.i');
  assert.deepEqual(gate, { shape: [3, 2], values: [0, 1, 2, 3, 4, 5] });
  const part = await recording.tensors.get('gates.Memory.i')!.read(3, 2);
  assert.deepEqual([...part], [3, 4]);
});

test('a probe is a series over its hits, of arrays and of plain numbers', async () => {
  const hit = (value: number) =>
    operation('probe', { x: array([2], () => value) }, { values: { loss: value } });
  const recording = liveRecording('', [hit(1), hit(2)]);
  assert.deepEqual(await all(recording, 'probe.Memory.x'), { shape: [2, 2], values: [1, 1, 2, 2] });
  assert.deepEqual(await all(recording, 'probe.Memory.loss'), { shape: [2], values: [1, 2] });
});

test('energies of the object that was asked last are a descent with its states', async () => {
  const asked = (energy: number, object: number) =>
    operation('energy', { state: array([2], () => energy) }, { energy, object });
  const recording = liveRecording('', [asked(9, 2), asked(-1, 1), asked(-3, 1)]);
  assert.deepEqual(await all(recording, 'energy.E'), { shape: [2], values: [-1, -3] });
  assert.deepEqual((await all(recording, 'energy.state')).values, [-1, -1, -3, -3]);
});
