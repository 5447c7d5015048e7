import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { readFloat32 } from '../../../src/core/checkpoint/values';
import type { Series } from '../../../src/core/trace/trace';
import { openPath } from '../../../src/engine/files';
import { openModel, type Model } from '../../../src/engine/model';
import type { Run } from '../../../src/engine/transformerRun';
import type { ImageInput, TokenInput } from '../../../src/protocol/engine';
import { difference } from './tinyGpt2';

const fixtures = path.resolve('test/fixtures/families');

interface Fixture {
  readonly model: Model;
  readonly run: Run;
  value(name: string): Promise<Float32Array>;
  readonly names: readonly string[];
}

async function inputOf({ tensors }: Checkpoint): Promise<TokenInput | ImageInput> {
  const pixels = tensors.get('pixel_values');
  if (pixels) {
    return { image: { kind: 'pixels', shape: pixels.shape, data: await readFloat32(pixels) } };
  }
  const row = async (name: string) => {
    const tensor = tensors.get(name);
    return tensor && [...(await readFloat32(tensor))];
  };
  const segments = await row('token_type_ids');
  const target = await row('decoder_input_ids');
  return {
    ids: (await row('input_ids'))!,
    ...(segments && { segments }),
    ...(target && { target: { ids: target } }),
  };
}

async function ran(name: string, look: (fixture: Fixture) => Promise<void> | void): Promise<void> {
  const model = await openModel(path.join(fixtures, name, 'model.safetensors'));
  const golden = await openPath(path.join(fixtures, name, 'golden.safetensors'));
  const { tensors } = golden.checkpoint;
  const run = await model.run(await inputOf(golden.checkpoint));
  try {
    await run.ended;
    assert.equal(run.state.kind, 'done', JSON.stringify(run.state));
    const value = (of: string) => readFloat32(tensors.get(of)!);
    await look({ model, run, value, names: [...tensors.keys()] });
  } finally {
    await run.close();
    await model.close();
    await golden.close();
  }
}

async function valuesOf({ steps, at }: Series): Promise<number[]> {
  const values: number[] = [];
  for (let step = 0; step < steps.length; step++) values.push(...(await at(step)));
  return values;
}

const all = [
  'llama',
  'mistral',
  'qwen2',
  'qwen3',
  'gemma2',
  'neox',
  'opt',
  'phi',
  'bert',
  'roberta',
  'distilbert',
  't5',
  'bart',
  'marian',
  'vit',
];
for (const name of all) {
  test(`${name}: every weighting, hidden state and logit is what transformers computes`, async () => {
    await ran(name, async ({ run, value, names }) => {
      const seen = new Set<string>();
      for (const { id, weighting } of run.blocks) {
        const [access, layer, head] = id.split('.');
        const of = `attention.${access}.${layer}`;
        seen.add(of);
        const values = await weighting.values();
        const start = Number(head) * values.length;
        const expected = (await value(of)).slice(start, start + values.length);
        assert.ok(difference(values, expected) < 5e-6, id);
        // All of it fits into the thumbnail.
        assert.ok(difference((await weighting.thumbnail()).data, expected) < 5e-6, id);
      }
      for (const series of run.series) {
        if (series.name === 'input.image') continue;
        seen.add(series.name);
        const values = await valuesOf(series);
        assert.ok(difference(values, [...(await value(series.name))]) < 5e-5, series.name);
      }
      const wanted = names.filter((one) => /^(attention|hidden|output)\./.test(one));
      assert.deepEqual([...seen].sort(), wanted.sort());
    });
  });
}

test('tokens that are generated one by one have the logits of the whole text', async () => {
  for (const name of ['mistral', 'gemma2', 'opt']) {
    const model = await openModel(path.join(fixtures, name));
    const { signal } = new AbortController();
    const { steps } = await model.generate({ ids: [3, 7, 4] }, 6, signal);
    const ids = [3, 7, 4];
    for await (const { id, logits } of steps) {
      const run = await model.run({ ids });
      await run.ended;
      const whole = await run.logits(ids.length - 1, ids.length);
      assert.ok(difference(logits, whole) < 2e-5, `${name} after ${ids.join()}`);
      await run.close();
      ids.push(id);
    }
    await model.close();
  }
});

test('a head of the cross attention that is left out changes nothing of the encoder', async () => {
  const model = await openModel(path.join(fixtures, 't5'));
  const input = { ids: [3, 7, 4, 7], target: { ids: [0, 5, 2] } };
  const whole = await model.run(input);
  const without = await model.run({ ...input, without: ['cross.0.1'] });
  await Promise.all([whole.ended, without.ended]);
  const changeOf = async (id: string): Promise<number> => {
    const [a, b] = [whole, without].map(({ blocks }) => blocks.find((one) => one.id === id)!);
    return difference(await a!.weighting.values(), await b!.weighting.values());
  };
  for (const id of ['encoder.1.0', 'decoder.0.0', 'cross.0.1']) assert.equal(await changeOf(id), 0);
  assert.ok((await changeOf('cross.1.0')) > 0);
  assert.ok(difference(await whole.logits(0, 3), await without.logits(0, 3)) > 1e-4);
  await without.close();
  await whole.close();
  await model.close();
});

test('a decoder that is given nothing says its own text, and is shown saying it', async () => {
  const model = await openModel(path.join(fixtures, 't5'));
  const { signal } = new AbortController();
  const source = { ids: [3, 7, 4, 7] };
  const { steps } = await model.generate(source, 4, signal);
  const said: number[] = [];
  for await (const { id } of steps) said.push(id);
  const run = await model.run(source);
  await run.ended;
  const { rows, columns } = run.blocks.find(({ id }) => id === 'cross.0.0')!;
  const labels = Array.from({ length: Math.min(5, rows.length) }, (_, at) => rows.label(at));
  assert.deepEqual(labels, ['0', ...said.map(String)].slice(0, labels.length));
  assert.ok(labels.length > 1);
  assert.equal(columns.length, 4);
  await run.close();
  await model.close();
});

test('what a model does not take is refused in one line', async () => {
  const refused = async (name: string, input: TokenInput | ImageInput, message: RegExp) => {
    const model = await openModel(path.join(fixtures, name));
    await assert.rejects(() => model.run(input), message);
    await model.close();
  };
  const data = new Float32Array(3 * 9 * 8);
  const image = { kind: 'pixels', shape: [3, 9, 8], data } as const;
  await refused('vit', { ids: [1] }, /takes an image, not text/);
  await refused('vit', { image }, /expected an image \[3, 8, 8\], found \[3, 9, 8\]/);
  await refused('bert', { image }, /takes tokens, not an image/);
  await refused('bert', { ids: [1], target: { ids: [1] } }, /no decoder: it takes no target/);
  await refused('bert', { ids: [1, 2], segments: [0] }, /2 tokens, but 1 segments/);
  await refused('t5', { ids: [1], target: { ids: [99] } }, /token id 99 at place 0 is outside/);
  const bert = await openModel(path.join(fixtures, 'bert'));
  const { signal } = new AbortController();
  await assert.rejects(() => bert.generate({ ids: [1] }, 1, signal), /does not predict a next/);
  await bert.close();
});

test('causal heads see the past, others all, and a vision model’s labels have their names', async () => {
  await ran('llama', ({ run }) => {
    assert.ok(run.blocks.every(({ sees }) => sees === 'past'));
  });
  await ran('t5', ({ run }) => {
    const sees = (access: string) => run.blocks.find(({ id }) => id.startsWith(access))!.sees;
    assert.deepEqual(['encoder', 'decoder', 'cross'].map(sees), ['all', 'past', 'all']);
  });
  await ran('vit', async ({ run }) => {
    const { steps } = run.series.find(({ name }) => name === 'output.logits')!;
    assert.deepEqual([steps.length, steps.label(2)], [3, 'LABEL_2']);
    const { labels, logits } = (await run.predicted())!;
    assert.equal(labels?.[0], 'LABEL_0');
    assert.equal(logits.length, 3);
  });
});
