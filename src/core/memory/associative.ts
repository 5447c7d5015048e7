/**
 * Linear associative memory (Kohonen 1972, Anderson 1972): W = Σ v_i k_iᵀ, recall W q = Σ v_i (k_i·q): attention
 * without a softmax. What is recalled besides the pair of the query is cross-talk.
 */
import type { Tensors, TensorShape } from '../model/architecture';
import { held, type Recorded, type Recording } from '../trace/recording';
import { verdict } from '../trace/toldEnglish';
import type { Inputs, MemoryFamily, MemoryMatch, MemoryModel, Progress } from './memory';
import { heldRows, rowsOf } from './rows';
import { affine, argmax, dot } from './vector';

const family = 'Linear associative memory';
/** Numbers up to which the memory is kept after every pair. */
const keptNumbers = 1 << 22;

interface Layout {
  readonly memory: TensorShape;
  readonly keys: TensorShape;
  readonly values: TensorShape;
}

export const associative: MemoryFamily = {
  name: family,
  recognise(tensors) {
    const memory = named(tensors, /^(W|M|memory|weights?)$/i);
    const keys = named(tensors, /^(K|keys?)$/i);
    const values = named(tensors, /^(V|values?)$/i);
    if (!memory || !keys || !values || tensors.size !== 3) return undefined;
    const [rows, columns] = memory.shape;
    const fits =
      keys.shape[1] === columns && values.shape[1] === rows && keys.shape[0] === values.shape[0];
    if (fits) return matchOf({ memory, keys, values });
    const shape = ({ name, shape: found }: TensorShape) => `${name} [${found.join(', ')}]`;
    const problem = `${shape(memory)} does not take ${shape(keys)} to ${shape(values)}`;
    return { kind: 'incomplete', family, problems: [problem] };
  },
};

function named(tensors: Tensors, pattern: RegExp): TensorShape | undefined {
  return [...tensors.values()].find(({ name, shape }) => pattern.test(name) && shape.length === 2);
}

function matchOf(layout: Layout): MemoryMatch {
  const [rows = 0, columns = 0] = layout.memory.shape;
  const [count = 0] = layout.keys.shape;
  const sentence = `${family}, ${count} pairs, keys ${columns} wide, values ${rows} wide`;
  return {
    kind: 'arrays',
    family,
    sentence,
    facts: [
      ['Pairs', `${count}`],
      ['Key width', `${columns}`],
      ['Value width', `${rows}`],
      ['Recall', 'W q = Σ v (k·q); exact for orthonormal keys'],
    ],
    inputs: ['query', 'queries'].map((name) => ({
      name,
      shape: ['Q', columns],
      meaning: 'one query a row',
      otherwise: 'the stored keys',
    })),
    options: [],
    tensors: [layout.memory, layout.keys, layout.values],
    load: (weights) => createModel(layout, weights, sentence),
  };
}

function createModel(
  layout: Layout,
  weights: ReadonlyMap<string, Float32Array>,
  sentence: string,
): MemoryModel {
  const [rows = 0, columns = 0] = layout.memory.shape;
  const memory = weights.get(layout.memory.name)!;
  const keys = rowsOf(weights.get(layout.keys.name)!, columns);
  const values = rowsOf(weights.get(layout.values.name)!, rows);
  const example: Inputs = new Map([
    ['query', { shape: [keys.length, columns], data: weights.get(layout.keys.name)! }],
  ]);
  return {
    facts: [['Built from its pairs', builtFrom(memory, keys, values)]],
    options: [],
    example: () => example,
    *run(inputs): Generator<Progress, Recording, void> {
      const given = inputs.get('query') ?? inputs.get('queries') ?? example.get('query')!;
      const queries = rowsOf(given.data, columns);
      const recalled: Float64Array[] = [];
      for (const [row, query] of queries.entries()) {
        yield { done: row, total: queries.length };
        recalled.push(affine(memory, rows, query));
      }
      const overlap = queries.map((query) => keys.map((key) => dot(key, query)));
      const cosine = recalled.map((value) => values.map((stored) => cosineOf(stored, value)));
      const best = cosine.map(argmax);
      const nearest = overlap.map(argmax);
      const right = best.filter((value, row) => value === nearest[row]).length;
      const tensors = new Map<string, Recorded>([
        [
          'attention.overlap.0',
          held([1, queries.length, keys.length], Float32Array.from(overlap.flat())),
        ],
        ['output.y', heldRows(recalled, rows)],
        ['memory.cosine', heldRows(cosine, keys.length)],
        ['memory.best', held([best.length], Float32Array.from(best))],
        ['memory.A', grown(memory, keys, values)],
      ]);
      return {
        model: { family, sentence },
        tensors,
        labels: new Map(),
        events: [],
        verdict: verdict(right === best.length, { kind: 'queries', right, count: best.length }),
      };
    },
  };
}

function cosineOf(a: Float32Array, b: Float64Array): number {
  const length = Math.sqrt(dot(a, a) * dot(b, b));
  return length > 0 ? dot(a, b) / length : 0;
}

/** How far W is from Σ v kᵀ. */
function builtFrom(
  memory: Float32Array,
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
): string {
  let apart = 0;
  let largest = 0;
  const columns = keys[0]?.length ?? 0;
  for (let i = 0; i < memory.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (const [pair, key] of keys.entries()) sum += values[pair]![row]! * key[column]!;
    apart = Math.max(apart, Math.abs(memory[i]! - sum));
    largest = Math.max(largest, Math.abs(memory[i]!));
  }
  if (apart <= 1e-5 * Math.max(1, largest)) return 'yes: W = Σ v kᵀ';
  return `no: max |W − Σ v kᵀ| = ${Number(apart.toPrecision(3))}`;
}

/** The memory before the first pair and after each, [pairs + 1, dv, dk]; where that is too much, as it is, [1, dv, dk]. */
function grown(
  memory: Float32Array,
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
): Recorded {
  const columns = keys[0]?.length ?? 1;
  const rows = memory.length / columns;
  const count = keys.length + 1;
  if (count * memory.length > keptNumbers) return held([1, rows, columns], memory);
  const out = new Float32Array(count * memory.length);
  for (const [pair, key] of keys.entries()) {
    const before = pair * memory.length;
    for (let i = 0; i < memory.length; i++) {
      const added = values[pair]![Math.floor(i / columns)]! * key[i % columns]!;
      out[before + memory.length + i] = out[before + i]! + added;
    }
  }
  return held([count, rows, columns], out);
}
