/** A plain syntax tree that every supported language is lowered to; the interpreter sees nothing else. */

/** A position relative to the first line of the top-level definition: line × 65536 + UTF-16 column. */
export type At = number;
export const at = (line: number, column: number): At => line * 65536 + column;
export const lineOf = (position: At): number => Math.floor(position / 65536);
export const columnOf = (position: At): number => position % 65536;
/** The place of what a person did not write; nothing is recorded there. */
export const nowhere: At = -1;

export interface Argument {
  readonly value: Expr;
  readonly name?: string;
  /** 1: `*value`, 2: `**value`. */
  readonly star?: 1 | 2;
}

export interface Clause {
  readonly target: Expr;
  readonly iterable: Expr;
  readonly conditions: readonly Expr[];
}

export type Expr =
  | {
      readonly k: 'name';
      readonly id: string;
      readonly at: At;
      /** As a target: the variable of the scope that has one, not a new one. */
      readonly outer?: true;
    }
  | { readonly k: 'number'; readonly value: number; readonly integer: boolean }
  | { readonly k: 'string'; readonly value?: string; readonly parts?: readonly Expr[] }
  | { readonly k: 'constant'; readonly value: boolean | null }
  | { readonly k: 'ellipsis' }
  | { readonly k: 'attribute'; readonly object: Expr; readonly name: string; readonly at: At }
  | {
      readonly k: 'call';
      readonly callee: Expr;
      readonly args: readonly Argument[];
      readonly at: At;
    }
  | { readonly k: 'subscript'; readonly object: Expr; readonly index: Expr; readonly at: At }
  | { readonly k: 'slice'; readonly low?: Expr; readonly high?: Expr; readonly step?: Expr }
  | {
      readonly k: 'binary';
      readonly op: string;
      readonly left: Expr;
      readonly right: Expr;
      readonly at: At;
    }
  | { readonly k: 'unary'; readonly op: string; readonly value: Expr; readonly at: At }
  | {
      readonly k: 'logical';
      readonly op: 'and' | 'or' | '??';
      readonly left: Expr;
      readonly right: Expr;
    }
  | {
      readonly k: 'compare';
      readonly left: Expr;
      readonly rest: readonly (readonly [op: string, right: Expr])[];
      readonly at: At;
    }
  | { readonly k: 'conditional'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly k: 'lambda'; readonly fn: FunctionDef }
  | {
      readonly k: 'sequence';
      readonly type: 'tuple' | 'list' | 'set';
      readonly items: readonly Expr[];
    }
  | { readonly k: 'star'; readonly value: Expr }
  | {
      readonly k: 'dict';
      readonly items: readonly (readonly [key: Expr | undefined, value: Expr])[];
    }
  | {
      readonly k: 'comprehension';
      readonly type: 'list' | 'set' | 'dict' | 'generator';
      readonly key?: Expr;
      readonly value: Expr;
      readonly clauses: readonly Clause[];
    }
  | { readonly k: 'walrus'; readonly target: Expr; readonly value: Expr }
  | { readonly k: 'yield'; readonly value?: Expr; readonly from: boolean }
  | { readonly k: 'unsupported' };

export interface Parameter {
  readonly name: string;
  readonly at: At;
  readonly annotation?: Expr;
  readonly default?: Expr;
  /** 1: `*name`, 2: `**name`. */
  readonly star?: 1 | 2;
  /** Only by keyword (after `*`). */
  readonly keyword?: boolean;
}

export interface FunctionDef {
  readonly name: string;
  readonly at: At;
  readonly parameters: readonly Parameter[];
  readonly returns?: Expr;
  readonly body: readonly Stmt[];
  readonly decorators: readonly Expr[];
  readonly generator: boolean;
  readonly documentation?: string;
  /** Its last line. */
  readonly end: number;
}

export interface ClassDef {
  readonly name: string;
  readonly at: At;
  readonly bases: readonly Argument[];
  readonly body: readonly Stmt[];
  readonly decorators: readonly Expr[];
}

export type Stmt =
  | { readonly k: 'expression'; readonly value: Expr }
  | {
      readonly k: 'assign';
      readonly targets: readonly Expr[];
      readonly value?: Expr;
      readonly annotation?: Expr;
    }
  | { readonly k: 'augment'; readonly op: string; readonly target: Expr; readonly value: Expr }
  | { readonly k: 'return'; readonly value?: Expr }
  | {
      readonly k: 'if';
      readonly test: Expr;
      readonly yes: readonly Stmt[];
      readonly no: readonly Stmt[];
    }
  | {
      readonly k: 'for';
      readonly target: Expr;
      readonly iterable: Expr;
      readonly body: readonly Stmt[];
      readonly otherwise: readonly Stmt[];
    }
  | { readonly k: 'while'; readonly test: Expr; readonly body: readonly Stmt[] }
  | {
      readonly k: 'try';
      readonly body: readonly Stmt[];
      readonly handlers: readonly (readonly Stmt[])[];
      readonly last: readonly Stmt[];
    }
  | {
      readonly k: 'with';
      readonly items: readonly (readonly [value: Expr, target: Expr | undefined])[];
      readonly body: readonly Stmt[];
    }
  | { readonly k: 'function'; readonly fn: FunctionDef }
  | { readonly k: 'class'; readonly cls: ClassDef }
  | { readonly k: 'import'; readonly module: string; readonly alias?: string }
  | {
      readonly k: 'from';
      readonly module: string;
      /** Undefined: every name (`import *`). */
      readonly names?: readonly (readonly [name: string, alias: string])[];
    }
  | { readonly k: 'assert'; readonly test: Expr }
  | { readonly k: 'raise' | 'break' | 'continue' | 'pass' };

/** A top-level statement with its comments by relative line; equal text gives the same object. */
export interface Definition {
  /** The statements as a function without a name, where they do something when the module is loaded. */
  readonly script?: FunctionDef;
  /** It is there before the other definitions run. */
  readonly hoisted?: boolean;
  readonly statements: readonly Stmt[];
  readonly comments: ReadonlyMap<number, string>;
}

/** The targets inside a target: `a, (b, *c)` are three. */
export function targetsIn(target: Expr): readonly Expr[] {
  if (target.k === 'sequence') return target.items.flatMap(targetsIn);
  return target.k === 'star' ? targetsIn(target.value) : [target];
}

/** Blocks that run in the same function as their statement. */
export function blocksOf(s: Stmt): readonly (readonly Stmt[])[] {
  switch (s.k) {
    case 'if':
      return [s.yes, s.no];
    case 'for':
      return [s.body, s.otherwise];
    case 'while':
    case 'with':
      return [s.body];
    case 'try':
      return [s.body, ...s.handlers, s.last];
    default:
      return [];
  }
}

/** The last word of a decorator: `b` of `@a.b(…)`. */
export const nameOfDecorator = (e: Expr): string =>
  e.k === 'name'
    ? e.id
    : e.k === 'attribute'
      ? e.name
      : e.k === 'call'
        ? nameOfDecorator(e.callee)
        : '';
