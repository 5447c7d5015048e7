/** An attention of a block: projections, rotary positions, masks and biases, put together from what a family says. */
import type { GraphBuilder, Value } from '../graph/graph';
import type { Access, ParameterValues, Past } from './architecture';
import { joinHeads, projectHeads, readOut, scoreOf, type Sharing } from './attention';
import { type Part, type Shapes, weightsOf } from './parts';
import { type Places, placesOf } from './places';
import { rotate } from './rotary';

/** Query, key and value each with a weight of its own, or all in one. */
export type Projections =
  | {
      readonly kind: 'separate';
      readonly query: string;
      readonly key: string;
      readonly value: string;
      readonly bias: { readonly query: boolean; readonly key: boolean; readonly value: boolean };
    }
  | {
      readonly kind: 'joined';
      readonly name: string;
      readonly bias: boolean;
      /** The weight is [from, to]. */
      readonly conv?: boolean;
      /** Each head has its query, key and value together. */
      readonly byHead?: boolean;
    };

export interface AttentionOptions {
  readonly access: Access;
  readonly width: number;
  readonly heads: number;
  readonly keyHeads?: number;
  readonly size: number;
  readonly projections: Projections;
  readonly output: Part;
  /** What the query is multiplied by; the name of a number of the layer's own. */
  readonly scale: number | string;
  readonly rotary?: {
    /** The name of the layer's frequencies. */
    readonly frequencies: string;
    readonly pairs: number;
    readonly factor: number;
  };
  /** Norms of each head's query and key, over their size. */
  readonly norms?: { readonly query: Part; readonly key: Part };
  /** Added to the scores, [heads or 1, queries, keys]. */
  readonly bias?: Bias;
  /** Scores are kept within ± this by tanh. */
  readonly cap?: number | undefined;
  /** Keys and values are of the stack before, whose width this is. */
  readonly memory?: number;
}

export interface Bias {
  readonly weights: Shapes;
  /** `chosen` [n] are the heads that are asked for, `x` the state before the attention. */
  apply(g: GraphBuilder, w: ParameterValues, given: BiasGiven): Value | undefined;
}

export interface BiasGiven {
  readonly x: Value;
  readonly past: Past | undefined;
  readonly chosen: Value | undefined;
  places(): Places;
}

export interface AttentionPart {
  readonly access: Access;
  readonly weights: Shapes;
  attend(
    g: GraphBuilder,
    w: ParameterValues,
    x: Value,
    given: {
      readonly chosen?: Value;
      readonly past?: Past | undefined;
      readonly memory?: Value | undefined;
      /** What each head's reading is multiplied by, [heads, 1, 1]. */
      readonly gate?: Value | undefined;
    },
  ): Attended;
}

export interface Attended {
  /** [heads, queries, keys]. */
  readonly weighting: Value;
  readonly past: Past;
  /** [queries, width]. */
  readonly attended: Value;
}

export function attention(options: AttentionOptions): AttentionPart {
  const { access, heads, keyHeads = heads, size, output, norms, bias, rotary, cap } = options;
  return {
    access,
    weights: {
      ...projectionShapes(options, keyHeads),
      ...weightsOf([output, norms?.query, norms?.key, bias]),
    },
    attend(g, w, x, { chosen, past, memory, gate }) {
      let places: Places | undefined;
      const placed = () => (places ??= placesOf(g, x, past));
      const projected = project(g, w, options, keyHeads, x, memory, chosen);
      const turn = (vectors: Value, norm: Part | undefined): Value => {
        const normed = norm ? norm.apply(g, w, vectors) : vectors;
        if (!rotary) return normed;
        return rotate(g, normed, placed().queries, w(rotary.frequencies), { ...rotary, size });
      };
      const query = turn(projected.query, norms?.query);
      const key = joined(g, past?.key, turn(projected.key, norms?.key));
      const value = joined(g, past?.value, projected.value);
      const sharing = chosen ? undefined : { heads, keyHeads };
      const given = { x, past, chosen, places: placed };
      const score = scored(g, w, options, { query, key, sharing });
      const capped = cap === undefined ? score : g.mul(g.tanh(g.div(score, cap)), cap);
      const added = bias?.apply(g, w, given);
      const weighting = g.softmax(added ? g.add(capped, added) : capped);
      const read = readOut(g, weighting, value, sharing);
      const attended = output.apply(g, w, joinHeads(g, gate ? g.mul(read, gate) : read));
      return { weighting, past: { key, value }, attended };
    },
  };
}

function scored(
  g: GraphBuilder,
  w: ParameterValues,
  { scale }: AttentionOptions,
  { query, key, sharing }: { query: Value; key: Value; sharing: Sharing | undefined },
): Value {
  const scaled = scale === 1 ? query : g.mul(query, typeof scale === 'string' ? w(scale) : scale);
  return scoreOf(g, scaled, key, sharing);
}

const joined = (g: GraphBuilder, before: Value | undefined, own: Value): Value =>
  before ? g.concat([before, own], 1) : own;

function projectionShapes(
  { projections, width, heads, size, memory = width }: AttentionOptions,
  keyHeads: number,
): Shapes {
  if (projections.kind === 'joined') {
    const { name, bias, conv } = projections;
    const all = 3 * heads * size;
    return {
      [`${name}.weight`]: conv ? [width, all] : [all, width],
      ...(bias && { [`${name}.bias`]: [all] }),
    };
  }
  const { query, key, value, bias } = projections;
  return {
    [`${query}.weight`]: [heads * size, width],
    [`${key}.weight`]: [keyHeads * size, memory],
    [`${value}.weight`]: [keyHeads * size, memory],
    ...(bias.query && { [`${query}.bias`]: [heads * size] }),
    ...(bias.key && { [`${key}.bias`]: [keyHeads * size] }),
    ...(bias.value && { [`${value}.bias`]: [keyHeads * size] }),
  };
}

function project(
  g: GraphBuilder,
  w: ParameterValues,
  { projections, width, heads, size, memory: memoryWidth = width }: AttentionOptions,
  keyHeads: number,
  x: Value,
  memory: Value | undefined,
  chosen: Value | undefined,
): { readonly query: Value; readonly key: Value; readonly value: Value } {
  const linear = (name: string, transposed: boolean) => ({
    weight: w(`${name}.weight`),
    bias: w.optional(`${name}.bias`),
    transposed,
  });
  if (projections.kind === 'joined') {
    const { name, conv = false, byHead = false } = projections;
    const layout = { width, parts: 3, heads, size, byHead };
    const [query, key, value] = projectHeads(g, x, linear(name, !conv), layout, chosen);
    return { query: query!, key: key!, value: value! };
  }
  const groups = g.constant('int64', [], [heads / keyHeads]);
  const chosenKeys = chosen && (heads === keyHeads ? chosen : g.div(chosen, groups));
  const of = (name: string, from: Value, columns: number, count: number, some?: Value) => {
    const layout = { width: columns, parts: 1, heads: count, size };
    return projectHeads(g, from, linear(name, true), layout, some)[0]!;
  };
  const from = memory ?? x;
  return {
    query: of(projections.query, x, width, heads, chosen),
    key: of(projections.key, from, memoryWidth, keyHeads, chosenKeys),
    value: of(projections.value, from, memoryWidth, keyHeads, chosenKeys),
  };
}
