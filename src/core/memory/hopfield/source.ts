/** Which tensors of a file are the weights, the bias and the patterns of a Hopfield network, told by names and shapes. */
import type { Tensors, TensorShape } from '../../model/architecture';

export interface Source {
  readonly n: number;
  readonly weights?: TensorShape;
  readonly bias?: TensorShape;
  /** The bias is a threshold θ = −b. */
  readonly threshold: boolean;
  readonly patterns?: TensorShape;
  /** A lone square matrix: weights, unless its values are all ±1. */
  readonly lone: boolean;
}

/** Units up to which W is held. */
const mostUnits = 4096;
const mostValues = 1 << 24;

const weightNames = /^(w|j|t|weights?|weight_matrix|coupling|couplings)$/;
const biasNames = /^(b|bias|biases)$/;
const thresholdNames = /^(theta|threshold|thresholds)$/;
const patternNames = /^(x|xi|patterns?|memories|memory|stored|stored_patterns)$/;
/** A lone matrix under such a name is a layer, or a table of vectors for something else. */
const layerNames = /weight|kernel|embedding|\.|\//;

export function sourceOf(tensors: Tensors): Source | undefined {
  let weights: TensorShape | undefined;
  let bias: TensorShape | undefined;
  let patterns: TensorShape | undefined;
  let threshold = false;
  const lone = tensors.size === 1;
  for (const tensor of tensors.values()) {
    const name = tensor.name.replace(/^(hopfield|model|net|network)\./, '').toLowerCase();
    const [rows = 0, columns = 0] = tensor.shape;
    const flat = tensor.shape.length === 2;
    const square = flat && rows === columns;
    if (flat && patternNames.test(name) && !patterns) patterns = tensor;
    else if (square && weightNames.test(name) && !weights) weights = tensor;
    else if (tensor.shape.length === 1 && biasNames.test(name) && !bias) bias = tensor;
    else if (tensor.shape.length === 1 && thresholdNames.test(name) && !bias) {
      bias = tensor;
      threshold = true;
    } else if (lone && square && !name.includes('.')) weights = tensor;
    else if (lone && flat && !layerNames.test(name) && !weightNames.test(name)) patterns = tensor;
    else return undefined;
  }
  const n = (weights ?? patterns)?.shape[1] ?? 0;
  const fits =
    n > 1 &&
    (weights ? n <= mostUnits : (patterns?.shape[0] ?? 0) > 0) &&
    (!patterns || (patterns.shape[1] === n && patterns.shape[0]! * n <= mostValues)) &&
    (!bias || bias.shape[0] === n);
  if (!fits) return undefined;
  return {
    n,
    threshold,
    lone,
    ...(weights ? { weights } : {}),
    ...(bias ? { bias } : {}),
    ...(patterns ? { patterns } : {}),
  };
}
