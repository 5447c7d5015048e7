/** A word for what a head does, from its statistics. */
import type { AccessBlock, HeadStatistics } from '../../src/core/trace/trace';

export type Role = 'induction' | 'previous' | 'first' | 'diagonal' | 'broad';

export interface HeadRole {
  readonly role: Role;
  /** Mean weight on the places that the role names; for `broad`, entropy over its maximum ln(columns). */
  readonly share: number;
}

/** Share of the weight from which a place names the head. */
const enough = 0.4;
/** Of two roles that say the same about a head, the more telling one comes first. */
const places = ['induction', 'previous', 'diagonal', 'first'] as const;

/**
 * The place that takes most of the weight; `broad` for heads near the largest entropy; undefined for none of these, and
 * where weights are no shares: recall from fast weights is a sum of products.
 */
export function roleOf(
  statistics: HeadStatistics,
  { normalised, columns }: Pick<AccessBlock, 'normalised' | 'columns'>,
): HeadRole | undefined {
  if (normalised !== 'rows') return undefined;
  let best: HeadRole | undefined;
  for (const role of places) {
    const share = statistics[role];
    if (share >= enough && share > (best?.share ?? 0)) best = { role, share };
  }
  if (best) return best;
  const share = columns.length > 1 ? statistics.entropy / Math.log(columns.length) : 0;
  return share >= 0.6 ? { role: 'broad', share } : undefined;
}
