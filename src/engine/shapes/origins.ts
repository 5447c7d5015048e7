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
    const binding = scope && bindingOf(file, scope, symbol, line - 1);
    if (!binding) return [];
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

function bindingOf(
  file: LoweredFile,
  scope: Scope,
  symbol: string,
  line: number,
): Binding | undefined {
  const parts = symbol.split('.');
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) {
    const all = assignments(scope.fn.body, scope.row, (target) => isName(target, last));
    // The last one before the line, or, in a loop, the first behind it.
    return all.findLast((one) => one.line <= line) ?? parameterOf(scope, last) ?? all[0];
  }
  if (parts.length === 2 && parts[0] === 'self' && scope.cls) {
    const own = methodsOf(scope.cls.body).flatMap((fn) =>
      assignments(fn.body, scope.row, (t) => isAttributeOfSelf(t, last)),
    )[0];
    if (own) return own;
  }
  return fieldOf(file, last);
}

/** The only class field of that name in the file. */
function fieldOf(file: LoweredFile, name: string): Binding | undefined {
  const found = file.definitions.flatMap(({ definition, row }) =>
    definition.statements.flatMap((s) =>
      s.k === 'class' ? assignments(s.cls.body, row, (target) => isName(target, name)) : [],
    ),
  );
  return found.length === 1 ? found[0] : undefined;
}

function parameterOf({ fn, row }: Scope, name: string): Binding | undefined {
  const found = fn.parameters.find((parameter) => parameter.name === name);
  return found && { line: row + lineOf(found.at), ...(found.default && { value: found.default }) };
}

/** The number that a value is: written there, the default of a field, or of a parameter of the constructor. */
function numberOf(file: LoweredFile, scope: Scope, value: Expr | undefined): number | undefined {
  if (value?.k === 'number') return value.integer ? value.value : undefined;
  if (value?.k === 'attribute') return literal(fieldOf(file, value.name)?.value);
  if (value?.k !== 'name' || !scope.cls) return undefined;
  const init = methodsOf(scope.cls.body).find(({ name }) => name === '__init__');
  return init && literal(parameterOf({ ...scope, fn: init }, value.id)?.value);
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
const isAttributeOfSelf = (target: Expr, name: string): boolean =>
  target.k === 'attribute' &&
  target.name === name &&
  target.object.k === 'name' &&
  target.object.id === 'self';
