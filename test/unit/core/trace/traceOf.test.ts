import assert from 'node:assert/strict';
import test from 'node:test';
import { held, type Recorded, type Recording } from '../../../../src/core/trace/recording';
import { traceOf, type Keep } from '../../../../src/core/trace/traceOf';

const keep: Keep = (_, read) => read();
const counting = (...shape: number[]): Recorded =>
  held(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );
const recorded = (tensors: object, labels: object = {}): Recording => ({
  model: { sentence: 'made', family: 'made' },
  tensors: new Map(Object.entries(tensors)),
  labels: new Map(Object.entries(labels)),
  events: [],
});
const made = (tensors: object, labels?: object) => traceOf(recorded(tensors, labels), 'file', keep);

test('hops are rows over sentences, with their own labels', async () => {
  const labels = { sentences: ['a', 'b', 'c'] };
  const { blocks } = made({ 'attention.hop.0': counting(1, 2, 3) }, labels);
  const [hop] = blocks;
  assert.equal(hop?.id, 'hop.0.0');
  assert.deepEqual([hop.rows.kind, hop.columns.kind], ['hop', 'sentence']);
  assert.equal(hop.columns.label(2), 'c');
  assert.deepEqual([...(await hop.weighting.row(1))], [3, 4, 5]);
});

test('a series goes by steps, by hops or by patterns, as its name and the run tell', () => {
  const axis = (tensors: object) =>
    Object.fromEntries(
      made(tensors).series.map(({ name, steps }) => [name, `${steps.id} ${steps.kind}`]),
    );
  const hops = { 'attention.hop.0': counting(1, 3, 5) };
  const network = { 'memory.u': counting(4, 2), 'memory.o': counting(3, 2) };
  assert.deepEqual(axis({ ...hops, ...network, 'output.logits': counting(1, 9) }), {
    'memory.u': 'states.4 hop',
    'memory.o': 'hops.3 hop',
    'output.logits': 'steps.1 step',
  });
  assert.deepEqual(axis(network), { 'memory.u': 'steps.4 step', 'memory.o': 'steps.3 step' });
  const descent = { 'energy.E': counting(4), 'energy.field': counting(4, 6) };
  const plane = { 'energy.plane.basin': counting(8, 8), 'energy.patterns': counting(2, 6) };
  assert.deepEqual(axis({ ...descent, ...plane, 'energy.flipped': counting(3) }), {
    'energy.E': 'states.4 step',
    'energy.field': 'states.4 step',
    'energy.plane.basin': 'grid.8 unit',
    'energy.patterns': 'patterns.2 pattern',
    'energy.flipped': 'steps.3 step',
  });
});

test('each head of a weighting reads its own values', async () => {
  const { blocks } = made({ 'attention.self.2': counting(2, 2, 2) });
  assert.deepEqual(
    blocks.map(({ id, layer, head }) => [id, layer, head]),
    [
      ['self.2.0', 2, 0],
      ['self.2.1', 2, 1],
    ],
  );
  assert.deepEqual([...(await blocks[1]!.weighting.values())], [4, 5, 6, 7]);
});

test('a memory head gathers its stages, scalars and vectors; erase or add make it a writer', async () => {
  const { blocks, series } = made({
    'memory.head0.w': counting(2, 3),
    'memory.head0.w_gated': counting(2, 3),
    'memory.head0.beta': counting(2),
    'memory.head0.key': counting(2, 4),
    'memory.head1.w': counting(2, 3),
    'memory.head1.add': counting(2, 4),
    'memory.write0.w': counting(2, 3),
    'memory.M': counting(3, 3, 4),
  });
  assert.deepEqual(
    blocks.map(({ id, act }) => [id, act]),
    [
      ['read.0', 'read'],
      ['write.1', 'write'],
      ['write.0', 'write'],
    ],
  );
  const [head] = blocks;
  assert.deepEqual([...head!.stages.keys()], ['gated', 'sharpened']);
  assert.deepEqual([...(await head!.scalars.get('beta')!.range!(0, 2))], [0, 1]);
  assert.deepEqual([...(await head!.vectors.get('key')!.at(1))], [4, 5, 6, 7]);
  // The memory has a state before the first step; accesses do not.
  assert.deepEqual(
    [series[0]?.name, series[0]?.steps.length, head!.rows.length],
    ['memory.M', 3, 2],
  );
});

test('a head without a weighting is seen as series', () => {
  const { blocks, series } = made({ 'memory.head0.beta': counting(2) });
  assert.equal(blocks.length, 0);
  assert.deepEqual(
    series.map(({ name }) => name),
    ['memory.head0.beta'],
  );
});

test('a shape that does not fit its name is refused with the tensor', () => {
  assert.throws(
    () => made({ 'attention.self.0': counting(2, 2) }),
    /attention\.self\.0: expected \[heads, queries, keys\], found \[2, 2\]/,
  );
  assert.throws(
    () => made({ 'memory.head0.w': counting(2, 2, 2) }),
    /memory\.head0\.w: expected \[steps, slots\], found \[2, 2, 2\]/,
  );
});
