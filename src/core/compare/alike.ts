/** Tensors that hold the same under names without anything in common: what one format calls by layers, another by classes. */
import { FormatError } from '../checkpoint/bytes';
import type { Tensor } from '../checkpoint/checkpoint';
import { elementCount } from '../checkpoint/dtype';
import { readFloat32 } from '../checkpoint/values';
import type { Pause } from './stream';

/** Values of a tensor that are looked at: two that are unrelated differ in the first few. */
const sampleLength = 256;
/** More are no layers that were renamed, but other models. */
const mostTensors = 600;
/** A format that unpacks a tensor as a whole is asked for no larger ones. */
const mostUnpacked = 64 << 20;
/** ‖b − a‖ / ‖a‖ of what is still the same after training went on or bits were saved; unrelated values have √2. */
const largestDistance = 0.3;

interface Sampled {
  readonly tensor: Tensor;
  readonly values: Float32Array;
}

/** Tensors of A by those of B that are them: by their first values, then what lies beside such a pair, by its shape. */
export async function matchAlike(
  a: readonly Tensor[],
  b: readonly Tensor[],
  pause: Pause,
): Promise<ReadonlyMap<Tensor, Tensor>> {
  const found = new Map<Tensor, Tensor>();
  if (a.length > mostTensors || b.length > mostTensors) return found;
  const left = byShape(a);
  for (const [shape, others] of byShape(b)) {
    const ours = left.get(shape);
    if (!ours) continue;
    const [x, y] = [await sampled(ours, pause), await sampled(others, pause)];
    for (const [one, other] of nearest(x, y)) found.set(one, other);
  }
  for (const [one, other] of besides(a, b, found)) found.set(one, other);
  return found;
}

function byShape(tensors: readonly Tensor[]): ReadonlyMap<string, Tensor[]> {
  const groups = new Map<string, Tensor[]>();
  for (const tensor of tensors) {
    const key = tensor.shape.join();
    groups.set(key, [...(groups.get(key) ?? []), tensor]);
  }
  return groups;
}

/** The first values of those that have any and are not all alike. */
async function sampled(tensors: readonly Tensor[], pause: Pause): Promise<readonly Sampled[]> {
  const all: Sampled[] = [];
  for (const tensor of tensors) {
    const count = Math.min(sampleLength, elementCount(tensor.shape));
    const isLarge = tensor.data.kind === 'decoded' && tensor.bytes > mostUnpacked;
    if (count < 2 || isLarge || tensor.data.kind === 'opaque') continue;
    try {
      const values = await readFloat32(tensor, undefined, { start: 0, count });
      if (values.some((value) => value !== values[0])) all.push({ tensor, values });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    await pause();
  }
  return all;
}

/** Pairs that are nearest to each other, the nearest first; each tensor is in at most one. */
function nearest(
  x: readonly Sampled[],
  y: readonly Sampled[],
): readonly (readonly [Tensor, Tensor])[] {
  const pairs: { one: Sampled; other: Sampled; distance: number }[] = [];
  for (const one of x) {
    for (const other of y) {
      const distance = distanceOf(one.values, other.values);
      if (distance <= largestDistance) pairs.push({ one, other, distance });
    }
  }
  const taken = new Set<Sampled>();
  return pairs
    .sort((p, q) => p.distance - q.distance)
    .flatMap(({ one, other }) => {
      if (taken.has(one) || taken.has(other)) return [];
      taken.add(one).add(other);
      return [[one.tensor, other.tensor] as const];
    });
}

function distanceOf(a: Float32Array, b: Float32Array): number {
  let [delta, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    delta += (b[i]! - a[i]!) ** 2;
    norm += a[i]! ** 2;
  }
  return Math.sqrt(delta / norm);
}

const parentOf = ({ name }: Tensor): string => name.replace(/[/.][^/.]*$/, '');

/** In a module whose other tensors were found in one module of B: those that are alone there in their shape. */
function* besides(
  a: readonly Tensor[],
  b: readonly Tensor[],
  found: ReadonlyMap<Tensor, Tensor>,
): Generator<readonly [Tensor, Tensor]> {
  const modules = new Map<string, string>();
  for (const [one, other] of found) modules.set(parentOf(one), parentOf(other));
  const taken = new Set(found.values());
  const only = (tensors: readonly Tensor[], parent: string, shape: string) => {
    const alone = tensors.filter((t) => parentOf(t) === parent && t.shape.join() === shape);
    return alone.length === 1 ? alone[0] : undefined;
  };
  const ours = a.filter((tensor) => !found.has(tensor));
  const theirs = b.filter((tensor) => !taken.has(tensor));
  for (const one of ours) {
    const parent = modules.get(parentOf(one));
    if (parent === undefined) continue;
    const shape = one.shape.join();
    const other = only(theirs, parent, shape);
    if (other && only(ours, parentOf(one), shape)) yield [one, other];
  }
}
