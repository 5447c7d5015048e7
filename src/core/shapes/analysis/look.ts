/** Runs one function for all its calls at once and tells what its tensors are. */
import type { At, FunctionDef } from '../ast';
import { columnOf, lineOf } from '../ast';
import { guarded } from '../fault';
import { runBody } from '../interpret/calls';
import type { ClashKind } from '../clash';
import { freeze } from '../interpret/statements';
import { Interrupted } from '../interrupted';
import { join, pattern } from '../join';
import {
  attempt,
  dimsOf,
  dtypeOf,
  known,
  type Frame,
  type Machine,
  type Recorded,
} from '../machine';
import type { Owner } from '../owners';
import { isModule } from '../stateDict';
import { noCost } from '../tally';
import { unknown, type Env, type Shape, type Value } from '../values';
import { inFrame, stepsOfOne, type Call, type Context } from './contexts';
import { generalise, parameterNames } from './generalise';
import { wordsOf, type Words } from './naming';
import { statementAt, takeActual, type ActualSize, type Paused } from './paused';
import { pricesOf } from './prices';
import { seedsOf, withSeeds, type Seeds } from './seeds';
import { openRanks, withShown, type Shown } from './shown';
import { nestedIn, type Place } from './source';

export interface Answer {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 0-based, in UTF-16 units, at the hovered token. */
  readonly column: number;
  readonly dtype?: string;
  readonly shape: readonly (number | string)[];
  /** Values that its symbols have as defaults or at the calls in the workspace. */
  readonly seen?: Readonly<Record<string, number>>;
  /** What it takes to compute it, where that is known and anything. */
  readonly cost?: Cost;
}

/** FLOPs with 1 multiply-accumulate = 2, with everything that is called; the parameters of the module. */
export interface Cost {
  readonly flops?: number | string;
  /** Steps that wait for each other (recurrent layers). */
  readonly steps?: number | string;
  /** Attention weights of all heads that a call of attention makes. */
  readonly weights?: number | string;
  /** Bytes of its keys and values. */
  readonly cache?: number | string;
  readonly parameters?: number | string;
  /** The same with one bias for each gate of a recurrent layer, where torch keeps two. */
  readonly oneBias?: number | string;
  /** The class of the library's layer that is called. */
  readonly layer?: string;
}

/** An operation that certainly fails, at its token. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly kind: ClashKind;
  readonly left: readonly (number | string)[];
  readonly right: readonly (number | string)[];
}

export interface ModuleState {
  readonly tensors: readonly {
    /** `*` is any of a list of blocks. */
    readonly name: string;
    readonly shape?: readonly (number | string)[];
    /** The first name of the same tensor. */
    readonly sharedWith?: string;
    /** The program decides whether there is one. */
    readonly isOptional?: boolean;
    /** The attributes that hold it, from the outermost module inwards. */
    readonly owners: readonly Owner[];
  }[];
  /** There may be more. */
  readonly isOpen: boolean;
}

/** A module that a name, an attribute or a call gives. */
export interface ModuleAnswer {
  readonly line: number;
  readonly column: number;
  readonly className: string;
  readonly cost: Cost;
  readonly seen?: Readonly<Record<string, number>>;
}

export interface Look {
  /** Lines are relative to the first row of the definition, 1-based there. */
  readonly answers: readonly Answer[];
  readonly modules: readonly ModuleAnswer[];
  /** The tensors in the `state_dict()` of the module whose `forward` it is. */
  readonly state?: ModuleState;
  /** Of one run of the function, and of the module that it belongs to. */
  readonly total: Cost & Pick<Answer, 'seen'>;
  /** What certainly does not fit; lines as those of the answers. */
  readonly problems: readonly Problem[];
  /** Sizes in the words of the function, with the values that a paused program has for them. */
  readonly actual?: readonly (readonly [size: number | string, value: number])[];
  /** What the function does to others: its result, what it leaves in its object, the calls it makes. */
  readonly effect: string;
}

const nothing: Look = { answers: [], modules: [], problems: [], total: {}, effect: '' };

/** What a run of a function tells the one who looks at it. */
export interface Watch {
  functions: ReadonlySet<FunctionDef> | undefined;
  /** Those of them that were run. */
  readonly ran: Set<FunctionDef>;
  left: Frame | undefined;
  calls: string[] | undefined;
}

/** The function at a place, whose `calls` are of the definition `def` or of earlier texts of it. */
export function lookAt(
  m: Machine,
  watch: Watch,
  file: string,
  place: Place,
  { calls, isAssumed, isFollowed, shown }: Context,
  callsOf: (fn: FunctionDef) => readonly Call[] = () => [],
  paused?: Paused,
): Look {
  const first = calls[0];
  if (!first) return nothing;
  const functions = new Set([place.fn, ...nestedIn(place.fn)]);
  const sizes: ActualSize[] = [];
  const next = paused && statementAt(place.fn, paused.line - 1 - place.placed.row);
  const run = (seeds: Seeds, evidence: readonly Shown[]): string => {
    let effect = '';
    Object.assign(m, {
      steps: 0,
      limit: stepsOfOne,
      mismatches: 0,
      looping: 0,
      choosing: 0,
      tally: noCost,
    });
    m.recorded.length = 0;
    m.clashes.length = 0;
    watch.left = undefined;
    watch.ran.clear();
    watch.ran.add(place.fn);
    watch.calls = [];
    sizes.length = 0;
    guarded(() =>
      inFrame(m, first.fn.env, () => {
        const names = parameterNames(first.fn);
        const all = calls.map((call) => call.values);
        const isSample = calls.length === 1 && isForOthers(place);
        const seen = isAssumed ? first.values : generalise(m, all, names, isSample);
        const open = isFollowed && isDocumented(place) ? openRanks(m, seen, place.fn) : seen;
        const values = withShown(m, place.fn, open, evidence, seeds);
        m.constructing = place.fn.name === '__init__' ? 1 : 0;
        watch.functions = functions;
        const fn = { ...first.fn, def: place.fn };
        if (next) {
          const arrive = (env: Env): void => void sizes.push(...takeActual(m, env, paused));
          m.stop = { statement: next, arrive };
        }
        const result = runBody(m, fn, withSeeds(m, values, seeds), true);
        effect = effectOf(m, values, result, watch.calls ?? []);
        runRest(m, watch, functions, callsOf);
      }),
    );
    return effect;
  };
  const look = (seeds: Seeds, evidence: readonly Shown[]): Look =>
    attempt(m, () => {
      try {
        const effect = run(seeds, evidence);
        return { ...collect(m, file, watch.left, [...m.recorded], sizes), effect };
      } catch (error) {
        if (error instanceof Interrupted) throw error;
        m.fault(error);
        return nothing;
      } finally {
        Object.assign(m, { constructing: 0, stop: undefined });
        Object.assign(watch, { functions: undefined, calls: undefined });
        m.recorded.length = 0;
      }
    }).result;
  const seeds = seedsOf(place.placed.definition, place.fn);
  const found = look(seeds, shown);
  const isDoubtful = m.mismatches > 0 || found.problems.length > 0;
  return isDoubtful && (seeds.size > 0 || shown.length > 0) ? look(new Map(), []) : found;
}

/** A function outside a class whose arguments are documented one by one is there for other callers too. */
const isForOthers = (place: Place): boolean => !place.cls && isDocumented(place);
const isDocumented = ({ fn }: Place): boolean =>
  /^\s*(Args|Arguments|Parameters):?\s*$|:param /m.test(fn.documentation ?? '');

/** A function that is returned runs where it is called: it is looked at with the calls that were seen of it. */
function runRest(
  m: Machine,
  watch: Watch,
  functions: ReadonlySet<FunctionDef>,
  callsOf: (fn: FunctionDef) => readonly Call[],
): void {
  const { left } = watch;
  for (const def of functions) {
    const calls = watch.ran.has(def) ? [] : callsOf(def);
    const [first] = calls;
    if (!first) continue;
    const around = (call: Call) => pattern(m, call.fn.env.variables);
    if (calls.some((call) => around(call) !== around(first))) continue;
    const all = calls.map((call) => call.values);
    const fn = { ...first.fn, def };
    runBody(m, fn, generalise(m, all, parameterNames(fn)), true);
  }
  watch.left = left;
}

/** Text that stays the same while nobody else can notice a change of the function. */
function effectOf(
  m: Machine,
  values: ReadonlyMap<string, Value>,
  result: Value,
  calls: readonly string[],
): string {
  const left = new Map<string, Value>([['', result]]);
  for (const value of values.values()) {
    const v = known(m, value);
    if (v.k !== 'object') continue;
    for (const [name, attribute] of v.attributes) left.set(`${left.size}.${name}`, attribute);
  }
  return [...calls, pattern(m, left)].join('\n');
}

/** What was recorded of one run, in the words of its variables. */
export function collect(
  m: Machine,
  file: string,
  frame: Frame | undefined,
  recorded: readonly Recorded[],
  sizes: readonly ActualSize[] = [],
): Omit<Look, 'effect'> {
  const byPosition = new Map<At, Recorded[]>();
  for (const one of recorded) {
    const list = byPosition.get(one.position) ?? [];
    list.push({ ...one, value: freeze(m, one.value) });
    byPosition.set(one.position, list);
  }
  const price = pricesOf(m, wordsOf(m, frame));
  const answers: Answer[] = [];
  const modules: ModuleAnswer[] = [];
  for (const [position, all] of byPosition) {
    const value = known(
      m,
      all.map((one) => one.value).reduce((a, b) => join(m, a, b)),
    );
    const options =
      value.k === 'union' ? value.options.filter((option) => option.k !== 'none') : [value];
    const t = options[0];
    const place = { line: lineOf(position) + 1, column: columnOf(position) };
    if (options.length !== 1) continue;
    if (t?.k === 'object' && isModule(m, t)) {
      const { seen, ...cost } = price.parametersOf(t);
      modules.push({ ...place, className: t.cls.name, cost, ...(seen ? { seen } : {}) });
    }
    const dims = t?.k === 'tensor' ? dimsOf(m, t) : undefined;
    if (t?.k !== 'tensor' || !dims) continue;
    const dtype = dtypeOf(m, t);
    const cost = price.of(all);
    answers.push({
      file,
      ...place,
      ...(dtype ? { dtype } : {}),
      shape: dims.map((dim) => price.words.print(dim)),
      ...price.seen(dims),
      ...(Object.keys(cost).length > 0 ? { cost } : {}),
    });
  }
  const self = frame?.env.variables.get('self');
  const owner = self && known(m, self);
  const spent = price.of([{ position: 0, value: unknown, cost: m.tally }]);
  const total = { ...spent, ...(owner?.k === 'object' ? price.parametersOf(owner) : {}) };
  const isForward = frame?.fn?.def.name === 'forward' && owner?.k === 'object';
  const state = isForward ? { state: price.stateOf(owner) } : {};
  const actual = sizes.map(([size, value]) => [price.words.print(size), value] as const);
  const found = actual.length > 0 ? { actual } : {};
  return { ...state, ...found, answers, modules, total, problems: problemsOf(m, price.words) };
}

function problemsOf(m: Machine, words: Words): Problem[] {
  const print = ({ front, head, tail }: Shape): (number | string)[] => [
    ...front.map((dim) => words.print(dim)),
    ...(head === null ? [] : ['…']),
    ...tail.map((dim) => words.print(dim)),
  ];
  return m.clashes.flatMap(({ position, kind, left, right }): Problem[] =>
    position === undefined
      ? []
      : [
          {
            line: lineOf(position) + 1,
            column: columnOf(position),
            kind,
            left: print(left),
            right: print(right),
          },
        ],
  );
}
