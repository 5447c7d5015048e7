/**
 * What other parameters of a head would have addressed (Graves, Wayne, Danihelka 2014, section 3.3): from how well
 * the key fits each slot, through gate, shift and sharpening, to a weighting. Nothing but that one step changes.
 */

/** Parameters of one head at one step. */
export interface Addressing {
  /** Key strength. */
  readonly beta: number;
  /** 1 takes what the content says, 0 the weighting of the step before. */
  readonly gate: number;
  /** Shares of a move by +1, 0 and -1 slots, in this order. */
  readonly shift: readonly [up: number, stay: number, down: number];
  readonly gamma: number;
}

export interface Addressed {
  readonly content: Float32Array;
  readonly gated: Float32Array;
  readonly shifted: Float32Array;
  readonly sharpened: Float32Array;
}

/** Below this, torch's cosine similarity takes a norm for this. */
const leastNorm = 1e-8;
/** Added to the sum of sharpened weights, as the published code does. */
const tiny = 1e-16;

/** Cosine of the key [M] with every row of the memory [N, M]; [N]. */
export function cosines(key: Float32Array, memory: Float32Array): Float32Array {
  const columns = key.length;
  const slots = columns > 0 ? Math.floor(memory.length / columns) : 0;
  const keyNorm = Math.max(Math.hypot(...key), leastNorm);
  return Float32Array.from({ length: slots }, (_, slot) => {
    let dot = 0;
    let square = 0;
    for (let j = 0; j < columns; j++) {
      const value = memory[slot * columns + j]!;
      dot += key[j]! * value;
      square += value * value;
    }
    return dot / (keyNorm * Math.max(Math.sqrt(square), leastNorm));
  });
}

/** Scores up to a constant from the weighting that they gave, [N]; undefined where β is 0 and they are lost. */
export function scoresOf(content: Float32Array, beta: number): Float32Array | undefined {
  if (!(beta > 1e-6)) return undefined;
  return content.map((weight) => Math.log(Math.max(weight, 1e-38)) / beta);
}

/** `scores` [N] as β multiplies them, `previous` [N] the weighting of the step before. */
export function address(
  scores: Float32Array,
  previous: Float32Array,
  { beta, gate, shift: [up, stay, down], gamma }: Addressing,
): Addressed {
  const slots = scores.length;
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const content = scores.map((score) => Math.exp(beta * (score - most)));
  divide(content, sumOf(content));
  const gated = content.map((weight, n) => gate * weight + (1 - gate) * (previous[n] ?? 0));
  const shifted = gated.map((weight, n) => {
    const above = gated[(n + slots - 1) % slots]!;
    const below = gated[(n + 1) % slots]!;
    return up * above + stay * weight + down * below;
  });
  const sharpened = shifted.map((weight) => (weight > 0 ? weight ** gamma : 0));
  divide(sharpened, sumOf(sharpened) + tiny);
  return { content, gated, shifted, sharpened };
}

const sumOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);

function divide(values: Float32Array, by: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! / by;
}
