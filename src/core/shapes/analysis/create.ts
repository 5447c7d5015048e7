/** A machine for one analysis: the state, empty, and what the interpreter asks of its surroundings. */
import type { Definition } from '../ast';
import type { Library, Runtime, Table } from '../library';
import { known, unknownSize, write, type Frame, type Machine } from '../machine';
import { guarded } from '../fault';
import { libraryBase } from '../interpret/attributes';
import { execute } from '../interpret/statements';
import { javascript } from '../rules/javascript';
import { python } from '../rules/python';
import { jax } from '../rules/jax';
import { numpy } from '../rules/numpy';
import { tensorflow } from '../rules/tensorflow';
import { tfjs } from '../rules/tfjs';
import { torch } from '../rules/torch';
import { noCost } from '../tally';
import type { Env, Func, Value } from '../values';
import { stepsOfOne } from './contexts';
import { languageOf, type LoweredFile, type SourceFile } from './source';

type Tables = readonly (readonly [string, Table])[];
const pythonTables: Tables = [
  ['torch', torch],
  ['jax', jax],
  ['tensorflow', tensorflow],
  ['numpy', numpy],
];
const javascriptTables: Tables = [['tfjs', tfjs]];

function library(main: Table, tables: Tables, runtime: Runtime): Library {
  const packages = new Map<string, Table>();
  for (const [, table] of tables) for (const name of table.packages) packages.set(name, table);
  const first = (path: string) => path.split('.', 1)[0]!;
  return {
    default: main.dialect.library,
    tables: new Map(tables),
    lookup: (path) => {
      const table = packages.get(first(path));
      if (table)
        return path === first(path)
          ? (table.lookup(path) ?? { k: 'module', path })
          : table.lookup(path);
      return runtime.lookup(path);
    },
    owns: (path) => packages.has(first(path)) || runtime.packages.includes(first(path)),
  };
}

export interface Observer {
  called(fn: Func, values: ReadonlyMap<string, Value>): void;
  recorded(fn: Func): boolean;
  leave(frame: Frame): void;
  breathe(): void;
  fault(error: unknown): void;
  /** Whether what a module does when it is loaded is recorded. */
  shows(file: LoweredFile): boolean;
  /** Runs a definition of a module that is loaded. */
  loads(file: LoweredFile, definition: Definition, frame: Frame, run: () => void): void;
}

/** The table of what the file imports; its tensors are taken to be of that library. */
function mainTable(text: string, tables: Tables): Table {
  const imports = (name: string) => new RegExp(`^\\s*(import|from)\\s+${name}\\b`, 'm').test(text);
  // einops works on the arrays of every library.
  const isMain = (name: string) => name !== 'einops' && imports(name);
  const found =
    tables.find(([, table]) => table.packages.some(isMain)) ??
    tables.find(([, table]) => table.packages.some(imports));
  return (found ?? tables.at(-1)!)[1];
}

/** `find` gives a lowered workspace file by module path. */
export function createMachine(
  { file, text }: SourceFile,
  find: (module: string) => LoweredFile | undefined,
  observer: Observer,
): Machine {
  const modules = new Map<string, Env>();
  let loading = 0;
  const isPython = languageOf(file) === 'python';
  const tables = isPython ? pythonTables : javascriptTables;
  const runtime = isPython ? python : javascript;
  const main = mainTable(text, tables);
  const m: Machine = {
    library: library(main, tables, runtime),
    dialect: main.dialect,
    bindings: new Map(),
    origins: new Map(),
    stored: new Set(),
    names: new Map(),
    trail: [],
    kept: 0,
    births: new WeakMap(),
    frames: [],
    next: 0,
    recorded: [],
    memo: new Map(),
    steps: 0,
    limit: stepsOfOne,
    spent: 0,
    tally: noCost,
    epoch: 0,
    impure: false,
    pureFrom: 0,
    constructing: 0,
    looping: 0,
    choosing: 0,
    pending: new Map(),
    instances: new Map(),
    runtime,
    load: (path) => {
      const loaded = modules.get(path);
      if (loaded) return loaded;
      const file = find(path);
      if (!file) return undefined;
      const env: Env = { variables: new Map(), module: path };
      modules.set(path, env);
      if (/(?:^|\/)__init__\.pyi?$/.test(file.source.file)) m.packages.add(path);
      loading += 1;
      try {
        runModule(m, env, file, observer);
      } finally {
        loading -= 1;
      }
      return env;
    },
    fieldsOf: (bases) =>
      bases.some((one) => {
        const b = known(m, one);
        return (
          b.k === 'class' && (b.name === 'NamedTuple' || !!libraryBase(m, b, (base) => base.fields))
        );
      }),
    called: observer.called,
    isRecorded: observer.recorded,
    leave: observer.leave,
    newer: new Map(),
    fault: observer.fault,
    packages: new Set(),
    // A module is loaded once, and whole.
    breathe: () => {
      if (loading === 0) observer.breathe();
    },
    clashes: [],
    mismatches: 0,
    unknownInteger: () => ({ k: 'int', value: unknownSize(m) }),
    replaceValue: (old, next) => replaceValue(m, old, next),
  };
  return m;
}

function runModule(m: Machine, env: Env, file: LoweredFile, observer: Observer): void {
  const frame: Frame = {
    fn: undefined,
    env,
    returns: [],
    yields: [],
    integers: new Map(),
    record: observer.shows(file),
    depth: 0,
  };
  const outer = { frames: m.frames, constructing: m.constructing };
  m.frames = [...m.frames, frame];
  m.constructing = 0;
  try {
    const { definitions } = file;
    const first = definitions.filter(({ definition }) => definition.hoisted);
    const rest = definitions.filter(({ definition }) => !definition.hoisted);
    for (const { definition } of [...first, ...rest]) {
      m.spent += m.steps;
      m.steps = 0;
      observer.loads(file, definition, frame, () =>
        guarded(() => execute(m, env, definition.statements)),
      );
    }
  } finally {
    m.frames = outer.frames;
    m.constructing = outer.constructing;
  }
}

function replaceValue(m: Machine, old: Value, next: Value): void {
  const visit = (map: Map<string, Value>, depth: number): void => {
    for (const [key, value] of map) {
      const v = known(m, value);
      if (v === old) {
        write(m, map, key, next);
        m.impure ||= depth > 0;
      } else if (v.k === 'object' && depth < 2) visit(v.attributes, depth + 1);
    }
  };
  for (let env: Env | undefined = m.frames.at(-1)?.env; env; env = env.parent)
    visit(env.variables, 0);
}
