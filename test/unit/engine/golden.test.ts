import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { readFloat32 } from '../../../src/core/checkpoint/values';
import { openPath } from '../../../src/engine/files';
import { openModel, type Model } from '../../../src/engine/model';
import type { Series } from '../../../src/core/trace/trace';
import type { ImageInput, TokenInput } from '../../../src/protocol/engine';
import type { Run } from '../../../src/engine/transformerRun';
import { difference } from './tinyGpt2';

const fixtures = path.resolve(process.cwd(), '../shared/fixtures/own');
const skip = existsSync(fixtures) ? false : 'the shared fixtures are not there';

interface Golden {
  /** Texts of the examples. */
  readonly texts: readonly (readonly string[])[];
  value(name: string): Promise<Float32Array>;
}

/** The input of an example, by the names that transformers gives its parts. */
async function inputOf(
  { value }: Golden,
  { tensors }: Checkpoint,
  example: number,
): Promise<TokenInput | ImageInput> {
  const name = (part: string) => `ex${example}.${part}`;
  const row = async (part: string) =>
    tensors.has(name(part)) ? [...(await value(name(part)))] : undefined;
  const pixels = tensors.get(name('pixel_values'));
  if (pixels) {
    const data = await value(pixels.name);
    return { image: { kind: 'pixels', shape: pixels.shape, data } };
  }
  const [ids = [], segments, target] = await Promise.all(
    ['input_ids', 'token_type_ids', 'decoder_input_ids'].map(row),
  );
  return { ids, ...(segments && { segments }), ...(target && { target: { ids: target } }) };
}

/** Every value of a series, one step after the other. */
async function valuesOf({ steps, at }: Series): Promise<number[]> {
  const values: number[] = [];
  for (let step = 0; step < steps.length; step++) values.push(...(await at(step)));
  return values;
}

async function each(
  look: (run: Run, golden: Golden, example: number, model: Model) => Promise<void>,
  name: string,
) {
  const folder = path.join(fixtures, name);
  const model = await openModel(path.join(folder, 'model.safetensors'));
  const opened = await openPath(path.join(folder, 'golden.golden.safetensors'));
  const told = JSON.parse(readFileSync(path.join(folder, 'golden.golden.json'), 'utf8')) as {
    examples?: { text?: string | string[] }[];
  };
  // Some say nothing about their examples, of which there are two.
  const examples = told.examples ?? [{}, {}];
  const golden: Golden = {
    texts: examples.map(({ text = '' }) => [text].flat()),
    value: (tensor) => readFloat32(opened.checkpoint.tensors.get(tensor)!),
  };
  for (const example of examples.keys()) {
    const run = await model.run(await inputOf(golden, opened.checkpoint, example));
    await run.ended;
    assert.equal(run.state.kind, 'done');
    await look(run, golden, example, model);
    await run.close();
  }
  await opened.close();
  await model.close();
}

for (const name of [
  'gpt2-copy-2L4H',
  'gpt2-induction-3L4H',
  'llama-gqa-tiny',
  'bert-tiny',
  'vit-tiny',
]) {
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
        for (const series of run.series.filter(({ name: own }) => own !== 'input.image')) {
          const key = series.name.replace('hidden.', 'hidden_states.').replace('output.', '');
          const expected = await golden.value(`ex${example}.${key}`);
          assert.ok(difference(await valuesOf(series), expected) < 1e-4, series.name);
        }
      }, name);
    },
  );

  if (name === 'vit-tiny') continue;
  test(`${name}: its tokenizer gives the ids of the golden`, { skip }, async () => {
    await each(async (_, golden, example, model) => {
      const tokens = (await model.tokenizer())!.encode(
        ...(golden.texts[example]! as [string, string?]),
      );
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

/** Name in a trace → in the golden. */
const pairNames: readonly (readonly [string, string])[] = [
  ['hidden.encoder.', 'encoder_hidden_states.'],
  ['hidden.decoder.', 'decoder_hidden_states.'],
  ['output.logits', 'logits'],
];

test(
  't5-copy-tiny: encoder, decoder and cross attention, hidden states and logits equal transformers',
  { skip },
  async () => {
    await each(async (run, golden, example) => {
      for (const { id, weighting } of run.blocks) {
        const [access, layer, head] = id.split('.');
        const all = await golden.value(`ex${example}.${access}_attentions.${layer}`);
        const values = await weighting.values();
        const start = Number(head) * values.length;
        assert.ok(difference(values, all.slice(start, start + values.length)) < 1e-5, id);
      }
      for (const series of run.series) {
        const [own, other] = pairNames.find(([start]) => series.name.startsWith(start))!;
        const expected = await golden.value(`ex${example}.${series.name.replace(own, other)}`);
        assert.ok(difference(await valuesOf(series), expected) < 1e-4, series.name);
      }
    }, 't5-copy-tiny');
  },
);

test('t5-copy-tiny: without a target the decoder says its own, a copy', { skip }, async () => {
  const model = await openModel(path.join(fixtures, 't5-copy-tiny'));
  const run = await model.run({ text: 'mu ge me so du <eos>' });
  await run.ended;
  const cross = run.blocks.find(({ id }) => id === 'cross.1.0')!;
  const labels = (axis: typeof cross.rows) =>
    Array.from({ length: axis.length }, (_, place) => axis.label(place));
  assert.deepEqual(labels(cross.rows).slice(1), ['mu', 'ge', 'me', 'so', 'du']);
  assert.deepEqual(labels(cross.columns), ['mu', 'ge', 'me', 'so', 'du', '<eos>']);
  await run.close();
  await model.close();
});
