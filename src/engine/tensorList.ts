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
  const seen = new Map<object, (tensor: Tensor, data: Stored) => Tensor | undefined>();
  return (tensor) => {
    const { data, bytes } = tensor;
    if (data.kind !== 'stored' || bytes === 0) return undefined;
    let ownerOf = seen.get(data.source);
    if (!ownerOf) seen.set(data.source, (ownerOf = ownersOfSource()));
    return ownerOf(tensor, data);
  };
}

/** The same in one file. Its tensors mostly lie in the order of the list, and then nothing is looked up. */
function ownersOfSource(): (tensor: Tensor, data: Stored) => Tensor | undefined {
  const inOrder: Tensor[] = [];
  const others = new Map<number, Tensor[]>();
  return (tensor, { offset, strides }) => {
    const last = inOrder.at(-1);
    if (!last || offsetOf(last) < offset) {
      inOrder.push(tensor);
      return undefined;
    }
    const first = placeOf(inOrder, offset);
    const there = [...(first ? [first] : []), ...(others.get(offset) ?? [])];
    const owner = there.find((other) => isAlike(other, tensor, strides));
    if (!owner) others.set(offset, [...(others.get(offset) ?? []), tensor]);
    return owner;
  };
}

/** The tensor at that offset, in a list by offset. */
function placeOf(inOrder: readonly Tensor[], offset: number): Tensor | undefined {
  let [low, high] = [0, inOrder.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsetOf(inOrder[middle]!) < offset) low = middle + 1;
    else high = middle;
  }
  const found = inOrder[low];
  return found && offsetOf(found) === offset ? found : undefined;
}

const offsetOf = ({ data }: Tensor): number => (data as Stored).offset;

function isAlike(a: Tensor, b: Tensor, strides: Stored['strides']): boolean {
  const other = (a.data as Stored).strides;
  return (
    a.dtype === b.dtype && a.shape.join() === b.shape.join() && other?.join() === strides?.join()
  );
}
