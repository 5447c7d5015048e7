import assert from 'node:assert/strict';
import test from 'node:test';
import path from 'node:path';
import { ntm } from '../../../../src/core/memory/ntm';
import { array, arraysOf, difference, loadArrays, recogniseArrays, runModel } from './runFamily';

const own = path.resolve('test/fixtures/memory');
const file = (name: string) => arraysOf(path.join(own, `${name}.safetensors`));

for (const variant of ['V0', 'V1', 'V2']) {
  test(`a machine of two read and two write heads computes what torch does (${variant})`, async () => {
    const golden = await file('ntm_a.golden');
    const ran = runModel(ntm, await file('ntm_a'), { variant }, new Map([['x', golden.get('x')!]]));
    const wanted = [...golden].filter(([name]) => name.startsWith(`${variant}.`));
    assert.ok(wanted.length > 30);
    for (const [name, { data, shape }] of wanted) {
      const recorded = name.slice(3);
      assert.deepEqual(ran.recording.tensors.get(recorded)?.shape, shape, recorded);
      assert.ok(difference(await ran.values(recorded), data) < 1e-5, recorded);
    }
  });
}

test('heads that read the cell and write without an erase vector compute what torch does', async () => {
  const golden = await file('ntm_b.golden');
  const inputs = new Map(['x', 'r0'].map((name) => [name, golden.get(name)!]));
  const ran = runModel(ntm, await file('ntm_b'), {}, inputs);
  for (const [name, { data }] of golden) {
    if (inputs.has(name)) continue;
    assert.ok(difference(await ran.values(name), data) < 1e-5, name);
  }
  assert.equal(ran.recording.tensors.has('memory.head1.erase'), false);
});

test('a feed-forward controller computes what torch does, with the activation that is set', async () => {
  const golden = await file('ntm_dense.golden');
  const x = new Map([['x', golden.get('x')!]]);
  const arrays = await file('ntm_dense');
  assert.match(recogniseArrays(ntm, arrays).sentence, /feed-forward controller of 6 in 2 layers/);
  const ran = runModel(ntm, arrays, { activation: 'tanh', variant: 'V2' }, x);
  for (const [name, { data }] of golden) {
    if (name !== 'x') assert.ok(difference(await ran.values(name), data) < 1e-5, name);
  }
  const other = runModel(ntm, arrays, { activation: 'relu', variant: 'V2' }, x);
  assert.ok(difference(await other.values('output.y'), golden.get('output.y')!.data) > 1e-3);
});

test('memory read anywhere in a long run is the memory that the run had there', async () => {
  const ran = runModel(ntm, await file('ntm_a'), { task: 'copy', length: '150', variant: 'V2' });
  const memory = ran.recording.tensors.get('memory.M')!;
  const [steps = 0, slots = 0, columns = 0] = memory.shape;
  assert.equal(steps, 302);
  const whole = await ran.values('memory.M');
  const size = slots * columns;
  for (const step of [301, 64, 63, 200, 0, 199]) {
    const found = await memory.read(step * size, size);
    assert.deepEqual(found, whole.slice(step * size, (step + 1) * size), `step ${step}`);
  }
  // What was read at a step is the weighted sum of the memory before it: heads 0 reads before anything is written.
  const w = await ran.values('memory.head0.w');
  const read = await ran.values('memory.head0.read');
  const t = 130;
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let n = 0; n < slots; n++) sum += w[t * slots + n]! * whole[t * size + n * columns + j]!;
    assert.ok(Math.abs(sum - read[t * columns + j]!) < 1e-5);
  }
});

test('a machine that does no task keeps the newest activations and says that nothing decided', async () => {
  const model = loadArrays(ntm, await file('ntm_a'));
  const variant = model.options.find(({ name }) => name === 'variant');
  assert.equal(variant?.standard, 'V2');
  assert.match(model.facts.find(([name]) => name === 'Activations')![1], /no task decides it/);
});

test('the activations that a person sets are the ones that are stated', async () => {
  const { recording } = runModel(ntm, await file('ntm_a'), { variant: 'V0', length: '3' });
  const facts = new Map(recording.model.facts);
  assert.match(facts.get('Activations')!, /^V0: .*\(as set\)$/);
});

test('the activation of a feed-forward controller is found by doing the task', async () => {
  const arrays = await file('ntm_copy_tanh');
  const facts = (ran: ReturnType<typeof runModel>) => new Map(ran.recording.model.facts);
  const ran = runModel(ntm, arrays, { length: '9' });
  assert.match(facts(ran).get('Controller activation')!, /^tanh \(by self-test: V2 with tanh 0 of/);
  assert.match(facts(ran).get('Activations')!, /^V2/);
  assert.equal(ran.recording.verdict!.text, 'copied 9 of 9 vectors, 0 bit errors');
  const set = runModel(ntm, arrays, { length: '9', activation: 'relu' });
  assert.equal(facts(set).get('Controller activation'), 'relu (as set)');
  assert.equal(set.recording.verdict!.good, false);
});

test('the sample copies short and long sequences without a wrong bit', async () => {
  const arrays = await arraysOf('samples/ntm-copy/model.safetensors');
  for (const length of ['1', '12', '20', '30']) {
    const { recording } = runModel(ntm, arrays, { length });
    assert.equal(recording.verdict!.text, `copied ${length} of ${length} vectors, 0 bit errors`);
  }
});

test('a seed gives the same run again, another seed another one', async () => {
  const arrays = await file('ntm_b');
  const y = (seed: string) => runModel(ntm, arrays, { seed, length: '4' }).values('output.y');
  assert.deepEqual(await y('5'), await y('5'));
  assert.notDeepEqual(await y('5'), await y('6'));
});

test('an input of another width is refused with the shape that was expected', async () => {
  const arrays = await file('ntm_a');
  const run = () =>
    runModel(ntm, arrays, {}, new Map([['x', array([2, 5], new Float32Array(10))]]));
  assert.throws(run, /the input x has shape \[2, 5\], expected \[T, 4\]/);
});

test('a missing tensor is named, with what its shape should be', async () => {
  const arrays = new Map(await file('ntm_a'));
  arrays.set('ntm.heads.1.fc_write.weight', array([14, 6], new Float32Array(84)));
  const recognise = () => recogniseArrays(ntm, arrays);
  assert.throws(
    recognise,
    /ntm\.heads\.1\.fc_write\.weight has shape \[14, 6\], expected \[15, 6\]/,
  );
});

test('a run that would not fit in memory is refused before it takes any', async () => {
  const arrays = await file('ntm_a');
  const x = array([10_000_000, 4], new Float32Array(40_000_000));
  assert.throws(
    () => runModel(ntm, arrays, {}, new Map([['x', x]])),
    /10000000 steps are too many/,
  );
});
