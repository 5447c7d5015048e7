/** Tensors that a search finds. */
import type { TensorRow } from '../../src/protocol/engine';

/** Those whose name, type or shape has every word of `text`, in upper or lower case. */
export function findTensors(all: readonly TensorRow[], text: string): readonly TensorRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.reduce((rows, word) => rows.filter(hasWord(word)), all);
}

function hasWord(word: string): (tensor: TensorRow) => boolean {
  // Few shapes for many tensors: they are written out once.
  const inShape = new Map<readonly number[], boolean>();
  return ({ name, dtype, shape }) => {
    if (name.toLowerCase().includes(word) || dtype.toLowerCase().includes(word)) return true;
    let isFound = inShape.get(shape);
    if (isFound === undefined) inShape.set(shape, (isFound = shape.join('×').includes(word)));
    return isFound;
  };
}
