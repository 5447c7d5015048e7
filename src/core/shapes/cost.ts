/**
 * What layers cost at given sizes: FLOPs with 1 multiply-accumulate = 2 FLOPs, parameters, and values kept for the
 * backward pass. Formulas: Goodfellow et al. 2016, §10; Vaswani et al. 2017, table 1; torch's layer definitions.
 */

export interface Cost {
  readonly flops: number;
  readonly parameters: number;
  /** Elements, not bytes. */
  readonly activations: number;
  /** Textbook growth; L: length, d: width, k: kernel. */
  readonly order: string;
}

const cost = (flops: number, parameters: number, activations: number, order: string): Cost => ({
  flops,
  parameters,
  activations,
  order,
});

/** y = xWᵀ + b on `rows` rows. */
export const linearCost = (rows: number, input: number, output: number, bias = true): Cost =>
  cost(2 * rows * input * output, input * output + (bias ? output : 0), rows * output, 'O(L·d²)');

/** A lookup: no arithmetic. */
export const embeddingCost = (rows: number, vocabulary: number, width: number): Cost =>
  cost(0, vocabulary * width, rows * width, 'O(L·d)');

/** `outputs`: batch × output positions; `kernel`: product of the kernel's sizes. */
export function convolutionCost(
  outputs: number,
  input: number,
  output: number,
  kernel: number,
  groups = 1,
  bias = true,
): Cost {
  const perOutput = (input / groups) * kernel;
  return cost(
    2 * outputs * output * perOutput,
    output * perOutput + (bias ? output : 0),
    outputs * output,
    'O(k·L·d²)',
  );
}

const gates = { rnn: 1, gru: 3, lstm: 4 } as const;
const kept = { rnn: 1, gru: 4, lstm: 6 } as const;

/** One layer and direction over `steps` steps; torch keeps two biases. */
export function recurrentCost(
  kind: keyof typeof gates,
  batch: number,
  steps: number,
  input: number,
  hidden: number,
): Cost {
  const count = gates[kind];
  return cost(
    2 * batch * steps * count * hidden * (input + hidden),
    count * hidden * (input + hidden + 2),
    kept[kind] * batch * steps * hidden,
    'O(L·d²), L sequential steps',
  );
}

/** Self-attention with its four projections, `width` = heads × head width. */
export function selfAttentionCost(
  batch: number,
  length: number,
  width: number,
  heads: number,
): Cost {
  const projections = 8 * batch * length * width ** 2;
  const scores = 4 * batch * length ** 2 * width;
  return cost(
    projections + scores,
    4 * width ** 2 + 4 * width,
    batch * heads * length ** 2 + 4 * batch * length * width,
    'O(L²·d), 1 sequential step, path length 1',
  );
}

/** Queries of one length over keys of another. */
export function crossAttentionCost(
  batch: number,
  queries: number,
  keys: number,
  width: number,
  heads: number,
): Cost {
  return cost(
    4 * batch * (queries + keys) * width ** 2 + 4 * batch * queries * keys * width,
    4 * width ** 2 + 4 * width,
    batch * heads * queries * keys,
    'O(Lq·Lk·d)',
  );
}

/** Two linear layers, the inner one `ratio` times as wide. */
export const feedForwardCost = (
  batch: number,
  length: number,
  width: number,
  ratio: number,
): Cost =>
  cost(
    4 * ratio * batch * length * width ** 2,
    2 * ratio * width ** 2 + (ratio + 1) * width,
    ratio * batch * length * width,
    'O(L·d²)',
  );

/** Scores v·tanh(Wq + Uk) of every query and key (Bahdanau et al. 2015). */
export const additiveScoreCost = (
  batch: number,
  queries: number,
  keys: number,
  queryWidth: number,
  keyWidth: number,
  inner: number,
): Cost =>
  cost(
    2 * batch * (queries * queryWidth * inner + keys * keyWidth * inner + queries * keys * inner),
    inner * (queryWidth + keyWidth) + inner,
    batch * queries * keys * inner,
    'O(Lq·Lk·a)',
  );
