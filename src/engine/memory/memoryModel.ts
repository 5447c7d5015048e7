/** A recognised memory network with its weights read on first use, and runs of it. */
import { FormatError } from '../../core/checkpoint/bytes';
import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import { elementCount } from '../../core/checkpoint/dtype';
import { readFloat32 } from '../../core/checkpoint/values';
import { checkInputs } from '../../core/memory/given';
import type { Inputs, MemoryMatch, MemoryModel, Options } from '../../core/memory/memory';
import { checkOptions } from '../../core/memory/options';
import { startMemoryRun, type MemoryRun } from './memoryRun';

export interface MemoryRunner {
  /** The model with its weights, read on first use. */
  model(): Promise<MemoryModel>;
  /** Without inputs the model's own example is run. Rejects with one line. */
  run(inputs: Inputs | undefined, options: Options): Promise<MemoryRun>;
}

/** Weights that are held at once; these models are small, and a larger one is refused before memory is taken. */
const mostElements = 2 ** 28;

/** `checkpoint` has the names that `match` knows (a model spec may rename). */
export function createMemoryRunner(checkpoint: Checkpoint, match: MemoryMatch): MemoryRunner {
  let loading: Promise<MemoryModel> | undefined;
  const remarks: (readonly [string, string])[] = [];
  const file = checkpoint.files[0]?.name ?? 'the checkpoint';
  const load = async (): Promise<MemoryModel> => {
    remarks.length = 0;
    const total = match.tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    if (total > mostElements) {
      throw new FormatError(file, `${total} weights are too many to run in memory`);
    }
    const weights = new Map<string, Float32Array>();
    for (const { name } of match.tensors) {
      const tensor = checkpoint.tensors.get(name);
      if (!tensor) throw new FormatError(file, 'it is not there', { tensor: name });
      const values = await readFloat32(tensor);
      weights.set(name, values);
      const problem = notNumbers(values, tensor.shape);
      if (problem) remarks.push([name, problem]);
    }
    const loaded = match.load(weights);
    return { ...loaded, facts: [...loaded.facts, ...remarks] };
  };
  const model = () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return {
    model,
    async run(inputs, options) {
      checkOptions(options, match.options);
      const loaded = await model();
      const taken = inputs ? checkInputs(inputs, match.inputs) : loaded.example(options);
      return startMemoryRun(loaded, taken, options, match, remarks);
    },
  };
}

/** `2 of 160 values are no numbers, the first at [3, 2]`; undefined where all are numbers. */
function notNumbers(values: Float32Array, shape: readonly number[]): string | undefined {
  let count = 0;
  let first = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    if (count++ === 0) first = i;
  }
  if (count === 0) return undefined;
  const place: number[] = [];
  for (let axis = shape.length - 1, rest = first; axis >= 0; axis--) {
    place.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  const kind = Number.isNaN(values[first]) ? 'NaN' : 'infinite';
  return `${count} of ${values.length} values are no numbers, the first is ${kind} at [${place.join(', ')}]`;
}
