import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cells } from '../../../../src/core/memory/cells/cells';
import { memn2n } from '../../../../src/core/memory/memn2n/memn2n';
import type { Config } from '../../../../src/core/model/architecture';
import { array, arraysOf, difference, loadArrays, recogniseArrays, runModel } from './runFamily';

interface Entry {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type Named = Readonly<Record<string, Entry>>;
type Case = { readonly tensors: Named; readonly inputs: Named } & Readonly<
  Record<'y' | 'p' | 'logits', Entry>
>;

// Made by test/fixtures/recurrent/make.py.
const cases = JSON.parse(readFileSync('test/fixtures/recurrent/weights.json', 'utf8')) as Record<
  string,
  Case
>;
const arrays = (named: Named) =>
  new Map(Object.entries(named).map(([name, { shape, data }]) => [name, array(shape, data)]));

for (const [name, options, what] of [
  ['lstm', {}, 'two LSTM layers, both directions, with projection'],
  ['lstmFromState', {}, 'an LSTM that starts from given states'],
  ['gru', {}, 'a GRU without biases'],
  ['rnn', { nonlinearity: 'relu' }, 'a plain RNN with relu'],
  ['kerasGru', {}, 'a Keras GRU that resets before the product'],
] as const) {
  test(`${what} gives the outputs of its library`, async () => {
    const { tensors, inputs, y } = cases[name]!;
    const ran = runModel(cells, arrays(tensors), options, arrays(inputs));
    assert.ok(difference(await ran.values('output.y'), y.data) < 2e-6);
  });
}

test('a projecting LSTM keeps gates as wide as its units and h as wide as its projection', () => {
  const { tensors, inputs } = cases['lstm']!;
  const { recording } = runModel(cells, arrays(tensors), {}, arrays(inputs));
  assert.deepEqual(recording.tensors.get('state.1.bwd.o')!.shape, [5, 4]);
  assert.deepEqual(recording.tensors.get('state.1.bwd.h')!.shape, [5, 2]);
});

test('parameters are counted with one bias, as textbooks do, and as stored', () => {
  const { facts } = recogniseArrays(cells, arrays(cases['lstmFromState']!.tensors));
  // 4D(D + M + 1) and 4D(D + M + 2) with D = 4, M = 3.
  assert.ok(
    facts.some(([, value]) => value.startsWith('128 with one bias per gate, 144 as stored')),
  );
});

test('a recurrent layer whose parts do not fit is said with both shapes', () => {
  const tensors = arrays(cases['gru']!.tensors);
  tensors.set('weight_hh_l0', array([9, 3], new Float32Array(27)));
  assert.throws(
    () => recogniseArrays(cells, tensors),
    /weight_hh_l0 has shape \[9, 3\], which does not fit weight_ih_l0 \[12, 3\]/,
  );
});

test('a layer-wise memory network by TensorFlow names gives what its equations say', async () => {
  const { tensors, inputs, p, logits } = cases['memoryNetwork']!;
  const ran = runModel(memn2n, arrays(tensors), { hops: '2' }, arrays(inputs));
  assert.ok(difference(await ran.values('attention.hop.0'), p.data) < 2e-6);
  assert.ok(difference(await ran.values('output.logits'), logits.data) < 1e-5);
});

test('the sample finds the milk in two hops, and the words are its labels', async () => {
  const folder = 'samples/memn2n';
  const weights = await arraysOf(`${folder}/model.safetensors`);
  const config = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')) as Config;
  const { recording } = runModel(memn2n, weights, {}, undefined, config);
  assert.match(recording.verdict!.text, /^answer kitchen .*: mary went to the kitchen$/);
  assert.equal(recording.labels.get('sentences')![1], 'mary took the milk');
  const [first, second] = await recordingRows(recording.tensors.get('attention.hop.0')!);
  assert.ok(first![1]! > 0.9, 'the first hop reads who took the milk');
  assert.ok(second![0]! > 0.9, 'the second hop reads where she went');
});

async function recordingRows(recorded: {
  readonly shape: readonly number[];
  read(start: number, count: number): Float32Array | Promise<Float32Array>;
}): Promise<Float32Array[]> {
  const [, hops = 0, slots = 0] = recorded.shape;
  return Promise.all(Array.from({ length: hops }, (_, hop) => recorded.read(hop * slots, slots)));
}

test('a story longer than the temporal encoding is refused with both numbers', async () => {
  const weights = await arraysOf('samples/memn2n/model.safetensors');
  const inputs = new Map([
    ['story', array([13, 5], new Float32Array(65))],
    ['query', array([5], new Float32Array(5))],
  ]);
  assert.throws(
    () => runModel(memn2n, weights, {}, inputs),
    /the story has 13 sentences, the temporal encoding has 12/,
  );
  assert.equal(loadArrays(memn2n, weights).options[0]!.standard, 'position');
});
