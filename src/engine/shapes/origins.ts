/** Where the symbols of a shape come from: the assignment, parameter or field that gives each its value. */
import {
  blocksOf,
  lineOf,
  targetsIn,
  type ClassDef,
  type Expr,
  type FunctionDef,
  type Stmt,
} from '../../core/shapes/ast';
import type { LoweredFile } from '../../core/shapes/analysis/source';
import type { Origin } from '../../protocol/shapes';
import { statedAt } from './stated';

/** Something that a symbol is set by; `line` is 0-based in the file. */
interface Binding {
  readonly line: number;
  readonly value?: Expr;
}
interface Scope {
  readonly row: number;
  readonly fn: FunctionDef;
  readonly cls?: ClassDef;
}

/** The binding of each symbol that the file shows, as seen from a line (1-based). */
export function originsOf(
  file: LoweredFile,
  lines: readonly string[],
  line: number,
  symbols: readonly string[],
): Origin[] {
  const scope = scopeAt(file, line - 1);
  return symbols.flatMap((symbol): Origin[] => {
    if (!scope) return [];
    const binding = bindingOf(file, scope, symbol, line - 1);
    if (!binding) return statedOf(scope, lines, symbol);
    const value = numberOf(file, scope, binding.value);
    return [
      {
        symbol,
        line: binding.line + 1,
        code: (lines[binding.line] ?? '').replace(/\s+#.*$/, '').trim(),
        ...(value === undefined ? {} : { value }),
      },
    ];
  });
}

/** The line as it is written: what says the name may be its comment. */
function statedOf({ row, fn }: Scope, lines: readonly string[], symbol: string): Origin[] {
  const found = statedAt(lines, row + lineOf(fn.at), row + fn.end, symbol);
  return found === undefined
    ? []
    : [{ symbol, line: found + 1, code: (lines[found] ?? '').trim() }];
}

function bindingOf(
  file: LoweredFile,
  scope: Scope,
  symbol: string,
  line: number,
): Binding | undefined {
  const parts = symbol.split('.');
  const [first = '', second] = parts;
  const last = parts.at(-1) ?? '';
  if (second === undefined) {
    const all = assignments(scope.fn.body, scope.row, (target) => isName(target, last));
    // The last one before the line, or, in a loop, the first behind it.
    const own = all.findLast((one) => one.line <= line) ?? parameterOf(scope, last) ?? all[0];
    return own ?? parameterOf(constructorOf(scope), last) ?? namelessOf(scope, last);
  }
  const isOwn = first === 'self' || first === 'this';
  const own = (name: string): Binding | undefined =>
    withBases(file, scope).flatMap(({ cls, row }) =>
      methodsOf(cls.body).flatMap((fn) =>
        assignments(fn.body, row, (target) => isAttributeOf(target, first, name)),
      ),
    )[0];
  return (
    (isOwn && parts.length === 2 ? own(last) : undefined) ??
    fieldOf(file, last) ??
    // What holds it, where nobody says what it is.
    (isOwn ? own(second) : (parameterOf(scope, first) ?? parameterOf(constructorOf(scope), first)))
  );
}

interface PlacedClass {
  readonly cls: ClassDef;
  readonly row: number;
}
/** The class that a function is of, and those of the file that it is derived from. */
function withBases(file: LoweredFile, { cls, row }: Scope): readonly PlacedClass[] {
  const found: PlacedClass[] = cls ? [{ cls, row }] : [];
  const all = file.definitions.flatMap(({ definition, row: at }) =>
    definition.statements.flatMap((s) => (s.k === 'class' ? [{ cls: s.cls, row: at }] : [])),
  );
  for (const { cls: one } of found) {
    const names = one.bases.flatMap(({ value }) => (value.k === 'name' ? [value.id] : []));
    const bases = all.filter((other) => names.includes(other.cls.name));
    found.push(...bases.filter((base) => !found.some((known) => known.cls === base.cls)));
  }
  return found;
}

/** What `x₀` is a size of: the code has no name for it. */
function namelessOf(scope: Scope, symbol: string): Binding | undefined {
  const tensor = /^(.*?)[₀-₉]+$/u.exec(symbol)?.[1];
  if (tensor === undefined) return undefined;
  const set = assignments(scope.fn.body, scope.row, (target) => isName(target, tensor));
  const found = parameterOf(scope, tensor) ?? set[0];
  return found && { line: found.line };
}

/** The constructor of the class that a function is of. */
const constructorOf = ({ cls, row }: Scope): Scope | undefined => {
  const fn = methodsOf(cls?.body ?? []).find(({ name }) => name === '__init__');
  return cls && fn && { row, fn, cls };
};

/** The only class field of that name in the file. */
function fieldOf(file: LoweredFile, name: string): Binding | undefined {
  const found = file.definitions.flatMap(({ definition, row }) =>
    definition.statements.flatMap((s) =>
      s.k === 'class' ? assignments(s.cls.body, row, (target) => isName(target, name)) : [],
    ),
  );
  return found.length === 1 ? found[0] : undefined;
}

function parameterOf(scope: Scope | undefined, name: string): Binding | undefined {
  if (!scope) return undefined;
  const { fn, row } = scope;
  const found = fn.parameters.find((parameter) => parameter.name === name);
  return found && { line: row + lineOf(found.at), ...(found.default && { value: found.default }) };
}

/** The number that a value is: written there, the default of a field, or of a parameter of the constructor. */
function numberOf(file: LoweredFile, scope: Scope, value: Expr | undefined): number | undefined {
  if (value?.k === 'number') return value.integer ? value.value : undefined;
  if (value?.k === 'attribute') return literal(fieldOf(file, value.name)?.value);
  if (value?.k !== 'name') return undefined;
  return literal(parameterOf(constructorOf(scope), value.id)?.value);
}
const literal = (value: Expr | undefined): number | undefined =>
  value?.k === 'number' && value.integer ? value.value : undefined;

/** The innermost function at a row (0-based), with its class. */
export function scopeAt(file: LoweredFile, line: number): Scope | undefined {
  let found: Scope | undefined;
  for (const { definition, row } of file.definitions) {
    const visit = (body: readonly Stmt[], cls?: ClassDef): void => {
      for (const s of body) {
        if (s.k === 'class') visit(s.cls.body, s.cls);
        if (s.k !== 'function') continue;
        const { fn } = s;
        if (row + lineOf(fn.at) > line || row + fn.end < line) continue;
        found = cls ? { row, fn, cls } : { row, fn };
        visit(fn.body, cls);
      }
    };
    if (row <= line) visit(definition.statements);
  }
  return found;
}

const methodsOf = (body: readonly Stmt[]): FunctionDef[] =>
  body.flatMap((s) => (s.k === 'function' ? [s.fn] : []));

/** Assignments to targets of one kind, those in blocks too, not those of functions inside. */
export function assignments(
  body: readonly Stmt[],
  row: number,
  wanted: (target: Expr) => boolean,
): Binding[] {
  return body.flatMap((s): Binding[] => {
    if (s.k === 'assign') {
      return s.targets.flatMap((target) =>
        targetsIn(target)
          .filter(wanted)
          .flatMap((one) => {
            const line = 'at' in one ? row + lineOf(one.at) : undefined;
            if (line === undefined) return [];
            return [one === target && s.value ? { line, value: s.value } : { line }];
          }),
      );
    }
    return blocksOf(s).flatMap((block) => assignments(block, row, wanted));
  });
}

const isName = (target: Expr, name: string): boolean => target.k === 'name' && target.id === name;
const isAttributeOf = (target: Expr, object: string, name: string): boolean =>
  target.k === 'attribute' &&
  target.name === name &&
  target.object.k === 'name' &&
  target.object.id === object;
