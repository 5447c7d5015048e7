/** Answers for a file: who calls its functions is followed first, then each function is run once for all its calls. */
import type { Definition, FunctionDef } from '../ast';
import type { Interrupted } from '../interrupted';
import { pattern } from '../join';
import type { Frame } from '../machine';
import type { SyntaxParser } from '../syntax';
import { callGraph } from './callGraph';
import { changeOf } from './change';
import {
  contextOf,
  followRoots,
  keepCall,
  markCalls,
  persist,
  renameCalls,
  type Contexts,
} from './contexts';
import { createMachine } from './create';
import { createModules } from './modules';
import type { Answer, Look, ModuleAnswer, ModuleState, Problem, TupleAnswer } from './answers';
import { collect } from './collect';
import { lookAt, type Watch } from './look';
import type { Paused } from './paused';
import {
  functionsIn,
  lowerFile,
  nestedIn,
  placesIn,
  type LoweredFile,
  type LoweringCache,
  type Place,
  type SourceFile,
} from './source';

export type {
  Answer,
  Cost,
  Member,
  ModuleAnswer,
  ModuleState,
  Problem,
  TupleAnswer,
} from './answers';

export interface Project {
  readonly parser: SyntaxParser;
  readonly cache: LoweringCache;
  /** A workspace file by module path. */
  readonly find: (module: string) => SourceFile | undefined;
  /** Files that may call into the one that is looked at. */
  readonly callers: readonly SourceFile[];
  /** Those of them that reach it through others only. */
  readonly far?: ReadonlySet<SourceFile>;
  /** Asked now and then: throws `Interrupted` to stop the work, which can be taken up again. */
  readonly breathe?: () => void;
  /** Told of every error of a rule: a value is unknown then that need not be. */
  readonly fault?: (error: unknown) => void;
}

/** An analysis that is kept while its file is edited. */
export interface Analysis {
  lowered(): LoweredFile;
  /** Follows one more function that nothing calls; false when all are. */
  advance(): boolean;
  /** The functions of the file, in order. */
  places(): readonly Place[];
  /** The tensors of a function. Follows first what is left to follow. */
  answers(place: Place): readonly Answer[];
  modules(place: Place): readonly ModuleAnswer[];
  tuples(place: Place): readonly TupleAnswer[];
  /** Operations of a function that certainly fail. */
  problems(place: Place): readonly Problem[];
  /** The tensors of the module whose `forward` the function is. */
  state(place: Place): ModuleState | undefined;
  /** What one run of a function costs, and the parameters of its module. */
  total(place: Place): Look['total'];
  /** The same of a function in which a program that is debugged stands. */
  paused(place: Place, paused: Paused): Look;
  /** Takes an edited text; false when the edit reaches further than bodies of functions. */
  change(source: SourceFile): boolean;
  /** Whether edits may have changed what a function (or any) is called with since everything was followed. */
  isStale(place?: Place): boolean;
}

export function openAnalysis(project: Project, source: SourceFile): Analysis {
  const loaded = new Map<string, LoweredFile>();
  const sourceOf = (module: string): SourceFile | undefined =>
    module === source.module ? source : project.find(module);
  const find = (module: string): LoweredFile | undefined => {
    const seen = loaded.get(module);
    if (seen) return seen;
    const found = sourceOf(module);
    if (!found) return undefined;
    const file = lowerFile(project.parser, project.cache, found);
    loaded.set(module, file);
    return file;
  };
  const contexts: Contexts = { calls: new Map(), assumed: new Map(), shown: new Map() };
  const graph = callGraph();
  const watch: Watch = { functions: undefined, ran: new Set(), left: undefined, calls: undefined };
  /** What a module does when it is loaded, while it does. */
  let loading: FunctionDef | undefined;
  const files = [source, ...project.callers.filter((caller) => caller.module !== source.module)];
  const isFar = (file: SourceFile): boolean => project.far?.has(file) ?? false;
  const followed = new Set(files.map(({ module }) => module));
  const modules = createModules(
    { find, has: (module) => loaded.has(module) || !!sourceOf(module) },
    {
      follows: (file) => followed.has(file.source.module),
      shows: (file) => file.source.module === source.module,
      loads,
    },
  );
  const m = createMachine(source, modules, {
    called: (fn, values, isAside) => {
      graph.add(m.frames.at(-1)?.fn?.def ?? loading, fn.def);
      if (m.isFollowing) return keepCall(m, contexts, fn, values);
      if (!isAside && m.frames.length === 2)
        watch.calls?.push(`${fn.def.name}(${pattern(m, values)})`);
      return undefined;
    },
    mark: () => markCalls(contexts),
    recorded: (fn) => {
      if (!watch.functions?.has(fn.def)) return false;
      watch.ran.add(fn.def);
      return true;
    },
    leave: (frame) => {
      watch.left = frame;
    },
    breathe: project.breathe ?? (() => undefined),
    fault: project.fault ?? (() => undefined),
  });
  /** A statement of the margin: what a script does is looked at while it is loaded. */
  function loads(file: LoweredFile, definition: Definition, frame: Frame, run: () => void): void {
    const { script } = definition;
    if (file.source.module !== source.module || !script) return run();
    const inner = nestedIn(script);
    for (const { fn } of functionsIn({ definition, row: 0 })) inner.delete(fn);
    watch.functions = inner;
    m.recorded.length = 0;
    loading = script;
    try {
      run();
      looks.set(script, { ...collect(m, source.file, frame, [...m.recorded], script), effect: '' });
    } finally {
      loading = undefined;
      m.recorded.length = 0;
      watch.functions = undefined;
    }
  }
  const steps = follow();
  let current = lowerFile(project.parser, project.cache, source);
  loaded.set(source.module, current);
  const looks = new Map<FunctionDef, Look>();
  /** What changed functions did to others when everything was last followed. */
  const before = new Map<FunctionDef, string>();

  function* follow(): Generator<Interrupted | undefined, void> {
    for (const file of files) {
      contexts.isFar = isFar(file);
      for (const run of modules.steps(m, file.module)) yield* persist(m, run);
    }
    for (const one of [...files].reverse()) {
      const { module } = one;
      contexts.isFar = isFar(one);
      const file = find(module);
      // Examples of the files that call into this one are about those.
      const parser = module === source.module ? project.parser : undefined;
      if (file) yield* followRoots(m, module, file, contexts, parser);
    }
  }
  const advance = (): boolean => {
    m.isFollowing = true;
    try {
      const { done, value } = steps.next();
      if (value) throw value;
      return done !== true;
    } finally {
      m.isFollowing = false;
      // Nothing goes back behind what was followed.
      m.trail.length = 0;
    }
  };
  let stopped:
    { readonly paused: Paused; readonly fn: FunctionDef; readonly look: Look } | undefined;
  const lookOf = (place: Place, paused?: Paused): Look => {
    const callsOf = (fn: FunctionDef) => [...(contexts.calls.get(fn)?.values() ?? [])];
    const context = contextOf(m, contexts, place.fn);
    return lookAt(m, watch, source.file, place, context, callsOf, paused);
  };
  const look = (place: Place): Look => {
    while (advance());
    const known = looks.get(place.fn);
    if (known) return known;
    const found = lookOf(place);
    looks.set(place.fn, found);
    return found;
  };
  const places = (): Place[] => current.definitions.flatMap(placesIn);

  return {
    lowered: () => current,
    advance,
    places,
    answers: (place) => inFile(place, look(place).answers),
    modules: (place) => inFile(place, look(place).modules),
    tuples: (place) => inFile(place, look(place).tuples),
    problems: (place) => inFile(place, look(place).problems),
    state: (place) => look(place).state,
    total: (place) => look(place).total,
    paused(place, paused) {
      if (stopped?.paused !== paused || stopped.fn !== place.fn) {
        while (advance());
        stopped = { paused, fn: place.fn, look: lookOf(place, paused) };
      }
      const { answers, modules, tuples, ...rest } = stopped.look;
      return {
        ...rest,
        answers: inFile(place, answers),
        modules: inFile(place, modules),
        tuples: inFile(place, tuples),
      };
    },
    change(next) {
      const after = lowerFile(project.parser, project.cache, next);
      const change = changeOf(current, after);
      if (!change) return false;
      // What the module did when it was loaded stays true while the functions do to it what they did.
      const kept = new Set(after.definitions.map(({ definition }) => definition));
      const scripts = new Set<FunctionDef>();
      for (const { fn, placed } of places()) {
        if (fn !== placed.definition.script) continue;
        if (!kept.has(placed.definition)) return false;
        scripts.add(fn);
      }
      const old = new Map(places().map((place) => [place.fn, place]));
      for (const [a, b] of change.newer) {
        const place = old.get(a);
        const effect = before.get(a) ?? (change.bodies.has(b) && place && look(place).effect);
        before.delete(a);
        if (effect !== undefined && effect !== false) before.set(b, effect);
      }
      for (const [a, b] of change.newer) {
        renameCalls(contexts, a, b);
        for (const [first, last] of m.newer) if (last === a) m.newer.set(first, b);
        m.newer.set(a, b);
      }
      graph.rename(change.newer);
      for (const [a, b] of change.newer) replace(looks, a, b);
      for (const fn of graph.reaching(change.bodies)) if (!scripts.has(fn)) looks.delete(fn);
      m.memo.clear();
      m.epoch += 1;
      stopped = undefined;
      current = after;
      return true;
    },
    isStale(asked) {
      if (before.size === 0) return false;
      const isStale = places().some((place) => {
        const effect = place.fn === asked?.fn ? undefined : before.get(place.fn);
        return effect !== undefined && effect !== look(place).effect;
      });
      // All is as if it had just been followed.
      if (!asked && !isStale) before.clear();
      return isStale;
    },
  };
}

/** With lines of the file instead of the definition. */
const inFile = <T extends { readonly line: number }>(place: Place, all: readonly T[]): T[] =>
  all.map((one) => ({ ...one, line: one.line + place.placed.row }));

function replace<K, V>(map: Map<K, V>, from: K, to: K): void {
  const value = map.get(from);
  map.delete(from);
  if (value !== undefined) map.set(to, value);
}

/** All tensors of a file. */
export function analyse(project: Project, source: SourceFile): Answer[] {
  const analysis = openAnalysis(project, source);
  return analysis.places().flatMap((place) => analysis.answers(place));
}
