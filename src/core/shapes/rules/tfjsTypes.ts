/** The classes of TensorFlow.js's tensors. */
import { known, requireRank, shapeOf } from '../machine';
import { type Class } from '../values';
import { ofRank } from './tfjsShapes';

/** `tf.Tensor2D` and its kind, as annotations and for `instanceof`. */
function tensorClass(name: string): Class | undefined {
  const [, digits] = /^Tensor(?:([1-6])D)?$/.exec(name) ?? [];
  const isTensor = name === 'Tensor' || name === 'Variable' || name === 'SymbolicTensor';
  if (digits === undefined && !isTensor && name !== 'Scalar') return undefined;
  const rank = name === 'Scalar' ? 0 : digits === undefined ? undefined : Number(digits);
  return {
    k: 'class',
    name,
    bases: [],
    members: new Map(),
    library: {
      claimed: (m, value, label) => {
        const v = known(m, value);
        if (v.k === 'any' || v.k === 'unknown') return ofRank(m, rank, label);
        if (v.k === 'tensor' && rank !== undefined && shapeOf(m, v.shape).head !== null)
          requireRank(m, v, rank);
        return undefined;
      },
    },
  };
}
export const tensorClasses = new Map(
  'Tensor Variable SymbolicTensor Scalar Tensor1D Tensor2D Tensor3D Tensor4D Tensor5D Tensor6D'
    .split(' ')
    .map((name) => [name, tensorClass(name)!] as const),
);
