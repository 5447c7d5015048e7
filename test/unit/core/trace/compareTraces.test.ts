import assert from 'node:assert/strict';
import test from 'node:test';
import { compareTraces } from '../../../../src/core/trace/compareTraces';
import { held, type Recording } from '../../../../src/core/trace/recording';

type Tensors = Readonly<
  Record<string, readonly [shape: readonly number[], values: readonly number[]]>
>;

const recording = (tensors: Tensors): Recording => ({
  model: { sentence: 'made', family: '' },
  tensors: new Map(
    Object.entries(tensors).map(([name, [shape, values]]) => [
      name,
      held(shape, Float32Array.from(values)),
    ]),
  ),
  labels: new Map(),
  events: [],
});
const compare = (a: Tensors, b: Tensors) => compareTraces(recording(a), recording(b));

test('a run against itself is the same, NaN included', async () => {
  const run: Tensors = {
    'output.y': [
      [2, 2],
      [1, NaN, 3, 4],
    ],
  };
  const [only] = await compare(run, run);
  assert.equal(only?.kind, 'same');
});

test('the first step that differs is told, and the step of the largest difference', async () => {
  const [only] = await compare(
    {
      'output.y': [
        [4, 2],
        [0, 0, 0, 0, 0, 0, 0, 0],
      ],
    },
    {
      'output.y': [
        [4, 2],
        [0, 1e-9, 0, 0.5, 0, -2, 0, 0],
      ],
    },
  );
  assert.deepEqual(only, {
    name: 'output.y',
    kind: 'differs',
    shape: [4, 2],
    largest: 2,
    largestStep: 2,
    first: 1,
  });
});

test('a memory has its value before the first step; a weighting its steps behind its heads', async () => {
  const [memory, weighting] = await compare(
    {
      'memory.M': [
        [3, 1],
        [0, 0, 0],
      ],
      'attention.self.0': [
        [2, 2, 1],
        [1, 1, 1, 1],
      ],
    },
    {
      'memory.M': [
        [3, 1],
        [1, 0, 0],
      ],
      'attention.self.0': [
        [2, 2, 1],
        [1, 1, 1, 0.5],
      ],
    },
  );
  assert.ok(memory?.kind === 'differs' && weighting?.kind === 'differs');
  assert.deepEqual([memory.first, weighting.first], [-1, 1]);
});

test('of runs of unlike length the common steps are compared', async () => {
  const [only] = await compare({ 'output.y': [[2], [1, 2]] }, { 'output.y': [[3], [1, 2, 3]] });
  assert.ok(only?.kind === 'differs');
  assert.deepEqual([only.first, only.more], [undefined, { side: 'b', steps: 1 }]);
});

test('a value that is no number on one side is infinitely far; other shapes and names are told apart', async () => {
  const found = await compare(
    {
      x: [[1], [NaN]],
      y: [
        [2, 2],
        [0, 0, 0, 0],
      ],
      z: [[1], [0]],
    },
    {
      x: [[1], [0]],
      y: [
        [2, 3],
        [0, 0, 0, 0, 0, 0],
      ],
      new: [[1], [0]],
    },
  );
  assert.deepEqual(
    found.map(({ name, kind }) => `${name} ${kind}`),
    ['x differs', 'y reshaped', 'z removed', 'new added'],
  );
  assert.ok(found[0]?.kind === 'differs' && found[0].largest === Infinity);
});
