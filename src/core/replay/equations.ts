/**
 * A trace over steps as a readable program: one line per operation, in the order in which the paper applies them
 * (Graves, Wayne & Danihelka 2014, section 3; Graves et al. 2016, methods; Sukhbaatar et al. 2015, section 2;
 * Hopfield 1982). The lines come from what the trace holds, never from a model family.
 */
import type { AccessBlock, BlockId, StageName } from '../trace/trace';

/** What a line computes: a stage of a head's weighting, a vector of it, or a series. */
export type Computed =
  | { readonly kind: 'weighting'; readonly block: BlockId; readonly stage?: StageName }
  | { readonly kind: 'vector'; readonly block: BlockId; readonly series: string }
  | { readonly kind: 'series'; readonly series: string };

export interface Line {
  readonly text: string;
  /** Undefined for comments and blank lines: nothing stops there. */
  readonly computes?: Computed;
}

/** What the program is made from: a trace without its numbers. */
export interface Steppable {
  readonly sentence: string;
  readonly blocks: readonly (Pick<AccessBlock, 'id' | 'act'> & {
    readonly stages: readonly StageName[];
    /** Series of scalars and vectors by their names inside the block. */
    readonly parts: ReadonlyMap<string, string>;
  })[];
  /** Names of the series of the trace. */
  readonly series: readonly string[];
}

const stageLines: readonly (readonly [stage: StageName, text: string])[] = [
  ['score', 'score = query @ keys'],
  ['content', 'w_content = softmax(beta * cosine(key, M))'],
  ['allocation', 'w_allocation = allocate(usage)'],
  ['backward', 'w_backward = transpose(link) @ w[t-1]'],
  ['forward', 'w_forward = link @ w[t-1]'],
  ['gated', 'w_gated = gate * w_content + (1 - gate) * w[t-1]'],
  ['shifted', 'w_shifted[i] = sum(w_gated[j] * shift[i - j] for j)'],
  ['sharpened', 'w = w_shifted ** gamma / sum(w_shifted ** gamma)'],
];

/** The lines of one step; every step runs all of them. */
export function equationsOf(trace: Steppable): readonly Line[] {
  const has = (name: string): boolean => trace.series.includes(name);
  const series = (name: string, text: string): Line[] =>
    has(name) ? [{ text, computes: { kind: 'series', series: name } }] : [];
  const heads = trace.blocks.flatMap((block) => headLines(block, has));
  const states = trace.series.filter((name) => /^state\./.test(name));
  const body: readonly Line[] = [
    ...series('state.h', 'h, c = controller(x[t], read[t-1])'),
    ...heads,
    ...series('memory.usage', 'usage = (usage + w_write - usage * w_write) * retention'),
    ...series('memory.precedence', 'precedence = (1 - sum(w_write)) * precedence + w_write'),
    ...series('memory.link', 'link[i, j] = (1 - w[i] - w[j]) * link[i, j] + w[i] * precedence[j]'),
    ...series('memory.A', 'A = decay * A + rate * outer(h, h)'),
    ...(has('state.h') ? [] : states.flatMap((name) => series(name, gateLine(name)))),
    ...series('energy.flipped', 'i = next(order)'),
    ...series('energy.state', 's = sign(W @ s + b), asynchronously: only s[i]'),
    ...series('energy.E', 'E = -1/2 * s @ W @ s - b @ s'),
    ...series('energy.overlap', 'overlap = patterns @ s / N'),
    ...series('output.y', 'y = sigmoid(output(h, read))'),
  ];
  return [
    { text: `# ${trace.sentence}` },
    { text: 'for t in steps:' },
    ...body.map(({ text, ...rest }) => ({ text: text === '' ? '' : `    ${text}`, ...rest })),
  ];
}

function headLines(block: Steppable['blocks'][number], has: (name: string) => boolean): Line[] {
  const { id, act, stages, parts } = block;
  const lines: Line[] = [{ text: '' }, { text: `# ${act} head ${id}` }];
  for (const [stage, text] of stageLines) {
    if (stages.includes(stage)) {
      lines.push({ text, computes: { kind: 'weighting', block: id, stage } });
    }
  }
  if (!stages.includes('sharpened')) {
    lines.push({ text: 'w = weighting(query, keys)', computes: { kind: 'weighting', block: id } });
  }
  const vector = (part: string, text: string): void => {
    const name = parts.get(part);
    if (name !== undefined) {
      lines.push({ text, computes: { kind: 'vector', block: id, series: name } });
    }
  };
  vector('read', 'read = w @ M');
  vector('erase', 'M = M * (1 - outer(w, erase))');
  vector('add', has('memory.M') ? 'M = M + outer(w, add)' : 'memory += outer(w, add)');
  return lines;
}

/** torch's names of the gates: Hochreiter & Schmidhuber 1997; Cho et al. 2014. */
const gates: ReadonlyMap<string, string> = new Map([
  ['i', 'i = sigmoid(W_i x + U_i h + b_i)'],
  ['f', 'f = sigmoid(W_f x + U_f h + b_f)'],
  ['g', 'g = tanh(W_g x + U_g h + b_g)'],
  ['o', 'o = sigmoid(W_o x + U_o h + b_o)'],
  ['c', 'c = f * c + i * g'],
  ['r', 'r = sigmoid(W_r x + U_r h + b_r)'],
  ['z', 'z = sigmoid(W_z x + U_z h + b_z)'],
  ['n', 'n = tanh(W_n x + r * (U_n h) + b_n)'],
  ['h', 'h = the new hidden state'],
]);

function gateLine(name: string): string {
  const gate = name.slice(name.lastIndexOf('.') + 1);
  return `${gates.get(gate) ?? gate}  # ${name}`;
}

/** The line after which the memory is that of the step's end: its last erase or add; -1 without one. */
export function memoryLine(lines: readonly Line[]): number {
  return lines.findLastIndex(
    ({ computes }) => computes?.kind === 'vector' && /\.(add|erase)$/.test(computes.series),
  );
}
