import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { attentionModules } from '../../../../src/core/memory/recurrent/modules';
import { arraysOf, difference, fixtures, recogniseArrays, runModel, skip } from './runFamily';

for (const [name, options] of [
  ['attn-additive', {}],
  ['attn-bilinear', {}],
  ['attn-dot-memory', {}],
  ['attn-scaled-dot-memory', {}],
  ['attn-keyvalue', {}],
  ['attn-multihead', { heads: '4' }],
] as const) {
  test(`${name}: weights and reads of the golden`, { skip }, async () => {
    const folder = path.join(fixtures, 'own', name);
    const arrays = await arraysOf(path.join(folder, 'model.pt'));
    const golden = await arraysOf(path.join(folder, 'model.golden.safetensors'));
    const shapes = new Map([...arrays].map(([key, { shape }]) => [key, { name: key, shape }]));
    const family = attentionModules.find((one) => one.recognise(shapes, undefined))!;
    const { inputs } = recogniseArrays(family, arrays);
    const given = new Map(
      inputs.flatMap((spec) => {
        const array = golden.get(`ex0.${spec.name}`);
        return array ? [[spec.name, array] as const] : [];
      }),
    );
    const ran = runModel(family, arrays, options, given);
    for (const [found, expected] of [
      ['module.score', 'scores'],
      ['attention.module.0', 'weights'],
      ['output.y', 'out'],
    ] as const) {
      const { data } = golden.get(`ex0.${expected}`)!;
      assert.ok(difference(await ran.values(found), data) < 1e-4, found);
    }
  });
}
