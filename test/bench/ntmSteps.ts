/** A machine of the size of the published copy-task checkpoints, with random weights: processor time of a step. */
import { runNtm } from '../../src/core/memory/ntmRun';
import { variants, type NtmShape, type NtmWeights } from '../../src/core/memory/ntmShape';
import { seeded } from '../../src/core/memory/random';
import { notFiniteEvents } from '../../src/core/trace/notFinite';

const shape: NtmShape = {
  inputs: 9,
  outputs: 8,
  units: 100,
  controller: 'lstm',
  layers: 1,
  slots: 128,
  columns: 20,
  heads: ['read', 'write'],
  headsRead: 'h',
  erases: true,
};

const random = seeded(1);
const values = (count: number) => new Float32Array(count).map(() => 0.3 * (2 * random.next() - 1));

const weights: NtmWeights = {
  cells: [
    {
      input: values(400 * 29),
      hidden: values(400 * 100),
      inputBias: values(400),
      hiddenBias: values(400),
    },
  ],
  heads: [26, 66].map((rows) => ({ weight: values(rows * 100), bias: values(rows) })),
  output: { weight: values(8 * 120), bias: values(8) },
  start: { memory: values(128 * 20), read: values(20), h: values(100), c: values(100) },
};

function run(steps: number) {
  const x = values(steps * shape.inputs);
  const started = process.cpuUsage();
  const machine = runNtm(shape, weights, variants.V2, weights.start, x);
  let next = machine.next();
  while (!next.done) next = machine.next();
  const { user, system } = process.cpuUsage(started);
  return { microseconds: (user + system) / steps, tensors: next.value.tensors };
}

async function measure() {
  run(2000);
  const { microseconds } = [run(2000), run(2000), run(2000)].reduce((a, b) =>
    b.microseconds < a.microseconds ? b : a,
  );
  globalThis.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  const { tensors } = run(10_000);
  globalThis.gc?.();
  const held = (process.memoryUsage().arrayBuffers - before) / 2 ** 20;
  const started = process.cpuUsage();
  await notFiniteEvents({
    model: { sentence: '', family: '' },
    tensors,
    labels: new Map(),
    events: [],
  });
  const { user, system } = process.cpuUsage(started);
  return { microseconds, held, swept: (user + system) / 1000 };
}

void measure().then((found) => process.stdout.write(`${JSON.stringify(found)}\n`));
