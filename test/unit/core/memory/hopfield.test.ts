import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { descend, overlapsOf } from '../../../../src/core/memory/hopfield/asynchronous';
import { expectedRecall } from '../../../../src/core/memory/hopfield/capacity';
import { hopfield } from '../../../../src/core/memory/hopfield/hopfield';
import { energyOf, fieldsOf } from '../../../../src/core/memory/hopfield/network';
import { placeOf } from '../../../../src/core/memory/hopfield/outcome';
import { weightsOf } from '../../../../src/core/memory/hopfield/rules';
import type { Config } from '../../../../src/core/model/architecture';
import { seeded } from '../../../../src/core/memory/random';
import { array, arraysOf, difference, loadArrays, recogniseArrays, runModel } from './runFamily';

const n = 48;

function patternsOf(count: number, seed: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count * n }, () => 2 * random.bit() - 1);
}

const file = (patterns: Float32Array) =>
  new Map([['patterns', array([patterns.length / n, n], patterns)]]);

test('asynchronous updates never raise the energy, biases included', () => {
  const random = seeded(3);
  const w = weightsOf('hebb', patternsOf(4, 1), n);
  const b = Float64Array.from({ length: n }, () => random.next() - 0.5);
  const start = Int8Array.from({ length: n }, () => 2 * random.bit() - 1);
  const run = descend({ n, w, b }, start, { sweeps: 20, random });
  let next = run.next();
  while (!next.done) next = run.next();
  const { energy, settled, steps } = next.value;
  assert.ok(settled && steps % n === 0 && steps >= n);
  for (let step = 0; step < steps; step++) assert.ok(energy[step + 1]! <= energy[step]! + 1e-6);
});

test('a state, its fields and its energy can be asked for at any step, in any order', () => {
  const random = seeded(5);
  const net = {
    n,
    w: weightsOf('storkey', patternsOf(5, 2), n),
    b: Float64Array.from({ length: n }, () => random.next() / 10),
  };
  const start = Int8Array.from({ length: n }, () => 2 * random.bit() - 1);
  const run = descend(net, start, { steps: 150, sweeps: 20, random });
  let next = run.next();
  while (!next.done) next = run.next();
  const { energy, frames, last } = next.value;
  const look = frames();
  for (const step of [150, 0, 97, 48, 149, 12, 13]) {
    const { state, field } = look.at(step);
    assert.ok(difference(field, fieldsOf(net, state)) < 1e-12, `fields at ${step}`);
    assert.ok(Math.abs(energyOf(net, state, field) - energy[step]!) < 1e-5, `energy at ${step}`);
  }
  assert.deepEqual([...look.at(150).state], [...last]);
});

test('thresholds are biases with the other sign', async () => {
  const w = array([2, 2], [0, 0, 0, 0]);
  const state = new Map([['state', array([2], [1, 1])]]);
  const values = async (name: string) => {
    const arrays = new Map([
      ['W', w],
      [name, array([2], [0.5, -0.25])],
    ]);
    const ran = runModel(hopfield, arrays, {}, state);
    return (await ran.values('energy.state')).slice(-2);
  };
  assert.deepEqual([...(await values('bias'))], [1, -1]);
  assert.deepEqual([...(await values('theta'))], [-1, 1]);
});

test('a unit that hears nothing keeps its state', async () => {
  const arrays = new Map([['W', array([3, 3], new Float32Array(9))]]);
  const inputs = new Map([['state', array([3], [1, -1, 1])]]);
  for (const update of ['async', 'sync']) {
    const { recording } = runModel(hopfield, arrays, { update }, inputs);
    assert.match(recording.verdict!.text, /^settled after 0 flips/);
  }
});

test('where the energy rises the verdict says that W is not symmetric, and by how much', () => {
  const arrays = new Map([['W', array([2, 2], [0, 1, -0.2, 0])]]);
  const inputs = new Map([
    ['state', array([2], [1, -1])],
    ['order', array([4], [0, 1, 0, 1])],
  ]);
  const { recording } = runModel(hopfield, arrays, {}, inputs);
  assert.match(recording.verdict!.text, /W is not symmetric \(max \|W − Wᵀ\| = 1.2\)/);
  assert.equal(recording.verdict!.good, false);
  assert.ok(recording.events.some(({ what }) => what === 'energy rises'));
});

test('the end is named: a pattern, its reverse, a mixture of three, something else', () => {
  const patterns = patternsOf(6, 11);
  const row = (p: number) => Int8Array.from(patterns.slice(p * n, (p + 1) * n));
  assert.deepEqual(placeOf(patterns, n, row(4)), { kind: 'pattern', pattern: 4 });
  const reversed = row(2).map((x) => -x);
  assert.deepEqual(placeOf(patterns, n, reversed), { kind: 'reverse', pattern: 2 });
  const mixture = Int8Array.from({ length: n }, (_, i) =>
    Math.sign(row(1)[i]! - row(4)[i]! + row(5)[i]!),
  );
  assert.deepEqual(placeOf(patterns, n, mixture), { kind: 'mixture', patterns: [1, -5, 5] });
  const other = row(3);
  for (const i of [0, 7, 9]) other[i] = -other[i]!;
  const found = placeOf(patterns, n, other);
  assert.equal(found.kind === 'other' && found.nearest, 3);
});

test('the pseudo-inverse keeps patterns that are much alike, which Hebb does not', () => {
  const patterns = patternsOf(1, 4);
  const alike = Float32Array.from({ length: 6 * n }, (_, i) => {
    const [p, unit] = [Math.floor(i / n), i % n];
    return (unit >= 4 * p && unit < 4 * p + 4 ? -1 : 1) * patterns[unit]!;
  });
  const fixed = (rule: 'hebb' | 'pseudo-inverse') => {
    const net = { n, w: weightsOf(rule, alike, n), b: new Float64Array(n) };
    return Array.from({ length: 6 }, (_, p) => alike.slice(p * n, (p + 1) * n)).filter((x) =>
      fieldsOf(net, x).every((h, i) => h * x[i]! > 0),
    ).length;
  };
  assert.equal(fixed('pseudo-inverse'), 6);
  assert.ok(fixed('hebb') < 6);
});

test('an example starts from a stored pattern with noise and falls back into it', async () => {
  const patterns = patternsOf(3, 21);
  const options = { pattern: '1', noise: '0.15', seed: '9' };
  const ran = runModel(hopfield, file(patterns), options);
  const states = await ran.values('energy.state');
  const start = overlapsOf(patterns, n, states.slice(0, n));
  assert.ok(Math.abs(start[1]! - (1 - (2 * 7) / n)) < 1e-6);
  assert.match(ran.recording.verdict!.text, /^fell into pattern 1 after \d+ flips$/);
});

test('a β sweep goes from the global mean to a single pattern', async () => {
  const random = seeded(2);
  const rows = Float32Array.from({ length: 4 * n }, () => 2 * random.next() - 1);
  const ran = runModel(hopfield, file(rows), { beta: '1', pattern: '2' });
  const [sweep, betas] = [
    await ran.values('energy.sweep.pattern'),
    await ran.values('energy.sweep.beta'),
  ];
  assert.equal(betas[8], 1);
  const ends = (at: number) => [...sweep.slice(at * 4, at * 4 + 4)];
  assert.ok(ends(0).every((p) => Math.abs(p - 0.25) < 0.01));
  assert.ok(ends(16)[2]! > 0.999);
});

test('patterns of 0 and 1 are taken as ±1, and the facts say so', () => {
  const bits = patternsOf(2, 8).map((x) => (x + 1) / 2);
  const { facts } = loadArrays(hopfield, file(bits));
  assert.ok(facts.some(([, value]) => value.includes('0 and 1')));
});

test('a lone square matrix is weights, rows are patterns, an oblong W and layers are neither', () => {
  const sentence = (name: string, shape: number[]) =>
    recogniseArrays(
      hopfield,
      new Map([[name, array(shape, new Float32Array(shape[0]! * shape[1]!))]]),
    ).sentence;
  assert.match(sentence('saved', [5, 5]), /given weights/);
  assert.match(sentence('saved', [3, 5]), /3 patterns/);
  assert.throws(() => sentence('W', [3, 5]), /not recognised/);
  assert.throws(() => sentence('fc.weight', [3, 5]), /not recognised/);
});

test('values that do not fit are refused in one sentence', () => {
  const arrays = file(patternsOf(2, 1));
  const state = (values: number[]) =>
    runModel(hopfield, arrays, {}, new Map([['state', array([n], values)]]));
  assert.throws(() => state(Array(n).fill(0.5)), /the state has 0.5 at place 0, expected 1 or -1/);
  const broken = file(patternsOf(2, 1).fill(NaN, 3, 4));
  assert.throws(() => loadArrays(hopfield, broken), /patterns has NaN at place 3/);
  const real = file(patternsOf(2, 1).map((x) => x / 2));
  assert.throws(() => runModel(hopfield, real, { update: 'async' }), /real numbers/);
});

test('the expected recall lies on the measured loads and between them', () => {
  assert.equal(expectedRecall(0.138), 0.88);
  assert.equal(expectedRecall(0.01), 1);
  assert.ok(Math.abs(expectedRecall(0.18) - 0.44) < 1e-12);
  assert.equal(expectedRecall(2), 0.09);
});

test('in the plane of the patterns the cell of each pattern falls into it', async () => {
  const patterns = patternsOf(2, 31);
  const ran = runModel(hopfield, file(patterns), { rule: 'pseudo-inverse' });
  const [extent = 0] = await ran.values('energy.plane.extent');
  const basin = await ran.values('energy.plane.basin');
  const places = await ran.values('energy.plane.patterns');
  const grid = Math.sqrt(basin.length);
  const cell = (coordinate: number) => Math.floor(((coordinate / extent + 1) / 2) * grid);
  const at = (x: number, y: number) => basin[cell(y) * grid + cell(x)];
  for (const p of [0, 1]) {
    const [x, y] = [places[2 * p]!, places[2 * p + 1]!];
    assert.ok(Math.abs(Math.hypot(x, y) - 1) < 1e-6, 'two patterns lie in their plane');
    assert.equal(at(x, y), p);
    assert.equal(at(-x, -y), -1 - p);
  }
  const path = await ran.values('energy.plane.path');
  assert.ok(difference(path.slice(-2), places.slice(0, 2)) < 1e-6, 'the path ends in pattern 0');
});

test('the letters of the sample come back by name, a quarter of their points flipped', async () => {
  const weights = await arraysOf('samples/hopfield/model.safetensors');
  const config = JSON.parse(readFileSync('samples/hopfield/config.json', 'utf8')) as Config;
  for (const [pattern, letter] of [...'AEOTX'].entries()) {
    const options = { pattern: String(pattern), noise: '0.25' };
    const { recording } = runModel(hopfield, weights, options, undefined, config);
    assert.equal(recording.verdict!.text, `fell into pattern ${letter} after 25 flips`);
  }
});

test('greedy flips the unit whose field is strongest against it, and stops when none is', async () => {
  const patterns = patternsOf(3, 8);
  const ran = runModel(hopfield, file(patterns), { order: 'greedy', noise: '0.3', seed: '4' });
  const [states, fields, units] = await Promise.all(
    ['energy.state', 'energy.field', 'energy.unit'].map((name) => ran.values(name)),
  );
  assert.ok(units!.length > 3);
  const agreement = (step: number) =>
    Array.from({ length: n }, (_, i) => states![step * n + i]! * fields![step * n + i]!);
  units!.forEach((unit, step) => {
    const all = agreement(step);
    assert.equal(all[unit], Math.min(...all), `step ${step}`);
  });
  assert.ok(agreement(units!.length).every((value) => value >= 0));
});

test('as listed visits the units in their order until a sweep changes nothing', async () => {
  const ran = runModel(hopfield, file(patternsOf(3, 8)), { order: 'listed' });
  const units = await ran.values('energy.unit');
  assert.ok(units.every((unit, step) => unit === step % n));
  assert.match(ran.recording.verdict!.text, /^fell into pattern 0/);
});

test('the patterns and their energies are part of the recording', async () => {
  const patterns = patternsOf(3, 8);
  const ran = runModel(hopfield, file(patterns), { noise: '0', pattern: '2' });
  assert.deepEqual(await ran.values('energy.patterns'), patterns);
  const [level, energy] = [await ran.values('energy.level'), await ran.values('energy.E')];
  assert.ok(Math.abs(level[2]! - energy[0]!) < 1e-5);
});
