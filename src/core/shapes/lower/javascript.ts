/** Lowers tree-sitter's JavaScript and TypeScript statements to the plain tree. */
import { nowhere, type Expr, type FunctionDef, type Stmt } from '../ast';
import type { SyntaxNode } from '../syntax';
import { classOf, functionOf } from './javascriptFunctions';
import { exported, importOf, requireOf } from './javascriptModules';
import { expression, integer, nameAt, primitive, undefinedValue } from './javascriptExpressions';
import { bind, target } from './javascriptPatterns';
import { typeOf } from './javascriptTypes';
import { field, named, position, type Lowering } from './pythonExpressions';

/** Statements of a block, in order but for functions, which are there from the start. */
export function statements(low: Lowering, nodes: readonly (SyntaxNode | null)[]): Stmt[] {
  const early: Stmt[] = [];
  const rest: Stmt[] = [];
  nodes.forEach((node, index) => {
    if (!node || node.type === 'comment') return;
    const lowered = statement(low, node, docBefore(nodes, index));
    const hoists =
      lowered.length === 1 && node.type === 'function_declaration' && isPlain(lowered[0]!);
    (hoists ? early : rest).push(...lowered);
  });
  return [...early, ...rest];
}
/** Defaults are evaluated with the definition here, so that only those without may move. */
export const isPlain = (s: Stmt): boolean =>
  s.k === 'function' &&
  s.fn.parameters.every(
    ({ default: given }) => !given || given.k === 'number' || given.k === 'constant',
  );

export const block = (low: Lowering, node: SyntaxNode | undefined): Stmt[] => {
  if (!node) return [];
  return node.type === 'statement_block'
    ? statements(low, node.namedChildren)
    : statements(low, [node]);
};

const docBefore = (nodes: readonly (SyntaxNode | null)[], index: number): string | undefined => {
  const before = nodes[index - 1];
  return before?.type === 'comment' && before.text.startsWith('/**') ? before.text : undefined;
};

export function statement(low: Lowering, node: SyntaxNode, comment?: string): Stmt[] {
  return lowerings[node.type]?.(low, node, comment) ?? [];
}

const isFunction = (node: SyntaxNode | undefined): node is SyntaxNode =>
  !!node && /^(arrow_function|function_expression|function|generator_function)$/.test(node.type);

function declaration(low: Lowering, node: SyntaxNode, comment?: string): Stmt[] {
  return named(node).flatMap((child): Stmt[] => {
    if (child.type !== 'variable_declarator') return [];
    const name = field(child, 'name');
    const value = field(child, 'value');
    if (!name) return [];
    // A variable is declared before something inside sets it.
    if (!value) return bind(low, name, undefinedValue, true);
    if (name.type === 'identifier') {
      const fn = isFunction(value) && namedFunction(low, name, value, comment);
      if (fn) return [fn];
      if (value.type === 'class') return [{ k: 'class', cls: classOf(low, value, name) }];
    }
    const required = requireOf(name, value);
    if (required) return required;
    const type = field(child, 'type');
    const kind = type && typeOf(low, type);
    const given = expression(low, value);
    return bind(low, name, kind ? primitive('#as', given, kind) : given, true);
  });
}

export function namedFunction(
  low: Lowering,
  name: SyntaxNode,
  node: SyntaxNode,
  comment: string | undefined,
): Stmt {
  const fn: FunctionDef = functionOf(low, node, {
    name,
    ...(comment === undefined ? {} : { comment }),
  });
  return { k: 'function', fn };
}

function expressionStatement(low: Lowering, node: SyntaxNode, comment?: string): Stmt[] {
  const value = named(node)[0];
  if (!value) return [];
  if (value.type === 'assignment_expression') {
    const left = field(value, 'left');
    const right = field(value, 'right');
    return exported(low, left, right, comment) ?? bind(low, left, expression(low, right), false);
  }
  if (value.type === 'augmented_assignment_expression') {
    const op = (field(value, 'operator')?.text ?? '').replace(/=$/, '');
    if (/^[-+*/%]$|^\*\*$/.test(op)) {
      const to = target(low, field(value, 'left'));
      return [{ k: 'augment', op, target: to, value: expression(low, field(value, 'right')) }];
    }
  }
  return [{ k: 'expression', value: expression(low, value) }];
}

function conditional(low: Lowering, node: SyntaxNode): Stmt {
  const otherwise = field(node, 'alternative');
  const no = otherwise?.type === 'else_clause' ? named(otherwise)[0] : otherwise;
  return {
    k: 'if',
    test: expression(low, field(node, 'condition')),
    yes: block(low, field(node, 'consequence')),
    no: block(low, no),
  };
}

/** `for (const x of xs)`, `for (const key in object)`. */
function forIn(low: Lowering, node: SyntaxNode): Stmt {
  const left = field(node, 'left');
  const declares = node.children.some((child) => /^(const|let|var)$/.test(child?.type ?? ''));
  const each: Expr = { k: 'name', id: `#${position(low, node)}`, at: nowhere };
  const over = expression(low, field(node, 'right'));
  const isKeys = field(node, 'operator')?.text === 'in';
  const isName = left?.type === 'identifier' && declares;
  return {
    k: 'for',
    target: isName ? nameAt(low, left) : each,
    iterable: isKeys ? primitive('#keys', over) : over,
    body: [...(isName ? [] : bind(low, left, each, declares)), ...block(low, field(node, 'body'))],
    otherwise: [],
  };
}

/** `for (let i = a; i < b; i += c)` counts; any other is a `while`. */
function forLoop(low: Lowering, node: SyntaxNode): Stmt[] {
  const start = field(node, 'initializer');
  const before = start
    ? lowerings[start.type]
      ? statement(low, start)
      : [asStatement(low, start)]
    : [];
  const inside = field(node, 'condition');
  const condition = inside?.type === 'expression_statement' ? named(inside)[0] : inside;
  const step = field(node, 'increment');
  const body = block(low, field(node, 'body'));
  const counted = countedRange(low, before, condition, step, body);
  if (counted) return [counted];
  const after = step ? [asStatement(low, step)] : [];
  const test: Expr = condition ? expression(low, condition) : { k: 'constant', value: true };
  return [...before, { k: 'while', test, body: [...body, ...after] }];
}
const asStatement = (low: Lowering, node: SyntaxNode): Stmt => ({
  k: 'expression',
  value: expression(low, node),
});

function countedRange(
  low: Lowering,
  before: readonly Stmt[],
  condition: SyntaxNode | undefined,
  step: SyntaxNode | undefined,
  body: readonly Stmt[],
): Stmt | undefined {
  const [first] = before;
  const counter = first?.k === 'assign' ? first.targets[0] : undefined;
  if (before.length !== 1 || first?.k !== 'assign' || counter?.k !== 'name' || !first.value)
    return undefined;
  const test = condition && expression(low, condition);
  const compared = test?.k === 'compare' && test.rest.length === 1 ? test : undefined;
  if (compared?.left.k !== 'name' || compared.left.id !== counter.id) return undefined;
  const by = stepOf(low, step, counter.id);
  if (!by || changes(body, counter.id)) return undefined;
  const [op, end] = compared.rest[0]!;
  const isUp = op === '<' || op === '<=' || op === '!==';
  const isDown = op === '>' || op === '>=';
  if (!isUp && !isDown) return undefined;
  const shift: Expr = integer(op === '<=' ? 1 : op === '>=' ? -1 : 0);
  const last: Expr =
    op === '<=' || op === '>='
      ? { k: 'binary', op: '+', left: end, right: shift, at: nowhere }
      : end;
  const isDefault =
    first.value.k === 'number' && first.value.value === 0 && by.k === 'number' && by.value === 1;
  const args = isDefault
    ? [last]
    : by.k === 'number' && by.value === 1
      ? [first.value, last]
      : [first.value, last, by];
  return { k: 'for', target: counter, iterable: primitive('#range', ...args), body, otherwise: [] };
}

/** How much a counter grows: `i++`, `i += 2`, `--i`. */
function stepOf(low: Lowering, node: SyntaxNode | undefined, name: string): Expr | undefined {
  if (node?.type === 'update_expression' && field(node, 'argument')?.text === name)
    return integer(field(node, 'operator')?.text === '--' ? -1 : 1);
  if (node?.type !== 'augmented_assignment_expression' || field(node, 'left')?.text !== name)
    return undefined;
  const by = expression(low, field(node, 'right'));
  const op = field(node, 'operator')?.text;
  if (op === '-=' && by.k === 'number') return { ...by, value: -by.value };
  return op === '+=' ? by : undefined;
}
/** Whether a body sets the counter itself. */
function changes(body: readonly Stmt[], name: string): boolean {
  const visit = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(visit);
    if (!value || typeof value !== 'object') return false;
    if ('outer' in value && 'id' in value && value.id === name) return true;
    return Object.values(value).some(visit);
  };
  return visit(body);
}

/** `switch` as a chain of tests; a case that runs into the next takes its statements too. */
function switchStatement(low: Lowering, node: SyntaxNode): Stmt[] {
  const value = expression(low, field(node, 'value'));
  const cases = named(field(node, 'body') ?? node).filter((child) => /^switch_/.test(child.type));
  const bodies = cases.map((child) => {
    const label = field(child, 'value');
    const all = named(child).filter((inner) => inner.id !== label?.id);
    return statements(low, all);
  });
  const from = (index: number): Stmt[] => {
    const all: Stmt[] = [];
    for (const body of bodies.slice(index)) {
      const stop = body.findIndex((s) => s.k === 'break' || s.k === 'return' || s.k === 'raise');
      all.push(...(stop < 0 ? body : body.slice(0, body[stop]!.k === 'break' ? stop : stop + 1)));
      if (stop >= 0) break;
    }
    return all;
  };
  const fallback = cases.findIndex((child) => child.type === 'switch_default');
  let chain: Stmt[] = fallback < 0 ? [] : from(fallback);
  for (let index = cases.length - 1; index >= 0; index -= 1) {
    const label = field(cases[index]!, 'value');
    if (!label) continue;
    const at = position(low, label);
    const test: Expr = { k: 'compare', left: value, rest: [['===', expression(low, label)]], at };
    chain = [{ k: 'if', test, yes: from(index), no: chain }];
  }
  // A `break` deeper inside leaves the switch, as it would leave a loop of one round.
  const once: Expr = { k: 'sequence', type: 'tuple', items: [integer(0)] };
  const each: Expr = { k: 'name', id: `#${position(low, node)}`, at: nowhere };
  return [{ k: 'for', target: each, iterable: once, body: chain, otherwise: [] }];
}

function tryStatement(low: Lowering, node: SyntaxNode): Stmt {
  const handler = field(node, 'handler');
  const finalizer = field(node, 'finalizer');
  return {
    k: 'try',
    body: block(low, field(node, 'body')),
    handlers: handler ? [block(low, field(handler, 'body'))] : [],
    last: finalizer ? block(low, field(finalizer, 'body') ?? named(finalizer)[0]) : [],
  };
}

/** Types alone: nothing of them is there when the program runs. */
function exportStatement(low: Lowering, node: SyntaxNode, comment?: string): Stmt[] {
  const inner = field(node, 'declaration');
  if (inner && inner.type !== 'ambient_declaration') return statement(low, inner, comment);
  const value = field(node, 'value');
  if (value) {
    const name: Expr = { k: 'name', id: 'default', at: nowhere };
    return [{ k: 'assign', targets: [name], value: expression(low, value) }];
  }
  return importOf(low, node);
}

type Lower = (low: Lowering, node: SyntaxNode, comment?: string) => Stmt[];
const lowerings: Record<string, Lower> = {
  expression_statement: expressionStatement,
  lexical_declaration: declaration,
  variable_declaration: declaration,
  function_declaration: (low, node, comment) => [
    { k: 'function', fn: functionOf(low, node, comment === undefined ? {} : { comment }) },
  ],
  generator_function_declaration: (low, node) => [{ k: 'function', fn: functionOf(low, node) }],
  class_declaration: (low, node) => [{ k: 'class', cls: classOf(low, node) }],
  abstract_class_declaration: (low, node) => [{ k: 'class', cls: classOf(low, node) }],
  statement_block: (low, node) => statements(low, node.namedChildren),
  if_statement: (low, node) => [conditional(low, node)],
  for_statement: forLoop,
  for_in_statement: (low, node) => [forIn(low, node)],
  while_statement: (low, node) => [
    {
      k: 'while',
      test: expression(low, field(node, 'condition')),
      body: block(low, field(node, 'body')),
    },
  ],
  do_statement: (low, node) => {
    const body = block(low, field(node, 'body'));
    const test = expression(low, field(node, 'condition'));
    return [
      {
        k: 'while',
        test: { k: 'constant', value: true },
        body: [...body, { k: 'expression', value: test }],
      },
    ];
  },
  switch_statement: switchStatement,
  try_statement: (low, node) => [tryStatement(low, node)],
  labeled_statement: (low, node) => block(low, field(node, 'body')),
  return_statement: (low, node) => {
    const value = named(node)[0];
    return [{ k: 'return', ...(value ? { value: expression(low, value) } : {}) }];
  },
  throw_statement: () => [{ k: 'raise' }],
  break_statement: () => [{ k: 'break' }],
  continue_statement: () => [{ k: 'continue' }],
  import_statement: importOf,
  export_statement: exportStatement,
};
