/** What is added to the scores of an attention: masks, and the bias of relative positions. */
import type { Bias } from './attentionPart';
import { windowMask } from './places';
import { type Buckets, relativeBias } from './relative';

/** Every token sees those before it and itself. */
export const causal: Bias = {
  weights: {},
  // The one token that follows sees all there are.
  apply: (g, _, { x, past }) => (past ? undefined : g.causalMask(x)),
};

/** Every token sees the last tokens up to itself, as many as the layer's number of that name says. */
export function slidingWindow(name: string): Bias {
  return {
    weights: {},
    apply: (g, w, { places }) => windowMask(g, places(), w(name)),
  };
}

/** `name` is a table [buckets, heads] that the layers share. */
export function relative(name: string, heads: number, buckets: Buckets): Bias {
  return {
    weights: { [name]: [buckets.buckets, heads] },
    apply(g, w, { chosen, places }) {
      const table = w(name);
      const columns = chosen ? g.take(table, chosen, 1) : table;
      return relativeBias(g, columns, places(), buckets);
    },
  };
}

/** Both, added. */
export function together(...biases: readonly Bias[]): Bias {
  return {
    weights: Object.assign({}, ...biases.map(({ weights }) => weights)) as Bias['weights'],
    apply(g, w, given) {
      const values = biases.flatMap((bias) => bias.apply(g, w, given) ?? []);
      return values.length === 0 ? undefined : values.reduce((sum, one) => g.add(sum, one));
    },
  };
}
