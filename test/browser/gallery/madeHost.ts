/** A host over computed weightings: shapes and states that no small checkpoint has. */
import { createPyramid, thumbnail, type Pyramid } from '../../../src/core/draw/pyramid';
import { packTensors } from '../../../src/core/summary/columns';
import { followsCopy, headStatistics } from '../../../src/core/trace/headStatistics';
import { statisticNames, type Transform } from '../../../src/core/trace/trace';
import type { CheckpointSummary, TensorRow, TraceData } from '../../../src/protocol/engine';
import type { MakeHandlers } from './engineHost';
import { madeStatistics } from './madeStatistics';
import { madeWeights } from './madeWeights';

export interface Made {
  readonly layers: number;
  readonly heads: number;
  readonly tokens: number;
  readonly tensors?: readonly TensorRow[];
  readonly summary?: Partial<CheckpointSummary>;
  /** Layers that arrive; then the run ends in `end`. */
  readonly arrive?: number;
  readonly end?: 'done' | 'cancelled' | 'failed' | 'running';
  /** A row of this head is NaN. */
  readonly broken?: string;
  readonly openError?: string;
}

const words =
  'the cat sat on the mat and the dog lay by the fire until internationalisation came'.split(' ');
const label = (i: number): string =>
  i === 0 ? words[0]! : ` ${words[(i * 7 + (i >> 3)) % words.length]!}`;

/** Causal weighting of one of five kinds: previous token, sink, diagonal, induction-like, broad. */
function weighting(tokens: number, seed: number, broken: boolean): Float32Array {
  const data = new Float32Array(tokens * tokens);
  const kind = seed % 5;
  for (let q = 0; q < tokens; q++) {
    let sum = 0;
    for (let k = 0; k <= q; k++) {
      const noise = 0.5 + 0.5 * Math.sin(seed * 7.3 + q * 12.9898 + k * 78.233);
      const copy = q > 8 && label(k - 1 < 0 ? 0 : k - 1) === label(q);
      const hit =
        (kind === 0 && k === q - 1) ||
        (kind === 1 && k === 0) ||
        (kind === 2 && k === q) ||
        (kind === 3 && copy);
      const weight =
        (hit ? 3 * Math.sqrt(tokens) : 0) + 0.2 * noise ** 4 + (kind === 4 ? 0.3 : 0.01);
      data[q * tokens + k] = weight;
      sum += weight;
    }
    for (let k = 0; k <= q; k++) data[q * tokens + k]! /= sum;
  }
  if (broken) data.fill(Number.NaN, tokens * 3, tokens * 4);
  return data;
}

export function madeHost(made: Made): MakeHandlers {
  const { layers, heads, tokens, arrive = layers, end = 'done' } = made;
  const matrices = new Map<string, Float32Array>();
  const pyramids = new Map<string, Pyramid>();
  const data = (block: string): Float32Array => {
    let found = matrices.get(block);
    if (!found) {
      const [, layer = 0, head = 0] = block.split('.').map(Number);
      found = weighting(tokens, layer * 3 + head * 7 + 1, block === made.broken);
      matrices.set(block, found);
    }
    return found;
  };
  const grid = (block: string) => ({ rows: tokens, columns: tokens, data: data(block) });
  const pyramid = (block: string, transform: Transform): Pyramid => {
    const key = `${block} ${JSON.stringify(transform)}`;
    let found = pyramids.get(key);
    if (!found) pyramids.set(key, (found = createPyramid(grid(block), transform)));
    return found;
  };
  const follows =
    tokens <= 1024 ? followsCopy(Array.from({ length: tokens }, (_, i) => label(i))) : undefined;
  const ids = Array.from(
    { length: layers * heads },
    (_, i) => `self.${Math.floor(i / heads)}.${i % heads}`,
  );
  const layersOf = (count: number): string[] => ids.slice(0, count * heads);
  const summary: CheckpointSummary = {
    id: 1,
    name: 'model.safetensors',
    format: 'safetensors',
    files: [{ name: 'model.safetensors', size: 497_774_208 }],
    metadata: [
      ['format', 'pt'],
      ['mnemoscope.sample', 'The cat sat on the mat because the cat was tired.'],
    ],
    config: [
      ['model_type', 'gpt2'],
      ['n_layer', String(layers)],
      ['n_head', String(heads)],
    ],
    warnings: [],
    tensors: made.tensors ?? [],
    parameters: 124_439_808,
    recognition: {
      kind: 'runnable',
      family: 'GPT-2',
      sentence: `GPT-2, ${layers} blocks of ${heads} heads, width 768`,
      facts: [
        ['blocks', String(layers)],
        ['heads', String(heads)],
        ['width', '768'],
        ['context', '1,024'],
      ],
      context: Math.max(1024, tokens),
      vocabulary: 50257,
      takes: { kind: 'tokens' },
      predicts: 'next',
    },
    tokenizer: 'tokenizer.json',
    ...made.summary,
  };
  const trace: TraceData = {
    id: 1,
    model: { sentence: 'GPT-2, made for the gallery', family: 'GPT-2' },
    source: 'checkpoint',
    events: [],
    state: { kind: 'running', done: 0, total: layers },
    axes: [
      {
        id: 'tokens',
        kind: 'token',
        length: tokens,
        labels: Array.from({ length: tokens }, (_, i) => label(i)),
      },
    ],
    blocks: ids.map((id) => {
      const [, layer, head] = id.split('.').map(Number);
      return {
        id,
        act: 'read',
        layer: layer!,
        head: head!,
        normalised: 'rows',
        rows: 'tokens',
        columns: 'tokens',
      };
    }),
    ready: [],
  };
  const packed = { ...summary, tensors: packTensors(summary.tensors) };
  return (server) => ({
    ready: () => {
      if (made.openError !== undefined) throw new Error(made.openError);
      return packed;
    },
    lastTrace: () => undefined,
    run: () => {
      setTimeout(() => {
        server().notify('traceChanged', { trace: 1, change: { blocks: layersOf(arrive) } });
        const state =
          end === 'done'
            ? ({ kind: 'done', milliseconds: 967 } as const)
            : end === 'failed'
              ? ({
                  kind: 'failed',
                  message:
                    'model.safetensors: tensor h.3.attn.c_attn.weight ends at byte 91234, the file at byte 90000',
                  done: arrive,
                } as const)
              : ({ kind: end, done: arrive, total: layers } as const);
        server().notify('traceChanged', { trace: 1, change: { state } });
      }, 10);
      return trace;
    },
    cancel: () => undefined,
    tokenize: ({ text }) => {
      const labels = text.split(/(?= )/).filter(Boolean);
      return { ids: labels.map((_, i) => i), labels, origins: labels.map(() => undefined) };
    },
    thumbnail: ({ block, transform }) => thumbnail(grid(block), transform),
    tile: ({ block, level, row, column, transform }) =>
      pyramid(block, transform).tile(level, row, column),
    row: ({ block, index }) => data(block).slice(index * tokens, (index + 1) * tokens),
    received: ({ block }) => {
      const sums = new Float32Array(tokens);
      data(block).forEach((value, i) => (sums[i % tokens]! += value));
      return sums;
    },
    statistics({ block }) {
      const found = headStatistics(data(block), tokens, tokens, follows);
      return Float32Array.from(statisticNames, (name) => found[name]);
    },
    predictions: () => [
      { id: 1, label: ' cat', probability: 0.6213 },
      { id: 2, label: ' dog', probability: 0.1178 },
      { id: 3, label: ' internationalisation', probability: 0.0521 },
      { id: 4, label: '\n', probability: 0.00312 },
    ],
    lens: ({ place = tokens - 1 }) => ({
      place,
      depths: [' the', ' a', '\n', ' internationalisation', ' dog', ' cat', ' cat'].map(
        (label, depth) => [
          { id: depth, label, probability: 0.02 + depth / 10 },
          { id: 9, label: ' bird', probability: 0.01 },
        ],
      ),
    }),
    ...madeStatistics,
    ...madeWeights,
    findCode: () => undefined,
    compareCode: () => undefined,
    goToCodeLine: () => undefined,
    wantedTensor: () => undefined,
    goToCode: () => false,
    saveFile: () => undefined,
    exportTensor: () => undefined,
    describe: () => trace,
    seriesRange: () => new Float32Array(),
    seriesTile: () => ({ rows: 0, columns: 0, pool: 1, data: new Float32Array() }),
    seriesExtent: () => Float32Array.of(NaN, NaN),
    settings: () => ({ options: [], facts: [] }),
    example: () => [],
    rollout: () => trace,
    pickInputs: () => undefined,
    triageLayer: () => {
      throw new Error('the weights of this model are made up');
    },
    saveTrace: () => undefined,
    session: () => undefined,
    showOperation: () => undefined,
    startReplay: () => false,
    stopReplay: () => undefined,
    seekReplay: () => false,
    openSidecar: () => undefined,
    draftSpec: () => false,
    restartEngine: () => server().notify('reopened', packed),
  });
}

/** Tensors of a GPT-2-like model with that many blocks. */
export function gpt2Tensors(blocks: number, width = 768): readonly TensorRow[] {
  const file = 'model.safetensors';
  const row = (name: string, shape: readonly number[]): TensorRow => ({
    name,
    dtype: 'float32',
    shape,
    bytes: 4 * shape.reduce((a, b) => a * b, 1),
    file,
  });
  const block = (i: number): TensorRow[] => [
    row(`transformer.h.${i}.ln_1.weight`, [width]),
    row(`transformer.h.${i}.ln_1.bias`, [width]),
    row(`transformer.h.${i}.attn.c_attn.weight`, [width, 3 * width]),
    row(`transformer.h.${i}.attn.c_attn.bias`, [3 * width]),
    row(`transformer.h.${i}.attn.c_proj.weight`, [width, width]),
    row(`transformer.h.${i}.attn.c_proj.bias`, [width]),
    row(`transformer.h.${i}.ln_2.weight`, [width]),
    row(`transformer.h.${i}.ln_2.bias`, [width]),
    row(`transformer.h.${i}.mlp.c_fc.weight`, [width, 4 * width]),
    row(`transformer.h.${i}.mlp.c_fc.bias`, [4 * width]),
    row(`transformer.h.${i}.mlp.c_proj.weight`, [4 * width, width]),
    row(`transformer.h.${i}.mlp.c_proj.bias`, [width]),
  ];
  return [
    row('transformer.wte.weight', [50257, width]),
    row('transformer.wpe.weight', [1024, width]),
    ...Array.from({ length: blocks }, (_, i) => block(i)).flat(),
    row('transformer.ln_f.weight', [width]),
    row('transformer.ln_f.bias', [width]),
    { ...row('lm_head.weight', [50257, width]), sharedWith: 'transformer.wte.weight' },
  ];
}
