/** What the families have in common once their blocks are known: heads, projections to logits, facts, the whole. */
import type { Architecture, Config, Match, Output, Stack, Stage, Takes } from './architecture';
import { flag, number, record, type Reading } from './reading';

export interface Heads {
  readonly heads: number;
  readonly keyHeads: number;
  readonly size: number;
}

/** From the config, checked against the rows of `{path}.q_proj` and `{path}.k_proj`. */
export function groupedHeads(reading: Reading, config: Config, width: number, path: string): Heads {
  const heads = headCount(reading, config, 'num_attention_heads');
  const rows = reading.lengthOf(`${path}.q_proj.weight`, 0);
  const size = number(config, 'head_dim') ?? width / heads;
  if (heads * size !== rows) {
    reading.problem(
      `config says ${heads} heads of ${size}, ${path}.q_proj.weight has ${rows} rows`,
    );
  }
  const keyHeads = reading.lengthOf(`${path}.k_proj.weight`, 0) / size;
  const told = number(config, 'num_key_value_heads') ?? keyHeads;
  if (told !== keyHeads || !Number.isInteger(heads / keyHeads)) {
    reading.problem(
      `config says num_key_value_heads ${told}, ${path}.k_proj.weight has ${keyHeads} heads`,
    );
  }
  return { heads, keyHeads, size };
}

/** Heads of equal width that a config tells under one of these keys. */
export function headCount(reading: Reading, config: Config, ...keys: readonly string[]): number {
  for (const key of keys) {
    const value = number(config, key);
    if (value !== undefined && Number.isInteger(value) && value >= 1) return value;
  }
  reading.problem(`the number of heads is not known: no config gives ${keys[0]}`);
  return 1;
}

/** The same where they fill the width. */
export function evenHeads(
  reading: Reading,
  config: Config,
  width: number,
  ...keys: readonly string[]
): number {
  const heads = headCount(reading, config, ...keys);
  if (Number.isInteger(width / heads)) return heads;
  reading.problem(`config says ${keys[0]} ${heads}, which does not divide the width ${width}`);
  return 1;
}

/**
 * A projection to the vocabulary: `name` where it is there, else the embedding where the config, or by default `isTied`, says
 * so. Undefined for the blocks of a model alone.
 */
export function vocabularyOutput(
  reading: Reading,
  config: Config,
  name: string,
  {
    tied,
    isTied,
    vocabulary,
    width,
    ...more
  }: {
    readonly tied: string;
    readonly isTied: boolean;
    readonly vocabulary: number;
    readonly width: number;
    readonly predicts: Output['predicts'];
    readonly stage?: Stage;
    readonly bias?: string | undefined;
    readonly cap?: number | undefined;
  },
): Output | undefined {
  const own = reading.full(`${name}.weight`);
  if (!own && !(flag(config, 'tie_word_embeddings') ?? isTied)) return undefined;
  if (own) reading.check(own.name, [undefined, width]);
  const size = own?.shape[0] ?? vocabulary;
  return { of: 'places', tensor: own?.name ?? tied, size, ...more };
}

/** A linear projection to labels, with their names; undefined when it is not there. */
export function labelOutput(
  reading: Reading,
  config: Config,
  name: string,
  of: Output['of'],
  width: number,
  stage?: Stage,
): Output | undefined {
  const weight = reading.full(`${name}.weight`);
  if (!weight) return undefined;
  reading.check(weight.name, [undefined, width]);
  const size = weight.shape[0] ?? 0;
  return {
    of,
    predicts: 'label',
    tensor: weight.name,
    bias: reading.full(`${name}.bias`)?.name,
    size,
    labels: labelsOf(config, size),
    ...(stage && { stage }),
  };
}

/** `id2label` of the config. */
export function labelsOf(config: Config, size: number): readonly string[] {
  const names = record(config['id2label']) ?? {};
  return Array.from({ length: size }, (_, i) => {
    const label = names[String(i)];
    return typeof label === 'string' ? label : `label ${i}`;
  });
}

type Facts = Architecture['facts'];

export interface Whole {
  readonly family: string;
  readonly vocabulary: number;
  readonly stacks: readonly Stack[];
  /** What the table of facts says beyond what every stack has. */
  readonly facts: Facts;
  readonly takes?: Takes;
  readonly output?: Output | undefined;
  readonly start?: number;
}

/** The architecture, unless there were problems. */
export function assembled(reading: Reading, whole: Whole): Match {
  const { family, stacks, output, takes = { kind: 'tokens' }, ...rest } = whole;
  if (reading.problems.length > 0) {
    return { kind: 'incomplete', family, problems: reading.problems };
  }
  const [first, second] = stacks;
  const { layers, heads, width } = first!;
  const counts = second ? `${layers} + ${second.layers} blocks` : `${layers} blocks`;
  const architecture: Architecture = {
    ...rest,
    family,
    sentence: `${family}, ${counts} of ${heads} heads, width ${width}`,
    stacks,
    takes,
    ...(output && { output }),
    facts: [
      ...stackFacts(stacks),
      ...whole.facts,
      ...(takes.kind === 'tokens' ? [['Vocabulary', `${whole.vocabulary}`] as const] : []),
      ['Attention', attentionOf(stacks)],
      ...outputFacts(output, stacks),
      ...reading.assumptions.map((assumption) => ['Assumed', assumption] as const),
    ],
  };
  return { kind: 'runnable', architecture };
}

function stackFacts(stacks: readonly Stack[]): Facts {
  const { heads, keyHeads, width, context } = stacks[0]!;
  return [
    ['Layers', stacks.map(({ layers }) => layers).join(' + ')],
    ['Heads', `${heads}`],
    ...(keyHeads === heads ? [] : [['Key and value heads', `${keyHeads}`] as const]),
    ['Width', `${width}`],
    ['Context', `${context}`],
  ];
}

function attentionOf(stacks: readonly Stack[]): string {
  if (stacks.length > 1) return 'encoder, decoder (causal) and cross attention';
  return stacks[0]!.causal ? 'causal' : 'bidirectional';
}

function outputFacts(output: Output | undefined, stacks: readonly Stack[]): Facts {
  if (!output) return [['Output', 'none: hidden states only']];
  const { embedding } = stacks.at(-1)!;
  const isTied =
    embedding.kind === 'tokens' && embedding.tables.some(({ tensor }) => tensor === output.tensor);
  const { labels = [] } = output;
  return [
    ['Output', isTied ? 'tied to the embedding' : output.tensor],
    ...(labels.length > 0 ? [['Labels', labels.slice(0, 20).join(', ')] as const] : []),
  ];
}
