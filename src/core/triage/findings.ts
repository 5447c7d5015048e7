/** Heads that seem to do nothing, and pairs that seem to do the same, from the triage of a layer. */
import { type Circuit, circuits, type LayerTriage } from './triage';
import { effectiveRank } from '../weights/spectrum';
import { normOf } from './spectrum';

/** Numbers of one head. */
export interface HeadMeasures {
  /** Frobenius norms of W_Q·W_Kᵀ and W_V·W_O. */
  readonly qkNorm: number;
  readonly ovNorm: number;
  /** Effective ranks (Roy & Vetterli 2007). */
  readonly qkRank: number;
  readonly ovRank: number;
  /** ‖W_V·W_O‖ over the median of its layer. */
  readonly ovShare: number;
}
export const measureNames = ['ovNorm', 'qkNorm', 'ovRank', 'qkRank', 'ovShare'] as const;
export type Measure = (typeof measureNames)[number];

export type Finding =
  | { readonly kind: 'dead'; readonly layer: number; readonly head: number; readonly share: number }
  | {
      readonly kind: 'alike';
      readonly layer: number;
      readonly head: number;
      readonly other: number;
      readonly circuit: Circuit;
      readonly cosine: number;
    };

/** A head that writes less than this share of its layer's median writes nothing that matters. */
const deadShare = 0.05;
/** Products of random weights of this many dimensions have cosines near 0. */
const alikeCosine = 0.5;

export function measuresOf({ qk, ov }: LayerTriage, heads: number): readonly HeadMeasures[] {
  const spectrum = (of: Float32Array, head: number): Float32Array => {
    const size = of.length / heads;
    return of.subarray(head * size, (head + 1) * size);
  };
  const norms = Array.from({ length: heads }, (_, head) => normOf(spectrum(ov.spectra, head)));
  const median = medianOf(norms);
  return norms.map((ovNorm, head) => ({
    ovNorm,
    qkNorm: normOf(spectrum(qk.spectra, head)),
    qkRank: effectiveRank(spectrum(qk.spectra, head)),
    ovRank: effectiveRank(spectrum(ov.spectra, head)),
    ovShare: median > 0 ? ovNorm / median : 0,
  }));
}

/** Of one layer, unordered. */
export function findingsOf(layer: number, triage: LayerTriage, heads: number): readonly Finding[] {
  const measures = measuresOf(triage, heads);
  const found: Finding[] = [];
  measures.forEach(({ ovShare }, head) => {
    if (ovShare < deadShare) found.push({ kind: 'dead', layer, head, share: ovShare });
  });
  for (const circuit of circuits) {
    for (let head = 0; head < heads; head++) {
      for (let other = head + 1; other < heads; other++) {
        const cosine = triage[circuit].cosines[head * heads + other]!;
        if (Math.abs(cosine) < alikeCosine || Number.isNaN(cosine)) continue;
        found.push({ kind: 'alike', layer, head, other, circuit, cosine });
      }
    }
  }
  return found;
}

/** Dead heads first, the deadest at the top; then pairs, the most alike at the top. */
export function rankFindings(found: Iterable<Finding>): readonly Finding[] {
  const weight = (finding: Finding): number =>
    finding.kind === 'dead' ? finding.share - 2 : -Math.abs(finding.cosine);
  return [...found].sort((x, y) => weight(x) - weight(y));
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
