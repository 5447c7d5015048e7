/** Answers for a file: who calls its functions is followed first, then each function is run once for all its calls. */
import type { At, FunctionDef } from '../ast';
import { columnOf, lineOf } from '../ast';
import { join, pattern } from '../join';
import { attempt, dimsOf, dtypeOf, known, type Frame, type Machine } from '../machine';
import { runBody, callFunction } from '../interpret/calls';
import { freeze } from '../interpret/statements';
import type { SyntaxParser } from '../syntax';
import type { Class, Env, Func, Value } from '../values';
import { symbol, symbolsOf, type Poly } from '../poly';
import { createMachine, guarded } from './create';
import { generalise, parameterNames } from './generalise';
import { wordsOf, type Words } from './naming';
import { rootInstance, rootValues } from './roots';
import { seeded, seedsOf, type Seeds } from './seeds';
import {
  functionsIn,
  lowerFile,
  nestedIn,
  type LoweredFile,
  type LoweringCache,
  type Place,
  type SourceFile,
} from './source';

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
}
export interface Project {
  readonly parser: SyntaxParser;
  readonly cache: LoweringCache;
  /** A workspace file by module path. */
  readonly find: (module: string) => SourceFile | undefined;
  /** Files that may call into the one that is looked at. */
  readonly callers: readonly SourceFile[];
}

interface Call {
  readonly fn: Func;
  readonly values: ReadonlyMap<string, Value>;
}
type Calls = Map<FunctionDef, Map<string, Call>>;
const mostCalls = 40;

export function analyse(project: Project, source: SourceFile): Answer[] {
  const lowered = new Map<string, LoweredFile>();
  const find = (module: string): LoweredFile | undefined => {
    const seen = lowered.get(module);
    if (seen) return seen;
    const found = module === source.module ? source : project.find(module);
    if (!found) return undefined;
    const file = lowerFile(project.parser, project.cache, found);
    lowered.set(module, file);
    return file;
  };
  const calls: Calls = new Map();
  let collecting = true;
  let looking: Set<FunctionDef> | undefined;
  let left: Frame | undefined;
  const m = createMachine(source.text, find, {
    called: (fn, values) => {
      if (!collecting) return;
      const known = calls.get(fn.def) ?? new Map<string, Call>();
      const key = pattern(m, values);
      if (known.size < mostCalls && !known.has(key)) known.set(key, { fn, values });
      calls.set(fn.def, known);
    },
    recorded: (fn) => looking?.has(fn.def) ?? false,
    leave: (frame) => {
      left = frame;
    },
  });
  const files = [source, ...project.callers.filter((caller) => caller.module !== source.module)];
  for (const file of files) m.load(file.module);
  const weak = new Map<FunctionDef, Call>();
  for (const file of [...files].reverse())
    followRoots(m, file.module, find(file.module)!, calls, weak);
  collecting = false;
  const answers: Answer[] = [];
  const file = find(source.module)!;
  for (const placed of file.definitions) {
    for (const place of functionsIn(placed)) {
      const seen = [...(calls.get(place.fn)?.values() ?? [])];
      const root = weak.get(place.fn);
      const all = seen.length > 0 ? seen : root ? [root] : [];
      const first = all[0];
      if (!first) continue;
      const look = (seeds: Seeds): void => {
        m.steps = 0;
        m.mismatches = 0;
        m.recorded.length = 0;
        left = undefined;
        guarded(() => {
          inFrame(m, first.fn.env, () => {
            const values =
              seen.length > 0
                ? generalise(
                    m,
                    all.map((call) => call.values),
                    parameterNames(first.fn),
                  )
                : first.values;
            m.constructing = place.fn.name === '__init__' ? 1 : 0;
            looking = new Set([place.fn, ...nestedIn(place.fn)]);
            runBody(m, first.fn, withSeeds(m, values, seeds), true);
          });
        });
        m.constructing = 0;
        looking = undefined;
      };
      const lookWith = (seeds: Seeds): Answer[] =>
        attempt(m, () => {
          look(seeds);
          return collect(m, source.file, placed.row, left, [...m.recorded]);
        }).result;
      const seeds = seedsOf(placed.definition, place.fn);
      const found = lookWith(seeds);
      answers.push(...(m.mismatches > 0 && seeds.size > 0 ? lookWith(new Map()) : found));
      m.recorded.length = 0;
    }
  }
  return answers;
}

/** Values with what comments say of those that are not known. */
function withSeeds(
  m: Machine,
  values: ReadonlyMap<string, Value>,
  seeds: Seeds,
): Map<string, Value> {
  const sizes = new Map<string, Poly>();
  return new Map(
    [...values].map(([name, value]) => [name, seeded(m, value, seeds.get(name), sizes)]),
  );
}

function inFrame(m: Machine, env: Env, run: () => void): void {
  const frames = m.frames;
  m.frames = [
    { fn: undefined, env, returns: [], yields: [], integers: new Map(), record: false, depth: 0 },
  ];
  try {
    run();
  } finally {
    m.frames = frames;
  }
}

/** Runs what nothing calls, last definitions first, so that its calls are known when what it calls is looked at. */
function followRoots(
  m: Machine,
  module: string,
  file: LoweredFile,
  calls: Calls,
  weak: Map<FunctionDef, Call>,
): void {
  const env = m.load(module);
  if (!env) return;
  const places = file.definitions.flatMap(functionsIn);
  const order = [
    ...places.filter((place) => !place.cls),
    ...places.filter((place) => place.cls),
  ].sort((a, b) => b.placed.row - a.placed.row || b.fn.at - a.fn.at);
  const instances = new Map<Class, Value>();
  const main = (place: Place) =>
    place.fn.name === '__init__'
      ? 0
      : place.fn.name === 'forward' || place.fn.name === '__call__'
        ? 2
        : 1;
  order.sort((a, b) => (a.cls && a.cls === b.cls ? main(a) - main(b) : 0));
  for (const place of order) {
    if ((calls.get(place.fn)?.size ?? 0) > 0) continue;
    const fn = functionOf(m, env, place);
    if (!fn) continue;
    m.steps = 0;
    guarded(() =>
      inFrame(m, env, () => {
        const cls = fn.owner;
        const isStatic = fn.def.decorators.some((d) => d.k === 'name' && d.id === 'staticmethod');
        let self: Value | undefined;
        if (cls && !isStatic) {
          self = m.instances.get(cls) ?? instances.get(cls) ?? rootInstance(m, cls);
          instances.set(cls, self);
        }
        if (place.fn.name === '__init__' && cls) return;
        const plain = rootValues(m, fn, self);
        weak.set(place.fn, { fn, values: plain });
        const values = withSeeds(m, plain, seedsOf(place.placed.definition, fn.def));
        const before = calls.get(place.fn);
        callFunction(m, fn, {
          positional: fn.def.parameters
            .filter((p) => !p.star && !p.keyword)
            .map((p) => values.get(p.name)!),
          keyword: new Map(
            fn.def.parameters.filter((p) => p.keyword).map((p) => [p.name, values.get(p.name)!]),
          ),
        });
        // The run itself is no call of the workspace.
        if (before) calls.set(place.fn, before);
        else calls.delete(place.fn);
      }),
    );
  }
}
function functionOf(m: Machine, env: Env, place: Place): Func | undefined {
  if (!place.cls) {
    const v = env.variables.get(place.fn.name);
    return v?.k === 'function' && v.def === place.fn ? v : undefined;
  }
  const cls = env.variables.get(place.cls.name);
  const c = cls && known(m, cls);
  const member = c?.k === 'class' ? c.members.get(place.fn.name) : undefined;
  return member?.k === 'function' && member.def === place.fn ? member : undefined;
}

/** Hints of the symbols in a shape, by the words that it is printed with. */
function seenValues(words: Words, dims: readonly Poly[]): { seen?: Record<string, number> } {
  const seen: Record<string, number> = {};
  for (const sym of dims.flatMap(symbolsOf)) {
    const word = sym.hint === undefined ? undefined : words.print(symbol(sym));
    if (typeof word === 'string') seen[word] = sym.hint!;
  }
  return Object.keys(seen).length > 0 ? { seen } : {};
}

function collect(
  m: Machine,
  file: string,
  row: number,
  frame: Frame | undefined,
  recorded: readonly { position: At; value: Value }[],
): Answer[] {
  const byPosition = new Map<At, Value[]>();
  for (const { position, value } of recorded) {
    const list = byPosition.get(position) ?? [];
    list.push(freeze(m, value));
    byPosition.set(position, list);
  }
  const words = wordsOf(m, frame);
  const answers: Answer[] = [];
  for (const [position, values] of byPosition) {
    const value = known(
      m,
      values.reduce((a, b) => join(m, a, b)),
    );
    const options =
      value.k === 'union' ? value.options.filter((option) => option.k !== 'none') : [value];
    const t = options[0];
    if (options.length !== 1 || t?.k !== 'tensor') continue;
    const dims = dimsOf(m, t);
    if (!dims) continue;
    const dtype = dtypeOf(m, t);
    answers.push({
      file,
      line: row + lineOf(position) + 1,
      column: columnOf(position),
      ...(dtype ? { dtype } : {}),
      shape: dims.map((dim) => words.print(dim)),
      ...seenValues(words, dims),
    });
  }
  return answers;
}
