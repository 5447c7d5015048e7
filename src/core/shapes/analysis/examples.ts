/**
 * Examples in docstrings of classes (`>>> layer(x)`, https://docs.python.org/3/library/doctest.html). They run in the
 * scope of the module, where a package gives what its modules define, with sizes for the numbers of their shapes.
 */
import { nowhere, type ClassDef, type Expr, type FunctionDef, type Stmt } from '../ast';
import { assuming } from '../interpret/construct';
import { execute } from '../interpret/statements';
import { pythonStatements } from '../lower/python';
import { size, type Machine } from '../machine';
import type { SyntaxParser } from '../syntax';
import { int, type Env, type Value } from '../values';
import type { Place } from './source';

type Documented = ClassDef | FunctionDef;

/** Statements of the examples of a definition; equal text is the same definition, and is read once. */
const read = new WeakMap<Documented, readonly Stmt[]>();

/** The class at a place and the method, as far as they have examples. */
export const examplesAt = ({ cls, fn }: Place): Documented[] =>
  (cls ? [cls, fn] : []).filter((def) => documentationOf(def).includes('>>> '));

/** Runs the examples of a definition of the module `env`; what is made in them says nothing of the program's own. */
export function runExamples(m: Machine, parser: SyntaxParser, env: Env, def: Documented): void {
  const statements = read.get(def) ?? statementsOf(parser, codeOf(documentationOf(def)));
  read.set(def, statements);
  const variables = new Map<string, Value>();
  const scope: Env = { variables, parent: env, module: env.module };
  const symbolic = withSizes(m, variables, ownNames(env, statements));
  assuming(m, () => execute(m, scope, symbolic));
}

/** Numbers of a shape (`(2, 3)`) become sizes, so that arrays with the same shape have it in common. */
function withSizes(m: Machine, variables: Map<string, Value>, statements: Stmt[]): Stmt[] {
  const isSize = (e: Expr): boolean => e.k === 'number' && e.integer && e.value > 0;
  const named = (e: Expr): Expr => {
    const id = `#${variables.size}`;
    variables.set(id, int(size(m, undefined, e.k === 'number' ? { hint: e.value } : {})));
    return { k: 'name', id, at: nowhere };
  };
  return rewrite(statements, (e) =>
    e.k === 'sequence' && e.items.length > 0 && e.items.every(isSize)
      ? { ...e, items: e.items.map(named) }
      : undefined,
  ) as Stmt[];
}

/** A copy in which some expressions are others. */
function rewrite(value: unknown, other: (e: Expr) => Expr | undefined): unknown {
  if (Array.isArray(value)) return value.map((one) => rewrite(one, other));
  if (!value || typeof value !== 'object') return value;
  const replaced = 'k' in value ? other(value as Expr) : undefined;
  if (replaced) return replaced;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rewrite(one, other)]));
}

function documentationOf(def: Documented): string {
  if ('parameters' in def) return def.documentation ?? '';
  const [first] = def.body;
  return first?.k === 'expression' && first.value.k === 'string' ? (first.value.value ?? '') : '';
}

/** Lines after `>>> ` and those that continue them. */
export function codeOf(documentation: string): string {
  const lines: string[] = [];
  let isCode = false;
  for (const line of documentation.split('\n')) {
    const [, prompt, code = ''] = /^\s*(>>>|\.\.\.)(?: (.*))?$/.exec(line) ?? [];
    isCode = prompt === '>>>' || (isCode && prompt === '...');
    if (isCode) lines.push(code);
  }
  return lines.join('\n');
}

function statementsOf(parser: SyntaxParser, code: string): Stmt[] {
  const tree = parser.parse('python', code);
  try {
    const nodes = tree.root.namedChildren.filter((node) => node !== null);
    return pythonStatements({ origin: 0, yields: false }, nodes);
  } catch {
    // Nested deeper than the stack.
    return [];
  } finally {
    tree.release();
  }
}

/** With `name` for `package.name` and without its import, where the module of the package defines it. */
function ownNames(env: Env, statements: readonly Stmt[]): Stmt[] {
  const isAround = (path: string): boolean => `${env.module}.`.startsWith(`${path}.`);
  const isOwn = (path: string, name: string): boolean => isAround(path) && env.variables.has(name);
  const aliases = new Map<string, string>();
  for (const s of statements) {
    if (s.k === 'import') aliases.set(s.alias ?? s.module, s.module);
    else if (s.k === 'from')
      for (const [name, alias] of s.names ?? []) aliases.set(alias, `${s.module}.${name}`);
  }
  const pathOf = (e: Expr): string | undefined => {
    if (e.k === 'name') return aliases.get(e.id) ?? (aliases.has(e.id) ? e.id : undefined);
    const path = e.k === 'attribute' ? pathOf(e.object) : undefined;
    return path === undefined || e.k !== 'attribute' ? undefined : `${path}.${e.name}`;
  };
  const own = (e: Expr): Expr | undefined => {
    const path = e.k === 'attribute' ? pathOf(e.object) : undefined;
    return path !== undefined && e.k === 'attribute' && isOwn(path, e.name)
      ? { k: 'name', id: e.name, at: nowhere }
      : undefined;
  };
  return statements.map((s) => {
    if (s.k !== 'from' || !s.names) return rewrite(s, own) as Stmt;
    return {
      ...s,
      names: s.names.filter(([name, alias]) => name !== alias || !isOwn(s.module, name)),
    };
  });
}
