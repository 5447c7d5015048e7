/** A machine for one analysis: the state, empty, and what the interpreter asks of its surroundings. */
import type { Library, Runtime, Table } from '../library';
import { isLater, known, unknownSize, write, type Frame, type Machine } from '../machine';
import { libraryBase } from '../interpret/attributes';
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
import { hypothesis } from './seeds';
import type { Modules } from './modules';
import { fieldValue, rootValue } from './roots';
import { languageOf, type SourceFile } from './source';

type Tables = readonly (readonly [string, Table])[];
const pythonTables: Tables = [
  ['torch', torch],
  ['jax', jax],
  ['tensorflow', tensorflow],
  ['numpy', numpy],
];
const javascriptTables: Tables = [['tfjs', tfjs]];

function library(main: Table, tables: Tables, runtime: Runtime, own: string): Library {
  const packages = new Map<string, Table>();
  for (const [, table] of tables) for (const name of table.packages) packages.set(name, table);
  const first = (path: string) => path.split('.', 1)[0]!;
  const described = (path: string) => packages.get(first(path))?.lookup(path);
  return {
    default: main.dialect.library,
    tables: new Map(tables),
    lookup: (path) => {
      if (!packages.has(first(path))) return runtime.lookup(path);
      return described(path) ?? (path === first(path) ? { k: 'module', path } : undefined);
    },
    // The library's own files are about its code.
    described: (path) => (first(path) === first(own) ? undefined : described(path)),
    owns: (path) => packages.has(first(path)) || runtime.packages.includes(first(path)),
  };
}

export interface Observer {
  /** `isAside`: by a module that is loaded on the way. */
  called(fn: Func, values: ReadonlyMap<string, Value>, isAside: boolean): (() => void) | undefined;
  /** Keeps in mind which calls were seen; what it returns forgets the later ones. */
  mark(): () => void;
  recorded(fn: Func): boolean;
  leave(frame: Frame): void;
  breathe(): void;
  fault(error: unknown): void;
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

export function createMachine(
  { module, file, text }: SourceFile,
  modules: Modules,
  observer: Observer,
): Machine {
  const isPython = languageOf(file) === 'python';
  const tables = isPython ? pythonTables : javascriptTables;
  const runtime = isPython ? python : javascript;
  const main = mainTable(text, tables);
  const m: Machine = {
    library: library(main, tables, runtime, module),
    dialect: main.dialect,
    bindings: new Map(),
    origins: new Map(),
    stored: new Set(),
    rests: new Set(),
    unresolved: new Set(),
    isFollowing: false,
    names: new Map(),
    words: new Map(),
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
    attention: undefined,
    epoch: 0,
    impure: false,
    pureFrom: 0,
    constructing: 0,
    looping: 0,
    choosing: 0,
    pending: new Map(),
    missed: new Set(),
    instances: new Map(),
    made: new Map(),
    isAssuming: false,
    prepared: new Map(),
    runtime,
    load: (path) => modules.load(m, path),
    has: modules.has,
    opening: new Set(),
    isLoading: modules.isLoading,
    fieldsOf: (bases) =>
      bases.some((one) => {
        const b = known(m, one);
        return (
          b.k === 'class' && (b.name === 'NamedTuple' || !!libraryBase(m, b, (base) => base.fields))
        );
      }),
    called: (fn, values) => observer.called(fn, values, modules.isLoading()),
    said: (fn, values) => hypothesis(m, fn, values),
    mark: () => observer.mark(),
    isRecorded: (fn) => !modules.isLoading() && observer.recorded(fn),
    leave: observer.leave,
    newer: new Map(),
    stop: undefined,
    fault: observer.fault,
    packages: new Set(),
    // What is loaded on the way is loaded once, and whole.
    breathe: () => {
      if (!modules.isLoading()) observer.breathe();
    },
    clashes: [],
    mismatches: 0,
    assumed: (fn, parameter) => rootValue(m, fn, parameter),
    assumedField: (cls, field) => fieldValue(m, cls, field, field.name),
    unknownInteger: () => ({ k: 'int', value: unknownSize(m) }),
    replaceValue: (old, next) => replaceValue(m, old, next),
  };
  return m;
}

function replaceValue(m: Machine, old: Value, next: Value): void {
  const visit = (map: Map<string, Value>, depth: number): void => {
    for (const [key, value] of map) {
      if (isLater(m, value)) continue;
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
