/**
 * The pieces that blocks are put together from: each knows its weights and its equation, so that what is checked in a
 * checkpoint is what is run. Weights are named as below the block, `mlp.up_proj.weight`.
 */
import type { GraphBuilder, Operand, Value } from '../graph/graph';
import type { Activation } from './activations';
import type { ParameterValues } from './architecture';

/** Shapes by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** x [n, from] → [n, to]. */
export interface Part {
  readonly weights: Shapes;
  apply(g: GraphBuilder, w: ParameterValues, x: Value): Value;
}

export interface LinearOptions {
  readonly bias: boolean;
  /** The weight is [from, to], as GPT-2's Conv1D has it, in place of torch's [to, from]. */
  readonly conv?: boolean;
}

export function linear(
  name: string,
  from: number,
  to: number,
  { bias, conv = false }: LinearOptions,
): Part {
  return {
    weights: {
      [`${name}.weight`]: conv ? [from, to] : [to, from],
      ...(bias && { [`${name}.bias`]: [to] }),
    },
    apply: (g, w, x) =>
      g.linear(x, w(`${name}.weight`), bias ? w(`${name}.bias`) : undefined, !conv),
  };
}

/** Ba, Kiros & Hinton 2016. */
export function layerNorm(name: string, width: number, epsilon: number, bias = true): Part {
  return {
    weights: { [`${name}.weight`]: [width], ...(bias && { [`${name}.bias`]: [width] }) },
    apply: (g, w, x) =>
      g.layerNorm(x, w(`${name}.weight`), bias ? w(`${name}.bias`) : undefined, epsilon),
  };
}

/** Zhang & Sennrich 2019, over the last axis; `around` is what the stored scale is counted from (Gemma: 1). */
export function rmsNorm(name: string, width: number, epsilon: number, around = 0): Part {
  return {
    weights: { [`${name}.weight`]: [width] },
    apply(g, w, x) {
      const square = g.reduce('Mean', g.mul(x, x), [-1], true);
      const scale = w(`${name}.weight`);
      const normed = g.div(x, g.sqrt(g.add(square, epsilon)));
      return g.mul(normed, around === 0 ? scale : g.add(scale, around));
    },
  };
}

export function activate(activation: Activation): Part {
  return { weights: {}, apply: (g, _, x) => activation.apply(g, x) };
}

export function scaled(by: Operand): Part {
  return { weights: {}, apply: (g, _, x) => g.mul(x, by) };
}

/** One after the other. */
export function chain(...parts: readonly Part[]): Part {
  return {
    weights: weightsOf(parts),
    apply: (g, w, x) => parts.reduce((value, part) => part.apply(g, w, value), x),
  };
}

/** activation(gate(x)) ∘ up(x), then down (Shazeer 2020, GLU variants). */
export function gated(gate: Part, activation: Activation, up: Part, down: Part): Part {
  return {
    weights: weightsOf([gate, up, down]),
    apply(g, w, x) {
      const opened = activation.apply(g, gate.apply(g, w, x));
      return down.apply(g, w, g.mul(opened, up.apply(g, w, x)));
    },
  };
}

export function weightsOf(parts: readonly ({ readonly weights: Shapes } | undefined)[]): Shapes {
  return Object.assign({}, ...parts.map((part) => part?.weights ?? {})) as Shapes;
}
