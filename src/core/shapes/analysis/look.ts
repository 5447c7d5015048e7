/** Runs one function for all its calls at once and tells what its tensors are. */
import type { FunctionDef } from '../ast';
import { guarded } from '../fault';
import { libraryBase } from '../interpret/attributes';
import { runBody } from '../interpret/calls';
import { Interrupted } from '../interrupted';
import { pattern } from '../join';
import { attempt, isLater, known, type Frame, type Machine } from '../machine';
import { noCost } from '../tally';
import type { Env, Func, Value } from '../values';
import type { Look } from './answers';
import { collect } from './collect';
import { inFrame, isFoundLater, stepsOfOne, type Call, type Context } from './contexts';
import { generalise, isOnReal, parameterNames } from './generalise';
import { statementAt, takeActual, type ActualSize, type Paused } from './paused';
import { inheritedBy, seedsOf, withSeeds, type Seeds } from './seeds';
import { openRanks, withShown, type Shown } from './shown';
import { nestedIn, type Place } from './source';

const nothing: Look = { answers: [], modules: [], tuples: [], problems: [], total: {}, effect: '' };

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
    const begin = (): void => {
      Object.assign(m, {
        steps: 0,
        limit: stepsOfOne,
        mismatches: 0,
        looping: 0,
        choosing: 0,
        tally: noCost,
      });
      m.missed.clear();
      m.recorded.length = 0;
      m.clashes.length = 0;
      watch.left = undefined;
      watch.ran.clear();
      watch.ran.add(place.fn);
      watch.calls = [];
      sizes.length = 0;
      if (next) {
        const arrive = (env: Env): void => void sizes.push(...takeActual(m, env, paused));
        m.stop = { statement: next, arrive };
      }
    };
    begin();
    const isWhole = guarded(() =>
      inFrame(m, first.fn.env, () => {
        const names = parameterNames(first.fn);
        const all = calls.map((call) => call.values);
        if (!isAssumed && mayBeCalled(m, first.fn))
          all.push(anyCall(calls.find((one) => isOnReal(m, one.values)) ?? first));
        const isSample = calls.length === 1 && isForOthers(place);
        const general = isAssumed ? first.values : generalise(m, all, names, isSample);
        const seen = isSample ? withDefaults(m, first.fn, general) : general;
        const open = isFollowed && isDocumented(place) ? openRanks(m, seen, place.fn) : seen;
        const values = withShown(m, place.fn, open, evidence, seeds);
        m.constructing = place.fn.name === '__init__' ? 1 : 0;
        watch.functions = functions;
        const fn = { ...first.fn, def: place.fn };
        const given = withSeeds(m, values, seeds);
        const start = m.next;
        let result = runBody(m, fn, given, true);
        // What the later lines show of an argument is true in the earlier ones too.
        if (m.mismatches === 0 && isFoundLater(m, start)) {
          begin();
          m.epoch += 1;
          result = runBody(m, fn, given, true);
        }
        effect = effectOf(m, values, result, watch.calls ?? []);
        const spent = m.tally;
        runRest(m, watch, functions, callsOf);
        // What others call is not paid here.
        m.tally = spent;
      }),
    );
    // What it cost until then is no sum.
    if (!isWhole) m.tally = { ...noCost, open: 1 };
    return effect;
  };
  const look = (seeds: Seeds, evidence: readonly Shown[]): Look =>
    attempt(m, () => {
      try {
        const effect = run(seeds, evidence);
        const recorded = [...m.recorded];
        return { ...collect(m, file, watch.left, recorded, place.fn, sizes), effect };
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
  const seeds = seedsOf(place.placed.definition, place.fn, inheritedBy(m, first.fn));
  const found = look(seeds, shown);
  const isDoubtful = m.mismatches > 0 || found.problems.length > 0;
  return isDoubtful && (seeds.size > 0 || shown.length > 0) ? look(new Map(), []) : found;
}

/** A function outside a class whose arguments are documented one by one is there for other callers too. */
const isForOthers = (place: Place): boolean => !place.cls && isDocumented(place);
const isDocumented = ({ fn }: Place): boolean =>
  /^\s*(Args|Arguments|Parameters):?\s*$|:param /m.test(fn.documentation ?? '');

/**
 * Whether a method may be what was called somewhere on something unknown, so that not all its calls are seen. The
 * library calls those of its own classes with what they are made for.
 */
function mayBeCalled(m: Machine, { def, owner }: Func): boolean {
  const name = def.name === '__call__' ? '' : def.name;
  return !!owner && m.unresolved.has(name) && !libraryBase(m, owner, () => true);
}
/** A call of which nothing is known but the object. */
const anyCall = ({ values }: Call): ReadonlyMap<string, Value> => new Map([...values].slice(0, 1));

/** A function that a parameter is by default stands for others that may be given. */
function withDefaults(
  m: Machine,
  { defaults }: Func,
  values: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const chosen = ([name, value]: [string, Value]): [string, Value] => {
    const fallback = defaults.get(name);
    const v = fallback && known(m, value).k === 'any' ? known(m, fallback) : value;
    return [name, v.k === 'function' || v.k === 'native' ? v : value];
  };
  return new Map([...values].map(chosen));
}

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
    const fn = { ...first.fn, ...madeHere(m, left, def), def };
    runBody(m, fn, generalise(m, all, parameterNames(fn)), true);
  }
  watch.left = left;
}

/** A function as the frame has it that made it: what is around it there stands for all calls. */
function madeHere(m: Machine, left: Frame | undefined, def: FunctionDef): Partial<Func> {
  for (const value of left?.env.variables.values() ?? []) {
    if (isLater(m, value)) continue;
    const v = known(m, value);
    const fn = v.k === 'native' && v.inner ? v.inner : v;
    if (fn.k === 'function' && fn.def === def) return fn;
  }
  return {};
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
