/** Relative position bias of T5 (Raffel et al. 2020, section 2.1): a number per head for how far a key lies away. */
import type { GraphBuilder, Value } from '../graph/graph';
import { distances, type Places } from './places';

export interface Buckets {
  readonly buckets: number;
  readonly furthest: number;
  /** Keys after the query have buckets of their own. */
  readonly bidirectional: boolean;
}

const f = Math.fround;

/** The bucket of a key that lies `distance` places before its query; what torch computes in float32. */
export function bucketOf(distance: number, { buckets, furthest, bidirectional }: Buckets): number {
  const side = bidirectional ? buckets / 2 : buckets;
  const start = bidirectional && distance < 0 ? side : 0;
  const away = bidirectional ? Math.abs(distance) : Math.max(0, distance);
  const exact = Math.floor(side / 2);
  if (away < exact) return start + away;
  const share = f(f(Math.log(f(away / exact))) / f(Math.log(furthest / exact)));
  return start + Math.min(side - 1, exact + Math.floor(f(share * (side - exact))));
}

/** Bias [heads, queries, keys] from the table [buckets, heads]. */
export function relativeBias(g: GraphBuilder, table: Value, places: Places, of: Buckets): Value {
  // Further away nothing changes: one bias for each distance up to there is all.
  const reach = of.furthest;
  const all = Array.from({ length: 2 * reach + 1 }, (_, i) => bucketOf(i - reach, of));
  const byDistance = g.take(g.transpose(table, [1, 0]), g.constant('int64', [all.length], all), 1);
  const distance = g.clip(distances(g, places), -reach, reach);
  return g.take(byDistance, g.add(distance, g.constant('int64', [], [reach])), 1);
}
