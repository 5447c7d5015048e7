/** What is told of a checkpoint's tensors, tied ones recognised by their bytes. */
import type { Stored, Tensor } from '../core/checkpoint/checkpoint';
import { packTensors, type TensorColumns, type TensorRow } from '../core/summary/columns';

/** A tensor over the bytes of an earlier one counts no parameters. */
export function listTensors(tensors: Iterable<Tensor>): {
  readonly tensors: TensorColumns;
  readonly parameters: number;
} {
  const ownerOf = owners();
  let parameters = 0;
  function* rows(): Generator<TensorRow> {
    for (const tensor of tensors) {
      const owner = ownerOf(tensor);
      if (owner) yield { ...tensor, sharedWith: owner.name };
      else {
        parameters += tensor.shape.reduce((product, length) => product * length, 1);
        yield tensor;
      }
    }
  }
  return { tensors: packTensors(rows()), parameters };
}

/** The tensors over the bytes of an earlier one, by their names, and its name. */
export function tiedTensors(tensors: Iterable<Tensor>): ReadonlyMap<string, string> {
  const ownerOf = owners();
  const tied = new Map<string, string>();
  for (const tensor of tensors) {
    const owner = ownerOf(tensor);
    if (owner) tied.set(tensor.name, owner.name);
  }
  return tied;
}

/** Finds the earlier tensor that has the same bytes and reads them alike. */
function owners(): (tensor: Tensor) => Tensor | undefined {
  const seen = new Map<object, Map<number, Tensor | Tensor[]>>();
  return (tensor) => {
    const { data, bytes } = tensor;
    if (data.kind !== 'stored' || bytes === 0) return undefined;
    let places = seen.get(data.source);
    if (!places) seen.set(data.source, (places = new Map()));
    const there = places.get(data.offset);
    if (there === undefined) {
      places.set(data.offset, tensor);
      return undefined;
    }
    const all = Array.isArray(there) ? there : [there];
    const owner = all.find((other) => isAlike(other, tensor, data.strides));
    if (!owner) places.set(data.offset, [...all, tensor]);
    return owner;
  };
}

function isAlike(a: Tensor, b: Tensor, strides: Stored['strides']): boolean {
  const other = (a.data as Stored).strides;
  return (
    a.dtype === b.dtype && a.shape.join() === b.shape.join() && other?.join() === strides?.join()
  );
}
