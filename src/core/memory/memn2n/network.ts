/**
 * The equations of an end-to-end memory network (Sukhbaatar et al. 2015, section 2): m_i = Σ l_j ∘ A x_ij + T_A(i),
 * u = Σ l_j ∘ B q_j, p = softmax(uᵀm), o = Σ p_i c_i, u' = u + o or H u + o; answer = softmax(W u).
 */
import { affine, mix, softmax } from '../vector';
import type { Layout } from './layout';

/** Numbers of a hop, row-major. */
export interface Hop {
  /** [slots] before softmax and masking, and after. */
  readonly scores: Float64Array;
  readonly weighting: Float64Array;
  /** [slots, d] */
  readonly input: Float64Array;
  readonly output: Float64Array;
  /** o, [d]. */
  readonly read: Float64Array;
  /** u after the hop, [d]. */
  readonly state: Float64Array;
}

export interface Answer {
  /** u before the first hop, [d]. */
  readonly query: Float64Array;
  readonly hops: readonly Hop[];
  /** [V] */
  readonly logits: Float64Array;
}

export interface Settings {
  readonly hops: number;
  readonly encoding: Layout['encoding'];
  readonly empty: Layout['empty'];
}

export interface Sentences {
  readonly rows: number;
  readonly words: number;
  /** Word ids, [rows, words]; 0 is no word. */
  readonly ids: ArrayLike<number>;
}

export function* answer(
  layout: Layout,
  weights: ReadonlyMap<string, Float32Array>,
  story: Sentences,
  query: ArrayLike<number>,
  { hops: count, encoding, empty }: Settings,
): Generator<void, Answer, void> {
  const { width, vocabulary, variant, embeddings, temporal, carry, output } = layout;
  const get = (index: number) => weights.get(embeddings[index]!.name)!;
  const time = (index: number) => temporal[index] && weights.get(temporal[index].name);
  const layerWise = variant === 'layer-wise';
  const place = encodingOf(encoding, story.words, width);
  const asked = { rows: 1, words: story.words, ids: query };
  let u: Float64Array = embed(get(layerWise ? 1 : 0), asked, width, place);
  const first = u;
  const filled = Array.from({ length: story.rows }, (_, row) =>
    Array.from({ length: story.words }).some(
      (_, word) => story.ids[row * story.words + word] !== 0,
    ),
  );
  const hops: Hop[] = [];
  for (let hop = 0; hop < count; hop++) {
    yield;
    const [a, c] = layerWise ? [0, 2] : [hop, hop + 1];
    const [timeIn, timeOut] = layerWise ? [time(0), time(1)] : [time(hop), time(hop + 1)];
    const input = embed(get(a), story, width, place, timeIn);
    const out = embed(get(c), story, width, place, timeOut);
    const scores = affine(input, story.rows, u);
    const weighting = softmax(scores.map((score, row) => masked(score, filled[row]!, empty)));
    const read = mix(out, width, weighting);
    const kept = carry ? carried(weights.get(carry.name)!, u, layout) : u;
    u = kept.map((value, i) => value + read[i]!);
    hops.push({ scores, weighting, input, output: out, read, state: u });
  }
  const last = output ? weights.get(output.name)! : get(embeddings.length - 1);
  const logits =
    output && layout.transposed ? mix(last, vocabulary, u) : affine(last, vocabulary, u);
  return { query: first, hops, logits };
}

function masked(score: number, filled: boolean, empty: Layout['empty']): number {
  if (empty === 'masked' && !filled) return -1e9;
  return empty === 'zero-score' && score === 0 ? -1000 : score;
}

function carried(
  h: Float32Array,
  u: Float64Array,
  { transposed, relu, width }: Layout,
): Float64Array {
  const out = transposed ? mix(h, width, u) : affine(h, width, u);
  return relu ? out.map((value) => Math.max(0, value)) : out;
}

/** Σ_j l_j ∘ E x_j + T of every sentence, [rows, width]. */
function embed(
  table: Float32Array,
  { rows, words, ids }: Sentences,
  width: number,
  place: Float64Array,
  time?: Float32Array,
): Float64Array {
  const out = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let word = 0; word < words; word++) {
      const id = ids[row * words + word]!;
      for (let k = 0; k < width; k++) {
        out[row * width + k]! += place[word * width + k]! * table[id * width + k]!;
      }
    }
    if (time) for (let k = 0; k < width; k++) out[row * width + k]! += time[row * width + k]!;
  }
  return out;
}

/**
 * l [words, width]. `position`: 1 + 4 (k − (d+1)/2)(j − (J+1)/2) / (d J), k and j from 1; `position-last` with ones for
 * the last word, where a time word stands; `position-wide` divided by (d+1)(J+1) instead; `words`: all ones.
 */
function encodingOf(encoding: Layout['encoding'], words: number, width: number): Float64Array {
  const out = new Float64Array(words * width).fill(1);
  if (encoding === 'words') return out;
  const by = encoding === 'position-wide' ? (width + 1) * (words + 1) : width * words;
  const end = encoding === 'position-last' ? words - 1 : words;
  for (let word = 0; word < end; word++) {
    for (let k = 0; k < width; k++) {
      const across = k + 1 - (width + 1) / 2;
      const along = word + 1 - (words + 1) / 2;
      out[word * width + k] = 1 + (4 * across * along) / by;
    }
  }
  return out;
}
