import assert from 'node:assert/strict';
import test from 'node:test';
import path from 'node:path';
import { dnc } from '../../../../src/core/memory/dnc';
import { leastFirst } from '../../../../src/core/memory/torchOrder';
import { arraysOf, difference, recogniseArrays, runModel } from './runFamily';

const own = path.resolve('test/fixtures/memory');
const file = (name: string) => arraysOf(path.join(own, `${name}.safetensors`));

for (const [name, kind] of [
  ['dnc_joined', 'LSTM of 6'],
  ['dnc_separate', 'GRU of 6'],
] as const) {
  test(`${name}: memory, links, usage and outputs are what torch computes`, async () => {
    const golden = await file(`${name}.golden`);
    const arrays = await file(name);
    assert.match(recogniseArrays(dnc, arrays).sentence, new RegExp(`2 read heads.*${kind}`));
    const inputs = new Map([...golden].filter(([one]) => one === 'x' || one.endsWith('0')));
    const ran = runModel(dnc, arrays, {}, inputs);
    for (const [tensor, { data, shape }] of golden) {
      if (inputs.has(tensor)) continue;
      assert.deepEqual(ran.recording.tensors.get(tensor)?.shape, shape, tensor);
      assert.ok(difference(await ran.values(tensor), data) < 1e-5, tensor);
    }
  });
}

test('the number of cells is an option, since no tensor tells it', async () => {
  const ran = runModel(dnc, await file('dnc_joined'), { cells: '9', length: '3' });
  assert.deepEqual(ran.recording.tensors.get('memory.M')?.shape, [8, 9, 3]);
});

test('links of a long run are those that are replayed', async () => {
  const ran = runModel(dnc, await file('dnc_joined'), { length: '70' });
  const link = ran.recording.tensors.get('memory.link')!;
  const whole = await ran.values('memory.link');
  const size = link.shape[1]! * link.shape[2]!;
  assert.deepEqual(await link.read(100 * size, size), whole.slice(100 * size, 101 * size));
});

// Printed by torch 2.13 on a CPU: torch.topk(torch.full((1, n), 1e-6), n, largest=False)[1]
test('equal values come in the order of torch.topk', () => {
  const equal = (count: number) => [...leastFirst(new Float32Array(count).fill(1e-6))];
  assert.deepEqual(equal(4), [2, 3, 0, 1]);
  assert.deepEqual(equal(12), [6, 11, 10, 9, 8, 7, 3, 1, 2, 0, 4, 5]);
  assert.deepEqual(
    equal(20),
    [11, 0, 8, 9, 7, 4, 3, 2, 1, 5, 10, 12, 13, 14, 15, 16, 17, 18, 19, 6],
  );
  const some = Float32Array.of(0.3, 0, 0, 0.5, 0, 0, 0, 0, 0.2, 0, 0, 0);
  assert.deepEqual([...leastFirst(some)], [6, 11, 10, 9, 7, 1, 4, 5, 2, 8, 0, 3]);
});
