/** What a program is made from: a trace without its numbers, and how its series go with its steps. */
import type { AccessBlock, StageName } from '../trace/trace';

export interface SteppableBlock extends Pick<AccessBlock, 'id' | 'act'> {
  readonly stages: readonly StageName[];
  /** Series of scalars and vectors by their names inside the block. */
  readonly parts: ReadonlyMap<string, string>;
}

export interface Steppable {
  readonly sentence: string;
  /** What the loop goes over: `steps`, `hops`, `queries`. */
  readonly loop: string;
  readonly steps: number;
  readonly blocks: readonly SteppableBlock[];
  /** Series of the trace that have a value at every step; others (levels, planes, targets) are no part of a program. */
  readonly series: readonly string[];
  /** Those that have a value before the first step too: after step t their value is at t + 1. */
  readonly states: ReadonlySet<string>;
}

type Parts = readonly (readonly [name: string, series: { readonly name: string }])[];

/** A trace as it is told over the wire: axes by their ids. */
export interface ToldTrace {
  readonly model: { readonly sentence: string };
  readonly axes: readonly { readonly id: string; readonly length: number }[];
  readonly blocks: readonly (Pick<AccessBlock, 'id' | 'act'> & {
    readonly rows: string;
    readonly stages?: readonly StageName[];
    readonly scalars?: Parts;
    readonly vectors?: Parts;
  })[];
  readonly series?: readonly { readonly name: string; readonly steps: string }[];
}

/** Series that are about the whole run, however many values they have. */
const ofTheRun = /^energy\.(patterns|level|plane\.|sweep\.)|^encoder\.|^output\.(target|wrong)$/;

export function steppable({ model, axes, blocks, series = [] }: ToldTrace): Steppable {
  const lengths = new Map(axes.map(({ id, length }) => [id, length]));
  const told = series
    .filter(({ name }) => !ofTheRun.test(name))
    .map(({ name, steps: axis }) => ({ name, axis, length: lengths.get(axis) ?? 0 }));
  const rows = blocks.map(({ rows: axis }) => ({ axis, length: lengths.get(axis) ?? 0 }));
  const first = longest(rows) ?? longest(before(told)) ?? longest(told);
  const steps = first?.length ?? 0;
  const states = told.filter(({ length }) => length === steps + 1);
  const all = told.filter(({ length }) => length === steps || length === steps + 1);
  return {
    sentence: model.sentence,
    loop: rows.length > 0 ? loopOf(first?.axis ?? '') : 'steps',
    steps,
    blocks: blocks.map(({ id, act, stages = [], scalars = [], vectors = [] }) => ({
      id,
      act,
      stages,
      parts: new Map([...scalars, ...vectors].map(([name, { name: of }]) => [name, of])),
    })),
    series: all.map(({ name }) => name),
    states: new Set(states.map(({ name }) => name)),
  };
}

function loopOf(axis: string): string {
  const name = axis.replace(/\.\d+$/, '');
  return name === 'reader' ? 'reads' : name;
}

interface Places {
  readonly axis: string;
  readonly length: number;
}

const longest = (all: readonly Places[]): Places | undefined =>
  all.reduce<Places | undefined>(
    (best, one) => (best && best.length >= one.length ? best : one),
    undefined,
  );

/** What has a value before the first step has one step less than values. */
const before = (all: readonly Places[]): readonly Places[] =>
  all
    .filter(({ axis }) => axis.startsWith('states.'))
    .map(({ axis, length }) => ({ axis, length: length - 1 }));
