/**
 * The modules Hopfield, HopfieldPooling and HopfieldLayer of hflayers (Ramsauer et al. 2021, ml-jku/hopfield-layers):
 * patterns are normalised and projected to heads, ξ ← softmax(β ξ Kᵀ) K is repeated, then the values are read. Known by
 * `association_core`; β, the number of updates and the heads are not in the weights.
 */
import { createReading, number, wrappers } from '../../model/reading';
import type { Config, Tensors, TensorShape } from '../../model/architecture';
import { held, type Recording } from '../../trace/recording';
import type { Told } from '../../trace/told';
import { verdict } from '../../trace/toldEnglish';
import type { Inputs, InputSpec, MemoryFamily, MemoryMatch, OptionSpec, Progress } from '../memory';
import { numberOf, seedOption } from '../options';
import { seeded } from '../random';
import { flat, heldRows, rowsOf } from '../rows';
import { affine, dot, layerNorm, mix, softmax } from '../vector';
import { fixedPointOf } from './modern';

const family = 'Hopfield layer';
const anchor = new RegExp(
  `^(${wrappers}(?:.*\\.)?)association_core\\.(in_proj_weight|q_proj_weight)$`,
);
/** hflayers' update_steps_eps: a head stops when its associations move less than this. */
const epsilon = 1e-4;

type Role = 'state' | 'stored' | 'projection';
const roles = ['state', 'stored', 'projection'] as const;
const norms = {
  state: 'norm_state_pattern',
  stored: 'norm_stored_pattern',
  projection: 'norm_pattern_projection',
} as const;

interface Projection {
  readonly weight: TensorShape;
  /** Rows of `weight` and of the bias that are this role's. */
  readonly from: number;
  readonly rows: number;
  readonly width: number;
  readonly scale?: TensorShape;
  readonly shift?: TensorShape;
  /** Learnt patterns [1, n, width] that stand in for an input. */
  readonly learnt?: TensorShape;
}

interface Layout {
  readonly title: string;
  readonly of: Readonly<Record<Role, Projection>>;
  readonly bias?: TensorShape;
  readonly output?: TensorShape;
  readonly outputBias?: TensorShape;
  readonly tensors: readonly TensorShape[];
}

export const hflayers: MemoryFamily = {
  name: family,
  recognise(tensors, config = {}) {
    for (const name of tensors.keys()) {
      const [, prefix, first] = anchor.exec(name) ?? [];
      if (prefix === undefined) continue;
      const found = layoutOf(tensors, prefix, first === 'in_proj_weight');
      return Array.isArray(found)
        ? { kind: 'incomplete', family, problems: found as readonly string[] }
        : matchOf(found as Layout, config);
    }
    return undefined;
  },
};

function layoutOf(tensors: Tensors, prefix: string, together: boolean): Layout | readonly string[] {
  const reading = createReading(tensors, prefix);
  const outer = prefix.replace(/hopfield\.$/, '');
  const learnt = (name: string) => tensors.get(outer + name);
  const pooling = learnt('pooling_weights');
  const lookup = learnt('lookup_weights');
  const target = learnt('target_weights');
  const core = 'association_core.';
  const used: (TensorShape | undefined)[] = [pooling, lookup, target];
  const joint = together
    ? reading.need(`${core}in_proj_weight`, [undefined, undefined])
    : undefined;
  if (joint && joint.shape[0]! % 3 !== 0) {
    reading.problem(
      `${joint.name} has ${joint.shape[0]} rows, expected three times the heads: static patterns are not run`,
    );
  }
  let from = 0;
  const projection = (role: Role, letter: string): Projection => {
    const weight = joint ?? reading.need(`${core}${letter}_proj_weight`, [undefined, undefined]);
    const rows = joint ? joint.shape[0]! / 3 : (weight.shape[0] ?? 0);
    const width = weight.shape[1] ?? 0;
    const scale = reading.maybe(`${norms[role]}.weight`, [width]);
    const shift = reading.maybe(`${norms[role]}.bias`, [width]);
    used.push(weight, scale, shift);
    const own = { state: pooling, stored: lookup, projection: target ?? lookup }[role];
    if (own && own.shape.at(-1) !== width) {
      reading.problem(`${own.name} is ${own.shape.at(-1)} wide, expected ${width}`);
    }
    const made = {
      ...{ weight, from: joint ? from : 0, rows, width },
      ...(scale ? { scale } : {}),
      ...(shift ? { shift } : {}),
      ...(own ? { learnt: own } : {}),
    };
    from += rows;
    return made;
  };
  const of = {
    state: projection('state', 'q'),
    stored: projection('stored', 'k'),
    projection: projection('projection', 'v'),
  };
  if (of.state.rows !== of.stored.rows) {
    reading.problem(`${of.state.weight.name} and ${of.stored.weight.name} have other rows`);
  }
  const bias = reading.maybe(`${core}in_proj_bias`, [from]);
  const output = reading.maybe(`${core}out_proj.weight`, [undefined, of.projection.rows]);
  const outputBias = reading.maybe(`${core}out_proj.bias`, [output?.shape[0]]);
  for (const name of ['bias_k', 'bias_v', 'p_norm_weight']) {
    if (reading.has(core + name)) reading.problem(`${prefix}${core}${name} is not run`);
  }
  if (reading.problems.length > 0) return reading.problems;
  used.push(bias, output, outputBias);
  return {
    title: pooling ? 'HopfieldPooling' : lookup ? 'HopfieldLayer' : 'Hopfield',
    of,
    ...(bias ? { bias } : {}),
    ...(output ? { output } : {}),
    ...(outputBias ? { outputBias } : {}),
    tensors: [...new Set(used.filter((tensor) => tensor !== undefined))],
  };
}

function matchOf(layout: Layout, config: Config): MemoryMatch {
  const { of, title, tensors } = layout;
  const patterns = of.stored.learnt?.shape.at(-2);
  const stored = patterns === undefined ? '' : `, ${patterns} stored patterns`;
  const sentence = `${title} of hflayers, association ${of.state.rows} wide${stored}`;
  const options = optionsOf(layout, config);
  return {
    kind: 'arrays',
    family,
    sentence,
    facts: [
      ['Module', title],
      ['State width', `${of.state.width}`],
      ['Association width', `${of.state.rows}`],
      ['Not in the weights', 'heads, β (scaling) and the number of updates'],
      ...(roles.some((role) => of[role].scale)
        ? []
        : [['Assumed', 'no normalisation: one without weights leaves no trace'] as const]),
    ],
    inputs: inputsOf(layout),
    options,
    tensors,
    load: (weights) => ({
      facts: [],
      options,
      example: (set) => exampleOf(layout, numberOf(set, options, 'seed')),
      *run(inputs, set): Generator<Progress, Recording, void> {
        const heads = numberOf(set, options, 'heads');
        if (of.state.rows % heads !== 0 || of.projection.rows % heads !== 0) {
          throw new Error(`${heads} heads do not divide the association width ${of.state.rows}`);
        }
        const beta = numberOf(set, options, 'beta') || 1 / Math.sqrt(of.state.rows / heads);
        const steps = numberOf(set, options, 'steps');
        const given = inputs.size > 0 ? inputs : exampleOf(layout, numberOf(set, options, 'seed'));
        const project = (role: Role) => projected(layout, weights, role, given);
        const [states, keys, values] = [project('state'), project('stored'), project('projection')];
        const found: Retrieved[] = [];
        for (let head = 0; head < heads; head++) {
          yield { done: head, total: heads };
          found.push(
            retrieveHead(headOf(states, heads, head), headOf(keys, heads, head), beta, steps),
          );
        }
        const read = states.map((_, row) =>
          Float64Array.from(
            found.flatMap(({ association }, head) => {
              const own = headOf(values, heads, head);
              const width = own[0]!.length;
              return [...mix(flat(own, width), width, association[row]!)];
            }),
          ),
        );
        const out = layout.output
          ? read.map((row) =>
              affine(
                weights.get(layout.output!.name)!,
                layout.output!.shape[0]!,
                row,
                weights.get(layout.outputBias?.name ?? ''),
              ),
            )
          : read;
        const shape = [heads, states.length, keys.length];
        const association = found.flatMap((one) => one.association);
        return {
          model: { family, sentence },
          tensors: new Map([
            ['attention.module.0', held(shape, flat(association, keys.length))],
            ['output.y', heldRows(out, out[0]!.length)],
            [
              'energy.updates',
              held(
                [heads],
                Float32Array.from(found, ({ updates }) => updates),
              ),
            ],
          ]),
          labels: new Map(),
          events: [],
          verdict: verdict(true, kindsOf(association, found, beta)),
        };
      },
    }),
  };
}

interface Retrieved {
  /** [states, patterns], rows sum to 1. */
  readonly association: readonly Float64Array[];
  readonly updates: number;
}

function retrieveHead(
  states: readonly Float64Array[],
  keys: readonly Float64Array[],
  beta: number,
  steps: number,
): Retrieved {
  const width = keys[0]!.length;
  const stored = flat(keys, width);
  const associate = (state: Float64Array) => softmax(keys.map((key) => beta * dot(key, state)));
  let association = states.map(associate);
  let updates = 0;
  while (updates < steps) {
    const before = association;
    association = before.map((row) => associate(mix(stored, width, row)));
    updates++;
    let moved = 0;
    association.forEach((row, i) =>
      row.forEach((value, j) => (moved += (value - before[i]![j]!) ** 2)),
    );
    if (Math.sqrt(moved) <= epsilon) break;
  }
  return { association, updates };
}

/** Normalised and projected rows of an input, or of the learnt patterns. */
function projected(
  { of, bias }: Layout,
  weights: ReadonlyMap<string, Float32Array>,
  role: Role,
  given: Inputs,
): Float64Array[] {
  const { weight, from, rows, width, scale, shift, learnt } = of[role];
  const value = (tensor: TensorShape | undefined) => tensor && weights.get(tensor.name);
  const data = value(learnt) ?? (given.get(role) ?? given.get('x'))?.data;
  if (!data) throw new Error(`the input ${role} is missing, and no x stands in for it`);
  const start = { state: 0, stored: of.state.rows, projection: of.state.rows + of.stored.rows }[
    role
  ];
  return rowsOf(data, width).map((row) => {
    const normal = scale ? layerNorm(row, value(scale), value(shift)) : row;
    return affine(value(weight)!, rows, normal, value(bias)?.subarray(start), from * width);
  });
}

function headOf(rows: readonly Float64Array[], heads: number, head: number): Float64Array[] {
  return rows.map((row) => {
    const width = row.length / heads;
    return row.subarray(head * width, (head + 1) * width);
  });
}

function kindsOf(
  association: readonly Float64Array[],
  found: readonly Retrieved[],
  beta: number,
): Told<'associations'> {
  const kinds = association.map((row) => fixedPointOf(row).kind);
  const count = (kind: (typeof kinds)[number]) => kinds.filter((one) => one === kind).length;
  const updates = Math.max(...found.map((one) => one.updates));
  const of = { single: count('single'), metastable: count('metastable'), global: count('global') };
  return { kind: 'associations', ...of, beta, updates };
}

function inputsOf({ of }: Layout): readonly InputSpec[] {
  const open = roles.filter((role) => !of[role].learnt);
  const [first] = open;
  const same = first && open.every((role) => of[role].width === of[first].width);
  const each = open.map((role) => ({
    name: role,
    shape: [role === 'state' ? 'S' : 'P', of[role].width],
    meaning: {
      state: 'state patterns',
      stored: 'stored patterns',
      projection: 'pattern projections',
    }[role],
    otherwise: 'x',
  }));
  const x = {
    name: 'x',
    shape: ['T', of[first ?? 'state'].width],
    meaning: 'one pattern a row, for all of them',
    otherwise: 'random patterns',
  };
  return same ? [x, ...each] : each;
}

function exampleOf({ of }: Layout, seed: number): Inputs {
  const random = seeded(seed);
  const rows = 8;
  const open = roles.filter((role) => !of[role].learnt);
  const same = open.every((role) => of[role].width === of[open[0]!].width);
  return new Map(
    (same ? open.slice(0, 1) : open).map((role) => {
      const { width } = of[role];
      const data = Float32Array.from({ length: rows * width }, () => 2 * random.next() - 1);
      return [same ? 'x' : role, { shape: [rows, width], data }] as const;
    }),
  );
}

function optionsOf({ of }: Layout, config: Config): readonly OptionSpec[] {
  const told = (key: string) => number(config, key);
  const found = (key: string) => (told(key) === undefined ? {} : { found: 'the config says it' });
  return [
    {
      name: 'heads',
      meaning: 'association heads, which the weights do not tell',
      number: { least: 1, most: of.state.rows, whole: true },
      standard: String(told('num_heads') ?? 1),
      ...found('num_heads'),
    },
    {
      name: 'beta',
      meaning: 'β (scaling); 0 is 1/√(width of a head), the default of hflayers',
      number: { least: 0, most: 1e6, whole: false },
      standard: String(told('scaling') ?? 0),
      ...found('scaling'),
    },
    {
      name: 'steps',
      meaning: 'most updates after the first association (update_steps_max)',
      number: { least: 0, most: 10_000, whole: true },
      standard: String(told('update_steps_max') ?? 0),
      ...found('update_steps_max'),
    },
    seedOption(),
  ];
}
