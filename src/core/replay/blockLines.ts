/**
 * The lines of one reader or writer: how its weighting came about, then what was read or written with it
 * (Graves, Wayne & Danihelka 2014, section 3; Graves et al. 2016, methods; Sukhbaatar et al. 2015, section 2;
 * Ramsauer et al. 2021, equation 3).
 */
import type { StageName } from '../trace/trace';
import type { Line } from './equations';
import { seriesLines, type SeriesText } from './seriesLines';
import type { Steppable, SteppableBlock } from './steppable';

const stageLines: readonly (readonly [stage: StageName, text: string])[] = [
  ['score', 'score = query @ keys'],
  ['content', 'w_content = softmax(beta * cosine(key, M))'],
  ['allocation', 'w_allocation[i] = (1 - usage[i]) * prod(usage[j] for j freer than i)'],
  ['backward', 'w_backward = transpose(link) @ w[t-1]'],
  ['forward', 'w_forward = link @ w[t-1]'],
  ['gated', 'w_gated = gate * w_content + (1 - gate) * w[t-1]'],
  ['shifted', 'w_shifted[i] = sum(w_gated[j] * shift[i - j] for j)'],
];

const sharpen = 'w = w_shifted ** gamma / sum(w_shifted ** gamma)';
const allocate = 'w = gate * (allocation_gate * w_allocation + (1 - allocation_gate) * w_content)';
const follow =
  'w = read_modes[0] * w_backward + read_modes[1] * w_content + read_modes[2] * w_forward';

/** How the rows of `attention.{kind}` come about, and what is done with them; by the kind. */
const kinds: Readonly<
  Record<
    string,
    { before?: readonly SeriesText[]; weighting: string; after?: readonly SeriesText[] }
  >
> = {
  hop: {
    before: [['memory.score', 'score = m @ u']],
    weighting: 'w = softmax(score)',
    after: [
      ['memory.o', 'o = w @ c'],
      ['memory.u', 'u = u + o'],
    ],
  },
  pattern: {
    weighting: 'w = softmax(beta * patterns @ s)',
    after: [
      ['energy.state', 's = w @ patterns'],
      ['energy.moved', 'moved = norm(s - s_before)'],
      ['energy.E', 'E = -lse(beta, patterns @ s) + s @ s / 2 + constant'],
    ],
  },
  past: {
    weighting: 'w[j] = rate * decay ** (t - 1 - j) * dot(h[j], h)  # A @ h = w @ h[:t]',
    after: [
      ['memory.inner', 'inner = f(norm(slow + A @ inner))'],
      ['state.h', 'h = inner[-1]'],
    ],
  },
  overlap: {
    weighting: 'w = keys @ query[t]',
    after: [
      ['output.y', 'y = W @ query[t]'],
      ['memory.cosine', 'cosine = cos(y, values)'],
      ['memory.best', 'best = argmax(cosine)'],
    ],
  },
  pointer: {
    before: [['pointer.score', 'score = v @ tanh(W1 @ e + W2 @ d[t])']],
    weighting: 'w = softmax(score)  # the pointer',
  },
  cross: {
    before: [['cross.score', 'score = align(h, encoder_h)']],
    weighting: 'w = softmax(score)',
    after: [['cross.context', 'context = w @ encoder_h']],
  },
  reader: {
    before: [['reader.score', 'score = w_ms @ tanh(W_ym @ y_d + W_um @ u)']],
    weighting: 'w = softmax(score)',
    after: [
      ['reader.r', 'r = w @ y_d'],
      ['reader.g', 'g = tanh(W_rg @ r + W_ug @ u)'],
    ],
  },
  structured: { weighting: 'w = marginals(potentials)  # forward-backward' },
  word: { weighting: 'w = softmax(u @ tanh(W @ h + b))' },
  sentence: { weighting: 'w = softmax(u @ tanh(W @ h + b))' },
  image: {
    before: [['image.score', 'score = full_att @ relu(encoder_att @ a + decoder_att @ h)']],
    weighting: 'w = softmax(score)',
    after: [
      ['image.context', 'context = w @ a'],
      ['image.gate', 'gate = sigmoid(f_beta @ h)'],
      ['state.h', 'h, c = lstm(embedding[y[t-1]], gate * context)'],
    ],
  },
};

export function blockLines(trace: Steppable, block: SteppableBlock): readonly Line[] {
  const { id, act, stages } = block;
  const kind = kinds[id.slice(0, id.indexOf('.'))];
  const isHead = stages.length > 0 || block.parts.size > 0;
  const lines: Line[] = [{ text: '' }, { text: `# ${isHead ? `${act} head ` : ''}${id}` }];
  for (const [stage, text] of stageLines) {
    if (stages.includes(stage)) {
      lines.push({ text, computes: { kind: 'weighting', block: id, stage } });
    }
  }
  lines.push(
    ...seriesLines(trace, kind?.before ?? []),
    { text: weightingText(stages, kind?.weighting), computes: { kind: 'weighting', block: id } },
    ...vectorLines(block),
    ...seriesLines(trace, kind?.after ?? []),
  );
  return lines;
}

function weightingText(stages: readonly StageName[], known: string | undefined): string {
  if (stages.includes('shifted')) return sharpen;
  if (stages.includes('allocation')) return allocate;
  if (stages.includes('forward')) return follow;
  if (stages.includes('content')) return 'w = w_content';
  return known ?? 'w = softmax(query[t] @ keys)';
}

function vectorLines({ id, parts }: SteppableBlock): Line[] {
  const texts: readonly (readonly [part: string, text: string])[] = [
    ['read', 'read = w @ M'],
    ['erase', 'M = M * (1 - outer(w, erase))'],
    ['add', parts.has('erase') ? 'M = M + outer(w, add)' : 'M = M * (1 - w) + outer(w, add)'],
  ];
  return texts.flatMap(([part, text]): Line[] => {
    const series = parts.get(part);
    return series === undefined ? [] : [{ text, computes: { kind: 'vector', block: id, series } }];
  });
}
