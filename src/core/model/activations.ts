/** Activation functions by the names that a config uses (transformers, activations.py, ACT2FN). */
import type { GraphBuilder, Value } from '../graph/graph';

export interface Activation {
  readonly title: string;
  readonly apply: (g: GraphBuilder, x: Value) => Value;
}

const exact: Activation = { title: 'gelu (exact)', apply: (g, x) => g.gelu(x, 'none') };
const approximate: Activation = {
  title: 'gelu (tanh approximation)',
  apply: (g, x) => g.gelu(x, 'tanh'),
};
const silu: Activation = { title: 'silu', apply: (g, x) => g.mul(x, g.sigmoid(x)) };
/** Hendrycks & Gimpel 2016, section 2: x·σ(1.702 x). */
const quick: Activation = {
  title: 'gelu (sigmoid approximation)',
  apply: (g, x) => g.mul(x, g.sigmoid(g.mul(x, 1.702))),
};

export const activations: ReadonlyMap<string, Activation> = new Map([
  ['gelu', exact],
  ['gelu_python', exact],
  ['gelu_new', approximate],
  ['gelu_fast', approximate],
  ['gelu_accurate', approximate],
  ['gelu_pytorch_tanh', approximate],
  ['quick_gelu', quick],
  ['relu', { title: 'relu', apply: (g, x) => g.relu(x) }],
  ['silu', silu],
  ['swish', silu],
  ['sigmoid', { title: 'sigmoid', apply: (g, x) => g.sigmoid(x) }],
  ['tanh', { title: 'tanh', apply: (g, x) => g.tanh(x) }],
]);
