/** Which golden belongs to which checkpoint, and what its tensors are called in a trace. */

export interface GoldenRow {
  readonly name: string;
  /** Under the fixtures; the golden is beside it unless it names a folder. */
  readonly checkpoint: string;
  readonly golden: string;
  /** A tensor of the golden that is the checkpoint itself, under the name that it has there. */
  readonly made?: readonly [name: string, tensor: string];
  /** Input → tensor of the golden. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Name in the trace → tensor of the golden; `:last` is the last step, `:after` leaves out the state before the first. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly internals: Readonly<Record<string, string>>;
}

const from = (prefix: string, ...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, prefix + name]));
const third = 'third-party';
const usual = 'golden.golden.safetensors';

/** Parts of a head: name in the trace → in the golden. */
const headParts = {
  key: 'k',
  beta: 'beta',
  gate: 'g',
  shift: 's',
  gamma: 'gamma',
  w_content: 'wc',
  w_gated: 'wg',
  w_shifted: 'wt',
  w: 'w',
};

function heads(count: number, erases: boolean): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, head) => {
      const own = head % 2 === 0 ? { read: 'r' } : erases ? { erase: 'e', add: 'a' } : { add: 'a' };
      return Object.entries({ ...headParts, ...own }).map(([trace, golden]) => [
        `memory.head${head}.${trace}`,
        `head${head}.${golden}`,
      ]);
    }).flat(),
  );
}

function ntm(
  folder: string,
  file: string,
  {
    golden = usual,
    layout = 'A',
    count = 2,
  }: { golden?: string; layout?: 'A' | 'B'; count?: number } = {},
): GoldenRow {
  const length = golden === usual ? '' : ', 40 rows';
  return {
    name: `${folder}${length}`,
    checkpoint: `${third}/${folder}/${file}`,
    golden,
    inputs: { x: 'x', r0: 'r0', h0: 'h0', c0: 'c0', M0: 'M0' },
    outputs: { 'output.y': 'y' },
    internals: {
      'state.h': 'h',
      'state.c': 'c',
      ...(golden === usual ? { 'memory.M:after': 'M' } : { 'memory.M:last': 'M_last' }),
      ...heads(count, layout === 'A'),
    },
  };
}

const dncStart = ['link_matrix0', 'precedence0', 'read_weights0', 'write_weights0'];
const dncStates = ['usage_vector0', 'read_vectors0', 'h0', 'c0', 'M0'];

function cell(folder: string, example: number, gates: readonly string[]): GoldenRow {
  const of = `ex${example}.`;
  return {
    name: `${folder}, example ${example}`,
    checkpoint: `own/${folder}/model.pt`,
    golden: 'model.golden.safetensors',
    inputs: { x: `${of}x` },
    outputs: { 'output.y': `${of}y` },
    internals: Object.fromEntries(gates.map((gate) => [`state.${gate}`, `${of}l${gate}`])),
  };
}

const directions = (layers: number, sides: readonly string[], gates: string): string[] =>
  Array.from({ length: layers }, (_, layer) =>
    sides.flatMap((side) => [...gates].map((gate) => `${layer}.${side}.${gate}`)),
  ).flat();

const kerasGates = (layer: number, kind: string, gates: string) =>
  Object.fromEntries([...gates].map((gate) => [`state.${layer}.fwd.${gate}`, `${kind}.${gate}`]));

const hopfield = (
  name: string,
  row: Omit<GoldenRow, 'name' | 'golden' | 'checkpoint'>,
): GoldenRow => ({
  name: `hopfield-64, ${name}`,
  checkpoint: 'own/hopfield-64/patterns.npy',
  golden: usual,
  ...row,
});

const blocksOf = (pairs: Readonly<Record<string, string>>, example: number, layers = 2) =>
  Object.fromEntries(
    Object.entries(pairs).flatMap(([trace, golden]) => {
      const count = trace.startsWith('hidden') ? layers + 1 : layers;
      return Array.from({ length: count }, (_, layer) => [
        `${trace}.${layer}`,
        `ex${example}.${golden}.${layer}`,
      ]);
    }),
  );
const single = { 'attention.self': 'attentions', hidden: 'hidden_states' };
const double = {
  'attention.encoder': 'encoder_attentions',
  'attention.decoder': 'decoder_attentions',
  'attention.cross': 'cross_attentions',
  'hidden.encoder': 'encoder_hidden_states',
  'hidden.decoder': 'decoder_hidden_states',
};

function transformer(
  folder: string,
  inputs: readonly string[],
  internals: Readonly<Record<string, string>> = single,
): readonly GoldenRow[] {
  return [0, 1].map((example) => ({
    name: `${folder}, example ${example}`,
    checkpoint: `own/${folder}/model.safetensors`,
    golden: usual,
    inputs: Object.fromEntries(inputs.map((name) => [name, `ex${example}.${name}`])),
    outputs: { 'output.logits': `ex${example}.logits` },
    internals: blocksOf(internals, example),
  }));
}

export const goldenRows: readonly GoldenRow[] = [
  ...transformer('gpt2-copy-2L4H', ['input_ids']),
  ...transformer('llama-gqa-tiny', ['input_ids']),
  ...transformer('bert-tiny', ['input_ids', 'token_type_ids', 'attention_mask']),
  ...transformer('t5-copy-tiny', ['input_ids', 'decoder_input_ids'], double),
  ...transformer('vit-tiny', ['pixel_values']),
  ntm('pytorch-ntm-copy-1', 'copy-task-1-batch-40000.model'),
  ntm('pytorch-ntm-copy-1', 'copy-task-1-batch-40000.model', {
    golden: 'golden-len40.golden.safetensors',
  }),
  ntm('pytorch-ntm-copy-7', 'copy-task-7-batch-40000.model'),
  ntm('pytorch-ntm-copy-7', 'copy-task-7-batch-40000.model', {
    golden: 'golden-len40.golden.safetensors',
  }),
  ntm('pytorch-ntm-head-random', 'model.pt', { count: 4 }),
  ntm('vlgiitr-ntm-copy', 'saved_model_copy_500000.pt', { layout: 'B' }),
  ntm('vlgiitr-ntm-associative', 'saved_model_associative_100000.pt', { layout: 'B' }),
  {
    name: 'dnc-random',
    checkpoint: `${third}/dnc-random/model.pt`,
    golden: usual,
    inputs: from('', 'x', ...dncStart, ...dncStates),
    outputs: { 'output.y': 'y' },
    internals: {
      'state.h': 'h',
      'state.c': 'c',
      'memory.M:after': 'memory',
      'memory.link': 'link_matrix',
      'memory.precedence': 'precedence',
      'memory.usage': 'usage_vector',
      'memory.write0.w': 'write_weights',
      'memory.read0.w': 'read_weights:0',
      'memory.read1.w': 'read_weights:1',
    },
  },
  ...[0, 1].map((example): GoldenRow => ({
    name: `memn2n-adjacent-3hop, story ${example}`,
    checkpoint: 'own/memn2n-adjacent-3hop/model.pt',
    golden: 'model.golden.safetensors',
    inputs: { story: `ex${example}.story`, query: `ex${example}.query` },
    outputs: { 'output.logits': `ex${example}.logits` },
    internals: {
      'attention.hop.0': `ex${example}.p`,
      'memory.score': `ex${example}.scores`,
      ...Object.fromEntries(
        ['u', 'o', 'm', 'c'].map((part) => [`memory.${part}`, `ex${example}.${part}`]),
      ),
    },
  })),
  ...(['hebb', 'storkey'] as const).flatMap((rule) => [
    hopfield(`${rule}, one by one`, {
      inputs: { state: `${rule}.x0`, order: `${rule}.order` },
      args: ['--rule', rule, '--update', 'async'],
      outputs: { 'energy.state:last': `${rule}.async.x_last` },
      internals: {
        'energy.E': `${rule}.async.energy`,
        'energy.overlap': `${rule}.async.overlap`,
      },
    }),
    hopfield(`${rule}, together`, {
      inputs: { state: `${rule}.x0` },
      args: ['--rule', rule, '--update', 'sync', '--steps', '6'],
      outputs: { 'energy.state': `${rule}.sync.x` },
      internals: { 'energy.E': `${rule}.sync.energy` },
    }),
  ]),
  hopfield('two-cycle', {
    made: ['W', 'twocycle.W'],
    inputs: { state: 'twocycle.sync.x:0' },
    args: ['--update', 'sync', '--steps', '4'],
    outputs: { 'energy.state': 'twocycle.sync.x' },
    internals: { 'energy.E': 'twocycle.sync.energy' },
  }),
  ...['0.5', '4', '32'].map((beta) =>
    hopfield(`modern, β = ${beta}`, {
      made: ['X', 'modern.X'],
      inputs: { state: `modern.b${beta}.xi:0` },
      args: ['--update', 'modern', '--beta', beta, '--steps', '6'],
      outputs: { 'energy.state': `modern.b${beta}.xi` },
      internals: {
        'energy.E': `modern.b${beta}.energy`,
        'attention.pattern.0': `modern.b${beta}.softmax`,
      },
    }),
  ),
  {
    name: 'hflayers-random',
    checkpoint: `${third}/hflayers-random/model.pt`,
    golden: usual,
    inputs: { x: 'x' },
    args: ['--set', 'heads=2,beta=0.5,steps=3'],
    outputs: { 'output.y': 'out' },
    internals: { 'attention.module.0': 'association' },
  },
  cell('cell-gru', 0, directions(1, ['fwd'], 'rznh')),
  cell('cell-lstm-2layer-bi', 0, directions(2, ['fwd', 'bwd'], 'ifgoch')),
  cell('cell-lstm-2layer-bi', 1, directions(2, ['fwd', 'bwd'], 'ifgoch')),
  cell('cell-rnn-tanh', 0, directions(1, ['fwd'], 'h')),
  {
    name: 'keras-order-cells',
    checkpoint: 'own/keras-order-cells/weights.npz',
    golden: 'weights.golden.safetensors',
    inputs: { x: 'x' },
    outputs: { 'output.0.y': 'lstm.h', 'output.1.y': 'gru.h' },
    internals: { ...kerasGates(0, 'lstm', 'ifgoc'), ...kerasGates(1, 'gru', 'rzn') },
  },
  ...[0, 1].map((example): GoldenRow => ({
    name: `fast-weights, sequence ${example}`,
    checkpoint: 'own/fast-weights/model.pt',
    golden: 'model.golden.safetensors',
    inputs: { ids: `ex${example}.ids` },
    outputs: { 'output.logits': `ex${example}.logits` },
    internals: {
      'memory.A': `ex${example}.A`,
      'state.h': `ex${example}.hidden`,
      'memory.inner': `ex${example}.inner`,
      'memory.slow': `ex${example}.slow`,
      'attention.past.0': `ex${example}.recall`,
    },
  })),
  {
    name: 'linear-associative-memory',
    checkpoint: 'own/linear-associative-memory/memory.npz',
    golden: 'memory.golden.safetensors',
    inputs: { queries: 'queries' },
    outputs: { 'output.y': 'recalled' },
    internals: {
      'attention.overlap.0': 'key_overlap',
      'memory.cosine': 'cosine',
      'memory.best': 'best',
    },
  },
];
