/** Where queries and keys stand, and which of them may see each other. */
import type { GraphBuilder, Value } from '../graph/graph';
import type { Past } from './architecture';

/** Added where nothing may be seen. */
const blocked = -Infinity;

export interface Places {
  /** Place of each query, [queries], int64. */
  readonly queries: Value;
  /** Place of each key, [keys], int64. */
  readonly keys: Value;
}

/** Places of the rows of x, which follow those of `past`. */
export function placesOf(g: GraphBuilder, x: Value, past: Past | undefined): Places {
  const count = g.lengthOf(x, 0);
  if (!past) {
    const all = g.range(g.constant('int64', [], [0]), count);
    return { queries: all, keys: all };
  }
  const before = g.lengthOf(past.key, 1);
  const after = g.add(before, count);
  return { queries: g.range(before, after), keys: g.range(g.constant('int64', [], [0]), after) };
}

/** [queries, keys]: how many places the key lies before the query, int64. */
export function distances(g: GraphBuilder, { queries, keys }: Places): Value {
  return g.sub(g.reshape(queries, [-1, 1]), g.reshape(keys, [1, -1]));
}

/** [queries, keys]: 0 for the last `window` places up to the query's own, -∞ elsewhere (Beltagy et al. 2020, section 3.1). */
export function windowMask(g: GraphBuilder, places: Places, window: Value): Value {
  const distance = g.toFloat(distances(g, places));
  const open = g.where(g.greater(window, distance), 0, blocked);
  return g.where(g.greater(0, distance), blocked, open);
}
