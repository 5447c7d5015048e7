import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../../../src/core/memory/random';
import { recogniseMemory } from '../../../../src/core/memory/recognise';

/** Names of every layout, with shapes that fit. */
const layouts: readonly (readonly [family: string, shapes: Readonly<Record<string, number[]>>])[] =
  [
    ['Hopfield network', { weights: [6, 6], bias: [6] }],
    ['Hopfield network', { W: [6, 6], patterns: [2, 6] }],
    ['Hopfield network', { saved: [3, 6] }],
    ['Hopfield network', { J: [6, 6], h: [6] }],
    ['Hopfield network', { 'module.W': [6, 6], patterns: [2, 2, 3], labels: [2], N: [] }],
    ['Attention module', { W: [4, 6] }],
    ['Attention module', { K: [4, 6], V: [4, 3] }],
    ['Attention module', { 'Wq.weight': [5, 4], 'Wk.weight': [5, 3], 'v.weight': [1, 5] }],
    ['Linear associative memory', { W: [3, 4], keys: [2, 4], values: [2, 3] }],
    ['Recurrent cells', { 'model.lstm.weight_ih_l0': [16, 3], 'model.lstm.weight_hh_l0': [16, 4] }],
    ['Recurrent cells', { weight_ih: [12, 3], weight_hh: [12, 4], bias_ih: [12], bias_hh: [12] }],
    [
      'Recurrent cells',
      { 'gru/kernel': [3, 12], 'gru/recurrent_kernel': [4, 12], 'gru/bias': [2, 12] },
    ],
    ['Recurrent cells', { 'layers/lstm/cell/vars/0': [3, 16], 'layers/lstm/cell/vars/1': [4, 16] }],
    ['End-to-end memory network', { 'C_0.weight': [9, 4], 'C_1.weight': [9, 4] }],
    ['End-to-end memory network', { 'agent.C.0.weight': [9, 4], 'agent.C.1.weight': [9, 4] }],
    [
      'End-to-end memory network',
      {
        'core.A.weight': [9, 4],
        'core.B.weight': [9, 4],
        'core.C.weight': [9, 4],
        'core.W.weight': [9, 4],
      },
    ],
    [
      'Hopfield layer',
      { 'net.hopfield.association_core.in_proj_weight': [12, 4], 'net.lookup_weights': [1, 7, 4] },
    ],
    [
      'Fast weights',
      {
        'W.weight': [4, 4],
        'C.weight': [4, 3],
        'embedding.weight': [9, 3],
        'norm.weight': [4],
      },
    ],
  ];

const tensorsOf = (shapes: Readonly<Record<string, readonly number[]>>) =>
  new Map(Object.entries(shapes).map(([name, shape]) => [name, { name, shape }]));

test('each layout is taken by its own family', () => {
  for (const [family, shapes] of layouts) {
    const { recognition, match } = recogniseMemory(tensorsOf(shapes));
    assert.equal(
      match?.family,
      family,
      `${Object.keys(shapes).join()}: ${JSON.stringify(recognition)}`,
    );
  }
});

test('names with shapes that make no sense are never more than incomplete', () => {
  const random = seeded(77);
  for (let round = 0; round < 400; round++) {
    const [, shapes] = layouts[round % layouts.length]!;
    const broken = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        random.bit()
          ? shape
          : Array.from({ length: random.below(4) }, () => random.below(3) * random.below(9)),
      ]),
    );
    const { recognition } = recogniseMemory(tensorsOf(broken));
    assert.ok(['arrays', 'incomplete', 'unknown'].includes(recognition.kind));
  }
});

test('a damaged machine is not taken for the recurrent layer inside of it', () => {
  const controller = {
    'ntm.controller.lstm.weight_ih_l0': [16, 6],
    'ntm.controller.lstm.weight_hh_l0': [16, 4],
  };
  const { recognition } = recogniseMemory(
    tensorsOf({ ...controller, 'ntm.heads.0.fc_read.weight': [9, 4] }),
  );
  assert.ok(recognition.kind === 'incomplete' && recognition.family === 'Neural Turing Machine');
  assert.equal(recognition.problems[0], 'ntm.memory.mem_bias is missing');
  const { match } = recogniseMemory(tensorsOf(controller));
  assert.equal(match?.family, 'Recurrent cells');
});

test('what no tensor of a Keras GRU tells is said to be taken as the default', () => {
  const gru = { 'gru/kernel': [3, 12], 'gru/recurrent_kernel': [4, 12] };
  const layer = (shapes: Record<string, number[]>) =>
    new Map(recogniseMemory(tensorsOf(shapes)).match!.facts).get('Layer 0')!;
  assert.match(layer(gru), /reset_after taken as the default$/);
  assert.doesNotMatch(layer({ ...gru, 'gru/bias': [12] }), /default/);
});

test('layers of a classifier are of no family', () => {
  const shapes = { 'fc1.weight': [8, 8], 'fc1.bias': [8], 'fc2.weight': [2, 8], 'fc2.bias': [2] };
  assert.equal(recogniseMemory(tensorsOf(shapes)).recognition.kind, 'unknown');
});

test('a part that does not fit the others is named, with the shape that was expected', () => {
  const cases: readonly (readonly [Readonly<Record<string, number[]>>, string])[] = [
    [{ W: [6, 6], patterns: [2, 5] }, 'patterns has shape [2, 5], expected [any, 6]'],
    [{ W: [6, 5], bias: [5] }, 'W has shape [6, 5], expected [5, 5]'],
    [{ J: [6, 6], h: [7] }, 'h has shape [7], expected [6]'],
    [{ 'C_0.weight': [9, 4], 'C_2.weight': [9, 4] }, 'C_1.weight is missing'],
    [{ 'C_0.weight': [9, 4] }, 'C_1.weight is missing: there are no hops'],
    [{ 'A.weight': [9, 4], 'B.weight': [9, 4], 'W.weight': [9, 4] }, 'C.weight is missing'],
  ];
  for (const [shapes, problem] of cases) {
    const { recognition } = recogniseMemory(tensorsOf(shapes));
    assert.equal(recognition.kind === 'incomplete' && recognition.problems[0], problem);
  }
});
