/** Models that look at images a part at a time, against their goldens. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { MemoryFamily } from '../../../../src/core/memory/memory';
import { captions } from '../../../../src/core/memory/recurrent/captions';
import { glimpses } from '../../../../src/core/memory/recurrent/glimpses';
import type { Config } from '../../../../src/core/model/architecture';
import { array, arraysOf, difference, fixtures, runModel, skip } from './runFamily';

const own = (name: string, file: string) => arraysOf(path.join(fixtures, 'own', name, file));

/** How far each recorded tensor is from that of example `ex` of the golden. */
async function farthest(
  name: string,
  family: MemoryFamily,
  ex: string,
  inputs: readonly string[],
  options: Record<string, string>,
  names: Readonly<Record<string, string>>,
): Promise<[string, number][]> {
  const [weights, golden] = await Promise.all([
    own(name, 'model.pt'),
    own(name, 'model.golden.safetensors'),
  ]);
  const given = new Map(inputs.map((input) => [input, golden.get(`${ex}.${input}`)!]));
  const ran = runModel(family, weights, options, given);
  return Promise.all(
    Object.entries(names).map(async ([found, expected]) => {
      const { data } = golden.get(`${ex}.${expected}`)!;
      return [found, difference(await ran.values(found), data)] as [string, number];
    }),
  );
}

for (const ex of ['ex0', 'ex1', 'ex2']) {
  test(`glimpses go where those of the golden go (${ex})`, { skip }, async () => {
    const found = await farthest(
      'ram-glyph32',
      glimpses,
      ex,
      ['image', 'loc0'],
      { steps: '4' },
      {
        'glimpse.location': 'locs',
        'glimpse.patches': 'glimpses',
        'glimpse.g': 'g',
        'glimpse.next': 'mu',
        'state.h': 'hidden',
        'output.logits': 'logits',
      },
    );
    for (const [name, far] of found) assert.ok(far < 1e-4, `${name} ${far}`);
  });

  for (const inputs of [['image'], ['image', 'caption_ids']]) {
    test(
      `a caption attends as in the golden, given ${inputs.join(' and ')} (${ex})`,
      { skip },
      async () => {
        const found = await farthest(
          'show-attend-tell-28',
          captions,
          ex,
          inputs,
          {},
          {
            'attention.image.0': 'alphas',
            'image.score': 'scores',
            'image.context': 'contexts',
            'image.gate': 'gates',
            'state.h': 'hidden',
            'state.c': 'cell',
            'encoder.annotations': 'annotations',
            'output.logits': 'logits',
            'output.ids': 'words',
          },
        );
        for (const [name, far] of found) assert.ok(far < 1e-4, `${name} ${far}`);
      },
    );
  }

  test(`hard attention reads one place, as in the golden (${ex})`, { skip }, async () => {
    const hard = { attention: 'hard' };
    const found = await farthest('show-attend-tell-28', captions, ex, ['image'], hard, {
      'image.context': 'hard.contexts',
      'image.score': 'hard.scores',
      'output.logits': 'hard.logits',
      'output.ids': 'hard.words',
    });
    for (const [name, far] of found) assert.ok(far < 1e-4, `${name} ${far}`);
  });
}

/** Weights of a retina of 2 patches of 2 × 2 that never moves its eye: all zero. */
const still = new Map(
  Object.entries({
    'sensor.fc1.weight': [3, 8],
    'sensor.fc1.bias': [3],
    'sensor.fc2.weight': [2, 2],
    'sensor.fc2.bias': [2],
    'sensor.fc3.weight': [4, 3],
    'sensor.fc3.bias': [4],
    'sensor.fc4.weight': [4, 2],
    'sensor.fc4.bias': [4],
    'rnn.i2h.weight': [5, 4],
    'rnn.h2h.weight': [5, 5],
    'locator.fc_lt.weight': [2, 5],
    'classifier.fc.weight': [3, 5],
  }).map(([name, shape]) => [
    name,
    array(shape, new Float32Array(shape.reduce((product, length) => product * length, 1))),
  ]),
);

test('a retina reads finer and coarser around its location, and zeros beyond the image', async () => {
  const image = array(
    [1, 4, 4],
    Float32Array.from({ length: 16 }, (_, i) => i),
  );
  const inputs = new Map([
    ['image', image],
    ['loc0', array([2], Float32Array.of(-1, -1))],
  ]);
  const config: Config = { glimpse: 2, scale: 2, steps: 1 };
  const ran = runModel(glimpses, still, {}, inputs, config);
  // Around the first pixel: of 2 × 2 one is inside, of 4 × 4 (averages of 2 × 2) the last four pixels of a quarter.
  assert.deepEqual([...(await ran.values('glimpse.patches'))], [0, 0, 0, 0, 0, 0, 0, 2.5]);
});

test('patches that do not make the values that the weights take are refused with both numbers', () => {
  const image = array([1, 4, 4], new Float32Array(16));
  assert.throws(
    () => runModel(glimpses, still, { glimpse: '3', patches: '1' }, new Map([['image', image]])),
    /1 patches of 3 × 3 are 9 values, sensor\.fc1\.weight takes 8/,
  );
});
