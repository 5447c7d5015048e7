import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readFloat32 } from '../../../src/core/checkpoint/values';
import { openPath } from '../../../src/engine/files';
import { openModel, type Model } from '../../../src/engine/model';
import type { Run } from '../../../src/engine/transformerRun';
import { difference } from './tinyGpt2';

const fixtures = path.resolve(process.cwd(), '../shared/fixtures/own');
const skip = existsSync(fixtures) ? false : 'the shared fixtures are not there';

interface Golden {
  /** Texts of the examples. */
  readonly texts: readonly string[];
  value(name: string): Promise<Float32Array>;
}

async function each(
  look: (run: Run, golden: Golden, example: number, model: Model) => Promise<void>,
  name: string,
) {
  const folder = path.join(fixtures, name);
  const model = await openModel(path.join(folder, 'model.safetensors'));
  const opened = await openPath(path.join(folder, 'golden.golden.safetensors'));
  const told = JSON.parse(readFileSync(path.join(folder, 'golden.golden.json'), 'utf8')) as {
    examples: { text: string }[];
  };
  const golden: Golden = {
    texts: told.examples.map(({ text }) => text),
    value: (tensor) => readFloat32(opened.checkpoint.tensors.get(tensor)!),
  };
  for (const example of told.examples.keys()) {
    const ids = [...(await golden.value(`ex${example}.input_ids`))];
    const run = await model.run({ ids });
    await run.ended;
    assert.equal(run.state.kind, 'done');
    await look(run, golden, example, model);
    await run.close();
  }
  await opened.close();
  await model.close();
}

for (const name of ['gpt2-copy-2L4H', 'gpt2-induction-3L4H', 'llama-gqa-tiny']) {
  test(
    `${name}: attentions within 1e-5 and logits within 1e-4 of transformers`,
    { skip },
    async () => {
      await each(async (run, golden, example) => {
        const layers = Math.max(...run.blocks.map(({ layer }) => layer!)) + 1;
        for (let layer = 0; layer < layers; layer++) {
          const expected = await golden.value(`ex${example}.attentions.${layer}`);
          assert.ok(difference(await run.layerWeighting(layer), expected) < 1e-5);
          const heads = run.blocks.filter((block) => block.layer === layer);
          const each = await Promise.all(heads.map(({ weighting }) => weighting.values()));
          assert.ok(
            difference(
              each.flatMap((values) => [...values]),
              expected,
            ) < 1e-5,
          );
        }
        for (const series of run.series) {
          const key = series.name.replace('hidden.', 'hidden_states.').replace('output.', '');
          const expected = await golden.value(`ex${example}.${key}`);
          const steps = Array.from({ length: series.steps.length }, (_, step) => series.at(step));
          const values = (await Promise.all(steps)).flatMap((step) => [...step]);
          assert.ok(difference(values, expected) < 1e-4, series.name);
        }
      }, name);
    },
  );

  test(`${name}: its tokenizer gives the ids of the golden`, { skip }, async () => {
    await each(async (_, golden, example, model) => {
      const tokens = (await model.tokenizer())!.encode(golden.texts[example]!);
      const expected = await golden.value(`ex${example}.input_ids`);
      assert.deepEqual(tokens.ids, [...expected]);
    }, name);
  });
}

test(
  'the statistics find the induction heads of layer 1 and the heads before that feed them',
  { skip },
  async () => {
    await each(async (run) => {
      const found = await Promise.all(run.blocks.map((block) => block.statistics!()));
      const heads = (which: 'induction' | 'previous', threshold: number) =>
        run.blocks.filter((_, i) => found[i]![which] > threshold).map(({ id }) => id);
      assert.deepEqual(heads('induction', 0.5), ['self.1.0', 'self.1.1', 'self.1.2', 'self.1.3']);
      assert.deepEqual(heads('previous', 0.6), ['self.0.0', 'self.0.1', 'self.0.3']);
    }, 'gpt2-induction-3L4H');
  },
);

test('llama-gqa-tiny: greedy generation gives the tokens of the golden', { skip }, async () => {
  const folder = path.join(fixtures, 'llama-gqa-tiny');
  const model = await openModel(folder);
  const opened = await openPath(path.join(folder, 'golden.golden.safetensors'));
  const idsOf = async (name: string) => [
    ...(await readFloat32(opened.checkpoint.tensors.get(name)!)),
  ];
  const [prompt, all] = [await idsOf('gen.prompt_ids'), await idsOf('gen.output_ids')];
  const { signal } = new AbortController();
  const { steps } = await model.generate({ ids: prompt }, all.length - prompt.length, signal);
  const made: number[] = [];
  for await (const { id } of steps) made.push(id);
  assert.deepEqual([...prompt, ...made], all);
  await opened.close();
  await model.close();
});
