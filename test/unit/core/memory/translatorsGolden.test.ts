import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { translators } from '../../../../src/core/memory/recurrent/translators';
import { arraysOf, difference, fixtures, runModel, skip } from './runFamily';

const own = path.join(fixtures, 'own');
const folders = skip
  ? ['bahdanau-reverse']
  : readdirSync(own).filter((name) => /^(bahdanau|luong|grammar|seq2seq)/.test(name));

for (const name of folders) {
  test(`${name}: alignment, states, logits and words of the golden`, { skip }, async () => {
    const arrays = await arraysOf(path.join(own, name, 'model.pt'));
    const golden = await arraysOf(path.join(own, name, 'model.golden.safetensors'));
    const shapes = new Map([...arrays].map(([key, { shape }]) => [key, { name: key, shape }]));
    const family = translators.find((one) => one.recognise(shapes, undefined))!;
    const options = name === 'grammar-parse' ? { begin: 'zeros' } : {};
    const inputs = new Map([['src_ids', golden.get('ex0.src_ids')!]]);
    const ran = runModel(family, arrays, options, inputs);
    for (const [found, expected] of [
      ['output.ids', 'out_ids'],
      ['attention.cross.0', 'alphas'],
      ['cross.score', 'scores'],
      ['cross.score', 'energies'],
      ['cross.context', 'contexts'],
      ['state.h', 'hidden'],
      ['encoder.h', 'enc_out'],
      ['output.logits', 'logits'],
    ] as const) {
      const array = golden.get(`ex0.${expected}`);
      if (array) assert.ok(difference(await ran.values(found), array.data) < 1e-4, expected);
    }
  });
}
