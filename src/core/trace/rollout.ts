/**
 * Attention rollout (Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers", section 3): of which input
 * tokens a state is made after a layer, were heads equal and the residual connection worth as much as attention.
 */
import type { AccessBlock } from './trace';

/** The heads of one layer of self-attention. */
export interface SelfLayer {
  /** `self`, `encoder` or `decoder`. */
  readonly kind: string;
  readonly layer: number;
  readonly heads: readonly AccessBlock[];
}

const kinds = /^(self|encoder|decoder)\./;

/** Layers in which every token looks at tokens of the same sequence, from the first on; of encoder and decoder each. */
export function selfLayers(blocks: readonly AccessBlock[]): readonly SelfLayer[] {
  const layers = new Map<string, SelfLayer & { readonly heads: AccessBlock[] }>();
  for (const block of blocks) {
    const kind = kinds.exec(block.id)?.[1];
    const { layer, rows, columns, normalised } = block;
    if (kind === undefined || layer === undefined || normalised !== 'rows') continue;
    if (rows.kind !== columns.kind || rows.length !== columns.length) continue;
    const key = `${kind}.${layer}`;
    const known = layers.get(key);
    if (known) known.heads.push(block);
    else layers.set(key, { kind, layer, heads: [block] });
  }
  return [...layers.values()].sort((a, b) => a.kind.localeCompare(b.kind) || a.layer - b.layer);
}

/**
 * Takes one layer further: `mean` [n, n] is the mean of its heads, `before` [n, n] the rollout below it (the identity
 * under the first). Returns [n, n], rows sum to 1: R = (½ mean + ½ I) · R_before. Yields after every row.
 */
export function* rollOut(
  mean: Float32Array,
  before: Float32Array | undefined,
  n: number,
): Generator<void, Float32Array, void> {
  const rolled = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = rolled.subarray(i * n, (i + 1) * n);
    for (let k = 0; k < n; k++) {
      const weight = (mean[i * n + k]! + (i === k ? 1 : 0)) / 2;
      // What a causal mask hides is half of all.
      if (weight !== 0) addTimes(row, weight, k, before);
    }
    yield;
  }
  return rolled;
}

function addTimes(row: Float32Array, weight: number, k: number, before?: Float32Array): void {
  if (!before) {
    row[k] = row[k]! + weight;
    return;
  }
  const from = k * row.length;
  for (let j = 0; j < row.length; j++) row[j] = row[j]! + weight * before[from + j]!;
}

/** Adds one head's weights to the mean of `count` heads. */
export function addHead(mean: Float32Array, head: Float32Array, count: number): void {
  for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + head[i]! / count;
}
