/** Reads the tensors of a layer: those that lie one after another in their file come in one read. */
import type { Stored, Tensor } from '../core/checkpoint/checkpoint';
import { readFloat32 } from '../core/checkpoint/values';

/** A tensor by the name that its values are wanted under. */
export type Wanted = readonly [name: string, tensor: Tensor];

/** Tensors of which one ends where the next one starts; or one that is no plain float32. */
interface Span {
  readonly wanted: Wanted[];
  readonly at?: Stored;
  bytes: number;
}

/** Larger spans are cut between tensors, so that several threads share the work. */
const largest = 64 * 1024 * 1024;

/**
 * Values of each tensor as float32, by name. `bufferOf` gives the memory for the values of some names, of that many
 * elements. All reads have ended when this one does, also when one has failed.
 */
export async function readTogether(
  wanted: readonly Wanted[],
  bufferOf: (names: string, length: number) => Float32Array,
): Promise<ReadonlyMap<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  const reads = spansOf(wanted).map(async (span) => {
    const names = span.wanted.map(([name]) => name);
    const length = span.wanted.reduce((sum, [, tensor]) => sum + elements(tensor), 0);
    const buffer = bufferOf(names.join(), length);
    if (span.at) await span.at.source.read(span.at.offset, bytesOf(buffer));
    else await readFloat32(span.wanted[0]![1], buffer);
    let start = 0;
    for (const [name, tensor] of span.wanted) {
      const end = start + elements(tensor);
      values.set(name, buffer.subarray(start, end));
      start = end;
    }
  });
  const failed = (await Promise.allSettled(reads)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
  return values;
}

function spansOf(wanted: readonly Wanted[]): readonly Span[] {
  const spans: Span[] = wanted.filter(([, tensor]) => !plain(tensor)).map(single);
  const inOrder = wanted
    .filter(([, tensor]) => plain(tensor))
    .toSorted(([, a], [, b]) => plain(a)!.offset - plain(b)!.offset);
  const last = new Map<object, Span>();
  for (const one of inOrder) {
    const [, tensor] = one;
    const at = plain(tensor)!;
    const before = last.get(at.source);
    const end = before && before.at!.offset + before.bytes;
    if (end === at.offset && before!.bytes + tensor.bytes <= largest) {
      before!.wanted.push(one);
      before!.bytes += tensor.bytes;
    } else {
      const span = single(one);
      spans.push(span);
      last.set(at.source, span);
    }
  }
  return spans;
}

function single(one: Wanted): Span {
  const at = plain(one[1]);
  return { wanted: [one], bytes: one[1].bytes, ...(at && { at }) };
}

/** Where the values lie just as memory has them. */
function plain({ dtype, data, dequantise }: Tensor): Stored | undefined {
  if (dtype !== 'float32' || data.kind !== 'stored' || dequantise) return undefined;
  return data.strides || data.byteOrder === 'big' ? undefined : data;
}

const elements = ({ shape }: Tensor) => shape.reduce((product, length) => product * length, 1);
const bytesOf = (values: Float32Array) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
