/** What an edit changed: pairs of the functions before and after it, where the rest of the file is as it was. */
import type { ClassDef, FunctionDef, Stmt } from '../ast';
import type { LoweredFile } from './source';

export interface Change {
  /** Functions after the edit by the same functions before it. */
  readonly newer: ReadonlyMap<FunctionDef, FunctionDef>;
  /** Those whose body says something else. */
  readonly bodies: ReadonlySet<FunctionDef>;
}

/** Undefined when more than bodies of functions changed, so that everything has to be followed anew. */
export function changeOf(before: LoweredFile, after: LoweredFile): Change | undefined {
  if (before.definitions.length !== after.definitions.length) return undefined;
  const newer = new Map<FunctionDef, FunctionDef>();
  const bodies = new Set<FunctionDef>();
  const statements = (a: readonly Stmt[], b: readonly Stmt[]): boolean =>
    a.length === b.length && a.every((s, index) => statement(s, b[index]!));
  const statement = (a: Stmt, b: Stmt): boolean => {
    if (a.k === 'function' && b.k === 'function') return pair(a.fn, b.fn);
    if (a.k === 'class' && b.k === 'class')
      return text(shell(a.cls)) === text(shell(b.cls)) && statements(a.cls.body, b.cls.body);
    if (a.k === 'if' && b.k === 'if') {
      return text(a.test) === text(b.test) && statements(a.yes, b.yes) && statements(a.no, b.no);
    }
    return text(a) === text(b);
  };
  const pair = (a: FunctionDef, b: FunctionDef): boolean => {
    newer.set(a, b);
    if (text(a.body) !== text(b.body) || a.documentation !== b.documentation) bodies.add(b);
    return text({ ...a, body: [] }) === text({ ...b, body: [] });
  };
  const isSame = before.definitions.every(({ definition: old }, index) => {
    const { definition } = after.definitions[index]!;
    // Comments may say shapes, of any function of the definition.
    if (old === definition) return true;
    if (!statements(old.statements, definition.statements)) return false;
    if (!sameComments(old.comments, definition.comments)) {
      for (const [a, b] of newer) if (!bodies.has(b) && holds(old.statements, a)) bodies.add(b);
    }
    return true;
  });
  return isSame ? { newer, bodies } : undefined;
}

const shell = (cls: ClassDef): unknown => ({ ...cls, body: [] });
const places = new Set(['at', 'end', 'documentation']);
/** The syntax without its places. */
const text = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (places.has(key) ? undefined : inner));

const sameComments = (a: ReadonlyMap<number, string>, b: ReadonlyMap<number, string>): boolean =>
  [...a.values()].join('\n') === [...b.values()].join('\n');

const holds = (statements: readonly Stmt[], fn: FunctionDef): boolean =>
  statements.some(
    (s) => (s.k === 'function' && s.fn === fn) || (s.k === 'class' && holds(s.cls.body, fn)),
  );
