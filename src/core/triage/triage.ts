/**
 * What the weights alone say about the heads of a layer (Elhage et al. 2021, "A Mathematical Framework for
 * Transformer Circuits", sections "Query-Key" and "Output-Value" circuits): singular values of W_Q·W_Kᵀ and
 * W_V·W_O per head, and how alike the circuits of two heads are. Neither product is ever made.
 */
import type { AttentionLayer, Factor } from './layout';
import { smallSingularValues, timesTransposed, triangularFactor, type Small } from './spectrum';

export const circuits = ['qk', 'ov'] as const;
export type Circuit = (typeof circuits)[number];

export interface CircuitTriage {
  /** Singular values, largest first, [heads, size]. */
  readonly spectra: Float32Array;
  /** Cosine between the products of two heads as vectors, [heads, heads]; NaN where one is zero. */
  readonly cosines: Float32Array;
}
export type LayerTriage = Readonly<Record<Circuit, CircuitTriage>>;

export interface TriageTools {
  /** The vectors of a factor, row-major [heads · size, width]. */
  read(factor: Factor): Promise<Float32Array>;
  /** x · xᵀ of row-major [count, width] values. */
  gram(x: Float32Array, count: number, width: number): Promise<Float32Array>;
  /** Called between heads; throws to stop. */
  pause(): Promise<void>;
}

export async function triageLayer(layer: AttentionLayer, tools: TriageTools): Promise<LayerTriage> {
  return {
    qk: await triageCircuit(layer.query, layer.key, tools),
    ov: await triageCircuit(layer.output, layer.value, tools),
  };
}

/** `many` has a head each, `few` may share its heads between several (grouped queries). */
async function triageCircuit(
  many: Factor,
  few: Factor,
  tools: TriageTools,
): Promise<CircuitTriage> {
  const { read, gram, pause } = tools;
  const { heads, size } = many;
  const group = heads / few.heads;
  const [x, y] = [await read(many), await read(few)];
  const shared: Small[] = [];
  for (let head = 0; head < few.heads; head++) {
    shared.push(triangularOf(y, few, head));
    await pause();
  }
  const spectra = new Float32Array(heads * size);
  for (let head = 0; head < heads; head++) {
    const core = timesTransposed(triangularOf(x, many, head), shared[Math.floor(head / group)]!);
    spectra.set(smallSingularValues(core), head * size);
    await pause();
  }
  const xx = await gram(x, heads * size, many.width);
  const yy = await gram(y, few.heads * size, few.width);
  return { spectra, cosines: cosinesOf(xx, yy, heads, group, size) };
}

function triangularOf(vectors: Float32Array, { size, width }: Factor, head: number): Small {
  const start = head * size * width;
  return triangularFactor(
    Array.from({ length: size }, (_, i) =>
      Float64Array.from(vectors.subarray(start + i * width, start + (i + 1) * width)),
    ),
  );
}

/**
 * ⟨X_iᵀY_i, X_jᵀY_j⟩ = Σ (X_i·X_jᵀ) ∘ (Y_i·Y_jᵀ): the trace of the product, from blocks of the Gram matrices
 * `xx` [heads · size, …] and `yy` [heads / group · size, …].
 */
function cosinesOf(
  xx: Float32Array,
  yy: Float32Array,
  heads: number,
  group: number,
  size: number,
): Float32Array {
  const [across, acrossFew] = [heads * size, (heads / group) * size];
  const inner = new Float64Array(heads * heads);
  for (let i = 0; i < heads; i++) {
    for (let j = i; j < heads; j++) {
      const [k, l] = [Math.floor(i / group), Math.floor(j / group)];
      let sum = 0;
      for (let row = 0; row < size; row++) {
        const at = (i * size + row) * across + j * size;
        const atFew = (k * size + row) * acrossFew + l * size;
        for (let column = 0; column < size; column++) sum += xx[at + column]! * yy[atFew + column]!;
      }
      inner[i * heads + j] = inner[j * heads + i] = sum;
    }
  }
  return Float32Array.from(inner, (value, at) => {
    const [i, j] = [Math.floor(at / heads), at % heads];
    const scale = Math.sqrt(inner[i * heads + i]! * inner[j * heads + j]!);
    return scale > 0 ? Math.max(-1, Math.min(1, value / scale)) : NaN;
  });
}
