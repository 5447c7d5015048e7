/** The equations of a GPT-2 block (Radford et al. 2019, section 2.3). */
import type { GraphBuilder, Value } from '../graph/graph';
import type { Activation } from './activations';
import type { BlockValues, ParameterValues, Past } from './architecture';
import { attend, joinHeads, projectHeads } from './attention';

/** The numbers that fix the block's graph. */
export interface Shape {
  readonly width: number;
  readonly heads: number;
  readonly transposed: boolean;
  readonly activation: Activation;
  readonly epsilon: number;
}

/** Pre-norm block: x + attention(norm(x)), then x + mlp(norm(x)). */
export function gpt2Block(
  g: GraphBuilder,
  { width, heads, transposed, activation, epsilon }: Shape,
  hidden: Value,
  w: ParameterValues,
  chosen: Value | undefined,
  past: Past | undefined,
): BlockValues {
  const norm = (layerNorm: string, x: Value) =>
    g.layerNorm(x, w(`${layerNorm}.weight`), w.optional(`${layerNorm}.bias`), epsilon);
  const projection = (linear: string) => ({
    weight: w(`${linear}.weight`),
    bias: w.optional(`${linear}.bias`),
    transposed,
  });
  const linear = (of: string, x: Value) => {
    const { weight, bias } = projection(of);
    return g.linear(x, weight, bias, transposed);
  };

  const layout = { width, parts: 3, heads, size: width / heads };
  const normed = norm('ln_1', hidden);
  const [query, own, ownValue] = projectHeads(g, normed, projection('attn.c_attn'), layout, chosen);
  const key = past ? g.concat([past.key, own!], 1) : own!;
  const value = past ? g.concat([past.value, ownValue!], 1) : ownValue!;
  const mask = past ? undefined : g.causalMask(hidden);
  const weighting = attend(g, g.mul(query!, w('scale')), key, mask);
  const attended = linear('attn.c_proj', joinHeads(g, g.matmul(weighting, value)));
  const middle = g.add(hidden, attended);
  const mlp = linear('mlp.c_proj', activation.apply(g, linear('mlp.c_fc', norm('ln_2', middle))));
  return { weighting, past: { key, value }, hidden: g.add(middle, mlp) };
}
