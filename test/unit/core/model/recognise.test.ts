import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config, TensorShape } from '../../../../src/core/model/architecture';
import { recognise } from '../../../../src/core/model/recognise';

interface Options {
  readonly prefix?: string;
  readonly width?: number;
  readonly layers?: number;
  readonly linear?: boolean;
  readonly bias?: boolean;
  readonly inner?: number;
}

/** Names and shapes of a GPT-2. */
function gpt2({
  prefix = '',
  width = 128,
  layers = 2,
  linear = false,
  bias = true,
  inner = 4 * width,
}: Options = {}): Map<string, TensorShape> {
  const tensors = new Map<string, TensorShape>();
  const add = (name: string, ...shape: number[]) =>
    tensors.set(prefix + name, { name: prefix + name, shape });
  const map = (name: string, from: number, to: number) => {
    add(`${name}.weight`, ...(linear ? [to, from] : [from, to]));
    if (bias) add(`${name}.bias`, to);
  };
  const norm = (name: string) => {
    add(`${name}.weight`, width);
    if (bias) add(`${name}.bias`, width);
  };
  add('wte.weight', 50, width);
  add('wpe.weight', 32, width);
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    map(`h.${layer}.attn.c_attn`, width, 3 * width);
    map(`h.${layer}.attn.c_proj`, width, width);
    norm(`h.${layer}.ln_2`);
    map(`h.${layer}.mlp.c_fc`, width, inner);
    map(`h.${layer}.mlp.c_proj`, inner, width);
  }
  norm('ln_f');
  return tensors;
}

function runnable(tensors: Map<string, TensorShape>, config?: Config) {
  const { recognition, architecture } = recognise(tensors, config);
  assert.equal(recognition.kind, 'runnable', JSON.stringify(recognition));
  assert.ok(recognition.kind === 'runnable' && architecture);
  return { ...recognition, architecture, fact: new Map(recognition.facts) };
}

function problems(tensors: Map<string, TensorShape>, config?: Config): readonly string[] {
  const { recognition } = recognise(tensors, config);
  assert.ok(recognition.kind === 'incomplete', recognition.kind);
  assert.equal(recognition.family, 'GPT-2');
  return recognition.problems;
}

test('GPT-2 is known under the prefixes that libraries and wrappers put before its names', () => {
  for (const prefix of [
    '',
    'transformer.',
    'module.transformer.',
    'model.transformer.',
    'state_dict.model.transformer.',
    '_orig_mod.transformer.',
    'model._orig_mod.transformer.',
    'policy.backbone.',
  ]) {
    const found = runnable(gpt2({ prefix }), { n_head: 4 });
    assert.equal(found.sentence, 'GPT-2, 2 blocks of 4 heads, width 128');
    assert.deepEqual([found.context, found.vocabulary], [32, 50]);
    assert.equal(
      found.architecture.stacks[0]!.layer(1).weights['attn.c_attn.weight']!.name,
      `${prefix}h.1.attn.c_attn.weight`,
    );
  }
});

test('the number of heads comes from the config', () => {
  assert.equal(runnable(gpt2(), { n_head: 8 }).architecture.stacks[0]!.heads, 8);
  assert.equal(runnable(gpt2(), { n_head: 8 }).fact.has('Assumed'), true);
  assert.match(
    problems(gpt2(), { n_head: 7 })[0]!,
    /n_head 7, which does not divide the width 128/,
  );
});

test('without a config, heads are 64 wide, and that is said; or the number stays unknown', () => {
  const { architecture, facts } = runnable(gpt2());
  assert.equal(architecture.stacks[0]!.heads, 2);
  const assumed = facts.filter(([name]) => name === 'Assumed').map(([, what]) => what);
  assert.equal(assumed.length, 2);
  assert.match(assumed[0]!, /2 heads: no config says how many, 64 wide by convention/);
  assert.match(assumed[1]!, /gelu \(tanh approximation\)/);
  assert.match(problems(gpt2({ width: 96 }))[0]!, /the number of heads is not known/);
});

test('with a config that says everything, nothing is assumed', () => {
  const config = { n_head: 2, activation_function: 'gelu_new' };
  assert.equal(runnable(gpt2(), config).fact.has('Assumed'), false);
});

test('the activation is the config’s, else GPT-2’s or nanoGPT’s by the layout', () => {
  const activation = (options: Options, config: Config) =>
    runnable(gpt2(options), { n_head: 2, ...config }).fact.get('Activation');
  assert.equal(activation({}, {}), 'gelu (tanh approximation)');
  assert.equal(activation({ linear: true }, {}), 'gelu (exact)');
  assert.equal(activation({}, { activation_function: 'gelu' }), 'gelu (exact)');
  assert.equal(activation({ linear: true }, { activation_function: 'relu' }), 'relu');
  assert.match(
    problems(gpt2(), { n_head: 2, activation_function: 'mish' })[0]!,
    /activation_function "mish", which is not known/,
  );
});

test('nanoGPT leaves out all biases, not some', () => {
  const whole = gpt2({ linear: true, bias: false, prefix: 'transformer.' });
  assert.equal(runnable(whole, { n_head: 2 }).fact.get('Layout'), 'Linear (nanoGPT)');
  const damaged = gpt2({ linear: true, prefix: 'transformer.' });
  damaged.delete('transformer.h.1.mlp.c_fc.bias');
  assert.deepEqual(problems(damaged, { n_head: 2 }), ['transformer.h.1.mlp.c_fc.bias is missing']);
});

test('the output projection is tied to the embedding, or stands beside the transformer', () => {
  const tied = gpt2({ prefix: 'module.transformer.' });
  assert.equal(runnable(tied).architecture.output?.tensor, 'module.transformer.wte.weight');
  const name = 'module.lm_head.weight';
  const own = new Map([...tied, [name, { name, shape: [50, 128] }]]);
  assert.equal(runnable(own).architecture.output?.tensor, name);
  const wrong = new Map([...tied, [name, { name, shape: [50, 64] }]]);
  assert.deepEqual(problems(wrong), [`${name} has shape [50, 64], expected [50, 128]`]);
});

test('what is missing or has the wrong shape is named', () => {
  const tensors = gpt2();
  tensors.delete('ln_f.weight');
  tensors.set('h.1.attn.c_attn.weight', { name: 'h.1.attn.c_attn.weight', shape: [128, 200] });
  assert.deepEqual(problems(tensors), [
    'h.1.attn.c_attn.weight has shape [128, 200], expected [128, 384]',
    'ln_f.weight is missing',
  ]);
  const gap = gpt2({ layers: 3 });
  for (const name of [...gap.keys()]) if (name.startsWith('h.1.')) gap.delete(name);
  assert.equal(problems(gap).length, 12);
  const bare = new Map([...gpt2()].filter(([name]) => !name.startsWith('h.')));
  assert.match(problems(bare)[0]!, /there are no blocks/);
});

test('of very many problems the first hundred are named', () => {
  const { length, 100: last } = problems(gpt2({ layers: 200, inner: 3, bias: false }), {
    n_embd: 64,
  });
  assert.equal(length, 101);
  assert.match(last!, /more/);
});

test('a checkpoint that has lost blocks is not taken for a smaller model', () => {
  assert.deepEqual(problems(gpt2({ layers: 2 }), { n_head: 2, n_layer: 3 }), [
    'config says n_layer 3, the checkpoint has 2 blocks',
  ]);
  assert.match(
    problems(gpt2(), { n_head: 2, n_embd: 64 })[0]!,
    /n_embd 64, the checkpoint has 128/,
  );
});

test('a name that claims many blocks takes neither time nor memory', () => {
  const name = 'h.99999.ln_1.weight';
  const tensors = new Map([...gpt2(), [name, { name, shape: [128] }]]);
  assert.match(problems(tensors)[0]!, /h\.99999 exists, but the 29 tensors cannot fill/);
  assert.equal(problems(tensors).length, 2);
});

test('the inner width of the MLP may differ', () => {
  assert.equal(runnable(gpt2({ inner: 200 })).fact.get('MLP width'), '200');
});

test('scores are scaled by the head width, not at all, or by the layer too', () => {
  const scale = (config: Config, layer: number) =>
    runnable(gpt2(), { n_head: 2, ...config }).architecture.stacks[0]!.layer(layer).numbers[
      'scale'
    ];
  assert.equal(scale({}, 1), 1 / 8);
  assert.equal(scale({ scale_attn_weights: false }, 1), 1);
  assert.equal(scale({ scale_attn_by_inverse_layer_idx: true }, 1), 1 / 16);
});

test('names of no family are unknown', () => {
  const name = 'fc.weight';
  assert.deepEqual(recognise(new Map([[name, { name, shape: [2, 2] }]])), {
    recognition: { kind: 'unknown' },
  });
});
