import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { hopfield } from '../../../../src/core/memory/hopfield/hopfield';
import { weightsOf } from '../../../../src/core/memory/hopfield/rules';
import { array, arraysOf, difference, fixtures, runModel, skip } from './runFamily';

const folder = path.join(fixtures, 'own/hopfield-64');
const read = async (file: string) => arraysOf(path.join(folder, file));
const golden = async () => {
  const all = await read('golden.golden.safetensors');
  return (name: string) => all.get(name)!;
};

for (const rule of ['hebb', 'storkey'] as const) {
  test(`${rule}: weights, energy, states and overlaps of the golden`, { skip }, async () => {
    const arrays = await read('patterns.npy');
    const expected = await golden();
    const patterns = arrays.get('patterns')!.data;
    assert.ok(difference(weightsOf(rule, patterns, 64), expected(`${rule}.W`).data) < 1e-7);

    const inputs = new Map([
      ['state', expected(`${rule}.x0`)],
      ['order', expected(`${rule}.order`)],
    ]);
    const apart = runModel(hopfield, arrays, { rule, update: 'async' }, inputs);
    const energy = await apart.values('energy.E');
    assert.ok(difference(energy, expected(`${rule}.async.energy`).data) < 1e-5);
    assert.ok(
      difference(await apart.values('energy.overlap'), expected(`${rule}.async.overlap`).data) <
        1e-6,
    );
    const states = await apart.values('energy.state');
    assert.deepEqual([...states.slice(-64)], [...expected(`${rule}.async.x_last`).data]);
    const { good, text } = apart.recording.verdict!;
    assert.deepEqual([good, text], [true, 'fell into pattern 0 after 12 flips']);

    const options = { rule, update: 'sync', steps: '6' };
    const together = runModel(hopfield, arrays, options, inputs);
    const sync = await together.values('energy.E');
    assert.ok(difference(sync, expected(`${rule}.sync.energy`).data) < 1e-5);
    const each = await together.values('energy.state');
    assert.equal(difference(each, expected(`${rule}.sync.x`).data), 0);
  });
}

test(
  'weights that are given descend as those of Hebb, in .npy, .npz and .pt',
  { skip },
  async () => {
    const expected = await golden();
    const inputs = new Map([
      ['state', expected('hebb.x0')],
      ['order', expected('hebb.order')],
    ]);
    for (const file of ['hebb_W.npy', 'hopfield.npz', 'hopfield.pt']) {
      const ran = runModel(hopfield, await read(file), { update: 'async' }, inputs);
      const last = file === 'hopfield.pt' ? 'storkey' : 'hebb';
      const states = await ran.values('energy.state');
      const end = [...states.slice(-64)];
      if (file !== 'hopfield.pt') {
        assert.deepEqual(end, [...expected(`${last}.async.x_last`).data], file);
      }
      assert.equal(ran.recording.verdict!.good, true, `${file}: ${ran.recording.verdict!.text}`);
    }
  },
);

test('two units that inhibit each other one way cycle in two states', { skip }, async () => {
  const expected = await golden();
  const arrays = new Map([['W', expected('twocycle.W')]]);
  const inputs = new Map([['state', array([2], [1, 1])]]);
  const options = { update: 'sync', steps: '4' };
  const ran = runModel(hopfield, arrays, options, inputs);
  const states = await ran.values('energy.state');
  assert.equal(difference(states, expected('twocycle.sync.x').data), 0);
  const energy = await ran.values('energy.E');
  assert.ok(difference(energy, expected('twocycle.sync.energy').data) < 1e-6);
  assert.match(ran.recording.verdict!.text, /^two-cycle/);
});

for (const [beta, kind] of [
  ['0.5', /^global mean/],
  ['4', /^metastable/],
  ['32', /^retrieved pattern 1/],
] as const) {
  test(`modern, β = ${beta}: energy, states and softmax of the golden`, { skip }, async () => {
    const expected = await golden();
    const name = (what: string) => expected(`modern.b${beta}.${what}`);
    const arrays = new Map([['X', expected('modern.X')]]);
    const xi = name('xi');
    const inputs = new Map([['state', array([16], xi.data.slice(0, 16))]]);
    const ran = runModel(hopfield, arrays, { update: 'modern', beta, steps: '6' }, inputs);
    assert.ok(difference(await ran.values('energy.E'), name('energy').data) < 1e-5);
    assert.ok(difference(await ran.values('energy.state'), xi.data) < 1e-5);
    const weighting = await ran.values('attention.pattern.0');
    assert.ok(difference(weighting, name('softmax').data) < 1e-5);
    assert.match(ran.recording.verdict!.text, kind);
  });
}
