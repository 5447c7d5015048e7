/**
 * Modules of the workspace. Those that are followed run statement by statement. Of the others, which the code only
 * imports, a definition is lowered and run when its name is first asked for: a package of a thousand files costs what is
 * used of it.
 */
import type { Definition } from '../ast';
import { guarded } from '../fault';
import { execute } from '../interpret/statements';
import { undo, write, fresh, type Frame, type Machine } from '../machine';
import { Interrupted } from '../interrupted';
import { noCost } from '../tally';
import type { Class, Env, Value } from '../values';
import { stepsOfOne } from './contexts';
import { languageOf, type LoweredFile, type Piece } from './source';

export interface ModuleFiles {
  /** The file of a module path, lowered piece by piece. */
  find(module: string): LoweredFile | undefined;
  has(module: string): boolean;
}
export interface ModuleObserver {
  /** Whether the functions of a file are followed, not only what others use of it. */
  follows(file: LoweredFile): boolean;
  /** Whether what a module does when it is loaded is recorded. */
  shows(file: LoweredFile): boolean;
  /** Runs a definition of a module that is loaded. */
  loads(file: LoweredFile, definition: Definition, frame: Frame, run: () => void): void;
}

export interface Modules {
  /** Whether the workspace has a module. */
  has(path: string): boolean;
  load(m: Machine, path: string): Env | undefined;
  /** Loads a module that is followed, in steps that may be interrupted and run again. */
  steps(m: Machine, path: string): Iterable<() => void>;
  /** Whether something is loaded on the way, rather than followed. */
  isLoading(): boolean;
}

export function createModules(files: ModuleFiles, observer: ModuleObserver): Modules {
  const modules = new Map<string, Env>();
  let loading = 0;
  const begin = (m: Machine, path: string, file: LoweredFile): Frame => {
    const env: Env = { variables: new Map(), module: path };
    modules.set(path, env);
    if (/(?:^|\/)__init__\.pyi?$/.test(file.source.file)) m.packages.add(path);
    const record = observer.shows(file);
    return { fn: undefined, env, returns: [], yields: [], integers: new Map(), record, depth: 0 };
  };
  const aside = <T>(m: Machine, frame: Frame, run: () => T): T => {
    loading += 1;
    try {
      return runAside(m, frame, run);
    } finally {
      loading -= 1;
    }
  };
  const runs = (m: Machine, frame: Frame, file: LoweredFile, all: readonly Definition[]) =>
    all.map((definition) => (): void => {
      m.spent += m.steps;
      m.steps = 0;
      observer.loads(file, definition, frame, () =>
        guarded(() => execute(m, frame.env, definition.statements)),
      );
    });
  /** What is done, in order, when a module is loaded. */
  const statements = (m: Machine, frame: Frame, file: LoweredFile): (() => void)[] => {
    if (languageOf(file.source.file) !== 'python' || observer.follows(file)) {
      const all = file.definitions.map(({ definition }) => definition);
      const first = all.filter(({ hoisted }) => hoisted);
      return runs(m, frame, file, [...first, ...all.filter(({ hoisted }) => !hoisted)]);
    }
    return file.pieces.map((piece) => () => {
      const { name } = piece;
      if (name === undefined) for (const run of runOf(m, frame, file, piece)) run();
      else write(m, frame.env.variables, name, later(m, frame, file, piece, name));
    });
  };
  const runOf = (m: Machine, frame: Frame, file: LoweredFile, piece: Piece) => {
    const all = piece.definitions().map(({ definition }) => definition);
    return runs(m, frame, file, all);
  };
  const later = (
    m: Machine,
    frame: Frame,
    file: LoweredFile,
    piece: Piece,
    name: string,
  ): Value => {
    const { variables } = frame.env;
    const value: Value = {
      k: 'any',
      id: fresh(m),
      later: () => {
        const before = variables.get(name);
        aside(m, frame, () => {
          for (const run of runOf(m, frame, file, piece)) run();
        });
        const made = variables.get(name);
        // The name may stand for something else by now.
        if (before && before !== value) variables.set(name, before);
        return made === value ? undefined : made;
      },
    };
    return value;
  };
  return {
    has: (path) => files.has(path),
    load(m, path) {
      const loaded = modules.get(path);
      if (loaded) return loaded;
      const file = files.find(path);
      if (!file) return undefined;
      if (loading === 0) m.breathe();
      const frame = begin(m, path, file);
      aside(m, frame, () => {
        for (const run of statements(m, frame, file)) run();
      });
      return frame.env;
    },
    *steps(m, path) {
      const file = modules.has(path) ? undefined : files.find(path);
      if (!file) return;
      const frame = begin(m, path, file);
      for (const run of statements(m, frame, file)) yield () => again(m, frame, run);
    },
    isLoading: () => loading > 0,
  };
}

/** Runs what belongs to no function that is followed: it stays, whatever is taken back, and counts for nobody. */
function runAside<T>(m: Machine, frame: Frame, run: () => T): T {
  const { frames, kept, steps, limit, tally, impure, pureFrom, dialect, mismatches } = m;
  const { looping, choosing, constructing } = m;
  const { length } = m.clashes;
  Object.assign(m, { frames: [frame], kept: -1, steps: 0, limit: stepsOfOne, tally: noCost });
  Object.assign(m, { looping: 0, choosing: 0, constructing: 0 });
  try {
    return run();
  } finally {
    m.spent += m.steps;
    Object.assign(m, { frames, kept, steps, limit, tally, impure, pureFrom, dialect, mismatches });
    Object.assign(m, { looping, choosing, constructing });
    m.clashes.length = length;
  }
}

/** Runs a statement of the margin; where it is interrupted, nothing was done. */
function again(m: Machine, frame: Frame, run: () => void): void {
  const { frames, kept } = m;
  const { length } = m.trail;
  const before = [new Map<Class, unknown>(m.instances), new Map<Class, unknown>(m.made)];
  Object.assign(m, { frames: [frame], kept: m.next, constructing: 0 });
  try {
    run();
  } catch (error) {
    if (error instanceof Interrupted) {
      undo(m, length);
      for (const [index, map] of [m.instances, m.made].entries()) {
        map.clear();
        for (const [cls, value] of before[index]!) (map as Map<Class, unknown>).set(cls, value);
      }
    }
    throw error;
  } finally {
    Object.assign(m, { frames, kept });
  }
}
