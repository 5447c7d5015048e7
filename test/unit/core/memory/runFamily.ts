/** Runs a memory family on a file, as the engine does: recognise by names, read what it asks for, check, run. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readFloat32 } from '../../../../src/core/checkpoint/values';
import { checkInputs } from '../../../../src/core/memory/given';
import type {
  MemoryFamily,
  MemoryMatch,
  MemoryModel,
  NamedArray,
  Options,
} from '../../../../src/core/memory/memory';
import { checkOptions } from '../../../../src/core/memory/options';
import type { Config } from '../../../../src/core/model/architecture';
import type { Recording } from '../../../../src/core/trace/recording';
import { openPath } from '../../../../src/engine/files';

export const fixtures = path.resolve(process.cwd(), '../shared/fixtures');
export const skip = existsSync(fixtures) ? false : 'the shared fixtures are not there';

export type Arrays = ReadonlyMap<string, NamedArray>;

/** Every tensor of a file as float32. */
export async function arraysOf(file: string): Promise<Map<string, NamedArray>> {
  const { checkpoint, close } = await openPath(file);
  const arrays = new Map<string, NamedArray>();
  for (const { name, shape } of checkpoint.tensors.values()) {
    arrays.set(name, { shape, data: await readFloat32(checkpoint.tensors.get(name)!) });
  }
  await close();
  return arrays;
}

/** Throws when the family does not recognise the names, or says what is missing. */
export function recogniseArrays(
  family: MemoryFamily,
  arrays: Arrays,
  config?: Config,
): MemoryMatch {
  const tensors = new Map([...arrays].map(([name, { shape }]) => [name, { name, shape }] as const));
  const match = family.recognise(tensors, config);
  if (match?.kind !== 'arrays') throw new Error(match?.problems.join('; ') ?? 'not recognised');
  return match;
}

export function loadArrays(family: MemoryFamily, arrays: Arrays, config?: Config): MemoryModel {
  const match = recogniseArrays(family, arrays, config);
  return match.load(new Map(match.tensors.map(({ name }) => [name, arrays.get(name)!.data])));
}

export interface Ran {
  readonly recording: Recording;
  values(name: string): Promise<Float32Array>;
}

export function runModel(
  family: MemoryFamily,
  arrays: Arrays,
  options: Options = {},
  inputs?: Arrays,
  config?: Config,
): Ran {
  const { inputs: specs } = recogniseArrays(family, arrays, config);
  const model = loadArrays(family, arrays, config);
  checkOptions(options, model.options);
  const taken = checkInputs(inputs ?? model.example(options), specs);
  const run = model.run(taken, options);
  let next = run.next();
  while (!next.done) next = run.next();
  const recording = next.value;
  return {
    recording,
    async values(name) {
      const tensor = recording.tensors.get(name);
      if (!tensor) throw new Error(`${name} is not recorded`);
      return tensor.read(
        0,
        tensor.shape.reduce((product, length) => product * length, 1),
      );
    },
  };
}

/** Largest absolute difference; Infinity for another number of values. */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let most = 0;
  for (let i = 0; i < found.length; i++) {
    const apart = Math.abs(found[i]! - expected[i]!);
    most = Number.isNaN(apart) ? Infinity : Math.max(most, apart);
  }
  return most;
}

export const array = (shape: readonly number[], values: ArrayLike<number>): NamedArray => ({
  shape,
  data: Float32Array.from(values),
});
