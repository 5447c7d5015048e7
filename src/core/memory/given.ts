/** Given arrays, checked against what the model takes. Every refusal names the array and the shape that was expected. */
import { quoted } from '../checkpoint/bytes';
import type { Inputs, InputSpec, NamedArray } from './memory';

/**
 * What the model takes of the arrays of a file, in which others may stand as well. A leading dimension of 1 too many
 * (a batch of one) is dropped. Throws Error with one sentence.
 */
export function checkInputs(given: Inputs, specs: readonly InputSpec[]): Inputs {
  const lengths = new Map<string, number>();
  const taken = new Map<string, NamedArray>();
  for (const spec of specs) {
    const array = given.get(spec.name);
    if (!array) {
      if (spec.otherwise !== undefined) continue;
      const names = [...given.keys()].map(quoted).join(', ') || 'nothing';
      throw new Error(
        `the input ${spec.name} [${spec.shape.join(', ')}] is missing, found ${names}`,
      );
    }
    taken.set(spec.name, checkArray(array, spec, lengths));
  }
  return taken;
}

function checkArray(array: NamedArray, spec: InputSpec, lengths: Map<string, number>): NamedArray {
  const { name, shape: wanted, below } = spec;
  const spare = array.shape.length === wanted.length + 1 && array.shape[0] === 1;
  const shape = spare ? array.shape.slice(1) : array.shape;
  const before = new Map(lengths);
  const fits =
    shape.length === wanted.length &&
    wanted.every((length, axis) => {
      const found = shape[axis]!;
      const expected = typeof length === 'number' ? length : (lengths.get(length) ?? found);
      if (typeof length === 'string') lengths.set(length, expected);
      return expected === found;
    });
  if (!fits) {
    const told = wanted.map((length) => before.get(String(length)) ?? length);
    throw new Error(
      `the input ${name} has shape [${array.shape.join(', ')}], expected [${told.join(', ')}]`,
    );
  }
  const count = shape.reduce((product, length) => product * length, 1);
  if (count === 0) throw new Error(`the input ${name} [${shape.join(', ')}] is empty`);
  if (below !== undefined) checkWhole(array.data, name, below);
  return { shape, data: array.data };
}

function checkWhole(data: Float32Array, name: string, below: number): void {
  const place = data.findIndex((id) => !(Number.isInteger(id) && id >= 0 && id < below));
  if (place >= 0) {
    throw new Error(
      `the input ${name} has ${data[place]} at place ${place}, outside 0…${below - 1}`,
    );
  }
}
