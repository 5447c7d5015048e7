/** Which tensors of a file are the weights, the bias and the patterns of a Hopfield network, told by names and shapes. */
import type { Tensors, TensorShape } from '../../model/architecture';
import { wrappers } from '../../model/reading';

export interface Source {
  readonly n: number;
  readonly weights?: TensorShape;
  readonly bias?: TensorShape;
  /** The bias is a threshold θ = −b. */
  readonly threshold: boolean;
  /** [P, N]; patterns that are images are flattened. */
  readonly patterns?: TensorShape;
  /** A lone square matrix: weights, unless its values are all ±1. */
  readonly lone: boolean;
}

/** Units up to which W is held. */
const mostUnits = 4096;
const mostValues = 1 << 24;

const weightNames = /^(w|j|t|weights?|weight_matrix|couplings?)$/;
/** Names that a layer of another model does not have. */
const particular = /^(w|j|couplings?|weight_matrix)$/;
const biasNames = /^(b|h|bias|biases|fields?)$/;
const thresholdNames = /^(theta|thresholds?)$/;
const patternNames = /^(x|xi|patterns?|memories|memory|stored|stored_patterns)$/;
/** A lone matrix under such a name is a layer, or a table of vectors for something else. */
const layerNames = /weight|kernel|embedding|\.|\//;

interface Parts {
  weights?: TensorShape;
  bias?: TensorShape;
  patterns?: TensorShape;
  threshold: boolean;
  /** Besides them there are only short lists: labels, sizes, a state. */
  others: boolean;
}

/** Undefined when the names are not a Hopfield network's, problems when the shapes do not fit each other. */
export function sourceOf(tensors: Tensors): Source | { problems: readonly string[] } | undefined {
  const parts = partsOf(tensors);
  if (!parts) return undefined;
  const { weights, bias, patterns, threshold, others } = parts;
  const named = weights !== undefined && particular.test(plainName(weights));
  if (others && !named && !patterns) return undefined;
  const n = (weights ?? patterns)?.shape[1] ?? 0;
  const problems = [...problemsOf(parts, n)];
  const sure = weights !== undefined && (named || patterns !== undefined) && tensors.size > 1;
  if (problems.length > 0) return sure ? { problems } : undefined;
  return {
    n,
    threshold,
    lone: tensors.size === 1,
    ...(weights ? { weights } : {}),
    ...(bias ? { bias } : {}),
    ...(patterns ? { patterns } : {}),
  };
}

const owners = new RegExp(`^${wrappers}(?:hopfield\\w*\\.)?`);
const plainName = ({ name }: TensorShape): string => name.replace(owners, '').toLowerCase();

function partsOf(tensors: Tensors): Parts | undefined {
  const parts: Parts = { threshold: false, others: false };
  const lone = tensors.size === 1;
  for (const tensor of tensors.values()) {
    const name = plainName(tensor);
    const rank = tensor.shape.length;
    const square = rank === 2 && tensor.shape[0] === tensor.shape[1];
    if (rank >= 2 && patternNames.test(name) && !parts.patterns) parts.patterns = rows(tensor);
    else if (rank === 2 && weightNames.test(name) && !parts.weights) parts.weights = tensor;
    else if (rank === 1 && biasNames.test(name) && !parts.bias) parts.bias = tensor;
    else if (rank === 1 && thresholdNames.test(name) && !parts.bias) {
      parts.bias = tensor;
      parts.threshold = true;
    } else if (lone && square && !tensor.name.includes('.')) parts.weights = tensor;
    else if (lone && rank === 2 && !layerNames.test(tensor.name.toLowerCase())) {
      parts.patterns = tensor;
    } else if (rank < 2) parts.others = true;
    else return undefined;
  }
  return parts;
}

function rows({ name, shape: [count = 0, ...rest] }: TensorShape): TensorShape {
  return { name, shape: [count, rest.reduce((product, length) => product * length, 1)] };
}

function* problemsOf({ weights, bias, patterns }: Parts, n: number): Generator<string, void> {
  const told = ({ name, shape }: TensorShape) => `${name} has shape [${shape.join(', ')}]`;
  if (!weights && !patterns) yield 'there are neither weights nor patterns';
  if (n < 2) yield 'there are fewer than 2 units';
  if (weights && weights.shape[0] !== n) yield `${told(weights)}, expected [${n}, ${n}]`;
  if (weights && n > mostUnits) yield `${told(weights)}, at most ${mostUnits} units are run`;
  if (patterns && (patterns.shape[1] !== n || patterns.shape[0] === 0)) {
    yield `${told(patterns)}, expected [any, ${n}]`;
  }
  if (patterns && patterns.shape[0]! * n > mostValues) {
    yield `${told(patterns)}, at most ${mostValues} values are run`;
  }
  if (bias && bias.shape[0] !== n) yield `${told(bias)}, expected [${n}]`;
}
