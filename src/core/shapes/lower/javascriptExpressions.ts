/** Lowers tree-sitter's JavaScript and TypeScript expressions to the plain tree. */
import { nowhere, type Argument, type Expr } from '../ast';
import type { SyntaxNode } from '../syntax';
import { functionOf } from './javascriptFunctions';
import { target } from './javascriptPatterns';
import { typeOf } from './javascriptTypes';
import { field, named, position, type Lowering } from './pythonExpressions';

export const unsupported: Expr = { k: 'unsupported' };
export const undefinedValue: Expr = { k: 'constant', value: null };

export const text = (value: string): Expr => ({ k: 'string', value });
export const integer = (value: number): Expr => ({ k: 'number', value, integer: true });
export const nameAt = (low: Lowering, node: SyntaxNode, id = node.text): Expr => ({
  k: 'name',
  id,
  at: position(low, node),
});
/** A call of something that the language has, whose name no program can use. */
export const primitive = (id: string, ...args: Expr[]): Expr => ({
  k: 'call',
  callee: { k: 'name', id, at: nowhere },
  args: args.map((value) => ({ value })),
  at: nowhere,
});

export function expression(low: Lowering, node: SyntaxNode | undefined): Expr {
  const lower = node && lowerings[node.type];
  return lower ? lower(low, node) : unsupported;
}
const inner = (low: Lowering, node: SyntaxNode): Expr => expression(low, named(node)[0]);

/** Items of an array, arguments of a call: `...x` is a star. */
function items(low: Lowering, node: SyntaxNode): Expr[] {
  return named(node).map((child) =>
    child.type === 'spread_element'
      ? { k: 'star', value: inner(low, child) }
      : expression(low, child),
  );
}
export const argumentsOf = (low: Lowering, node: SyntaxNode | undefined): Argument[] =>
  node?.type === 'arguments'
    ? items(low, node).map((value) =>
        value.k === 'star' ? { value: value.value, star: 1 } : { value },
      )
    : [];

/** The word of a property, which may be written as a string. */
export const keyOf = (node: SyntaxNode | undefined): string | undefined => {
  if (!node || node.type === 'computed_property_name') return undefined;
  return node.type === 'string' ? stringOf(node) : node.text;
};
export const stringOf = (node: SyntaxNode): string =>
  named(node)
    .map((part) => (part.type === 'string_fragment' ? part.text : '\n'))
    .join('');

function object(low: Lowering, node: SyntaxNode): Expr {
  const entries = named(node).map((child): readonly [Expr | undefined, Expr] => {
    switch (child.type) {
      case 'pair': {
        const key = field(child, 'key');
        const word = keyOf(key);
        const value = expression(low, field(child, 'value'));
        return [word === undefined ? (key ? inner(low, key) : unsupported) : text(word), value];
      }
      case 'shorthand_property_identifier':
        return [text(child.text), nameAt(low, child)];
      case 'spread_element':
        return [undefined, inner(low, child)];
      case 'method_definition':
        return [
          text(keyOf(field(child, 'name')) ?? ''),
          { k: 'lambda', fn: functionOf(low, child) },
        ];
      default:
        return [text(''), unsupported];
    }
  });
  return { k: 'dict', items: entries };
}

function member(low: Lowering, node: SyntaxNode): Expr {
  const property = field(node, 'property');
  const of = field(node, 'object');
  return {
    k: 'attribute',
    object: of?.type === 'super' ? superOf : expression(low, of),
    name: property?.text ?? '',
    at: position(low, property ?? node),
  };
}
const superOf = primitive('super');

const bracketOf = (node: SyntaxNode): SyntaxNode =>
  node.children.find((child) => child?.type === '[') ?? node;

function subscript(low: Lowering, node: SyntaxNode): Expr {
  return {
    k: 'subscript',
    object: expression(low, field(node, 'object')),
    index: expression(low, field(node, 'index')),
    at: position(low, bracketOf(node)),
  };
}

function call(low: Lowering, node: SyntaxNode): Expr {
  const callee = field(node, 'function') ?? field(node, 'constructor');
  const list = field(node, 'arguments');
  const args = argumentsOf(low, list);
  if (!callee) return unsupported;
  if (callee.type === 'super') {
    const at = position(low, callee);
    const init: Expr = { k: 'attribute', object: superOf, name: '__init__', at };
    return { k: 'call', callee: init, args, at };
  }
  const isImport = callee.type === 'import' || callee.text === 'require';
  const fn = expression(low, callee);
  return {
    k: 'call',
    callee: isImport ? { k: 'name', id: '#require', at: nowhere } : fn,
    args,
    at: fn.k === 'lambda' ? position(low, list ?? node) : 'at' in fn ? fn.at : position(low, node),
  };
}

const comparisons = new Set(['<', '>', '<=', '>=', '==', '===', '!=', '!==', 'in']);
const logicals: Record<string, 'and' | 'or' | '??'> = { '&&': 'and', '||': 'or', '??': '??' };

function binary(low: Lowering, node: SyntaxNode): Expr {
  const operator = field(node, 'operator');
  const op = operator?.text ?? '';
  const left = expression(low, field(node, 'left'));
  const right = expression(low, field(node, 'right'));
  return binaryOf(low, operator ?? node, op, left, right);
}
function binaryOf(low: Lowering, node: SyntaxNode, op: string, left: Expr, right: Expr): Expr {
  const logical = logicals[op];
  if (logical) return { k: 'logical', op: logical, left, right };
  const at = position(low, node);
  if (op === 'instanceof') return primitive('#instanceof', left, right);
  if (!comparisons.has(op)) return { k: 'binary', op, left, right, at };
  const strict = op === '==' || op === '!=' ? `${op}=` : op;
  return { k: 'compare', left, rest: [[strict, right]], at };
}

function unary(low: Lowering, node: SyntaxNode): Expr {
  const op = field(node, 'operator')?.text ?? '';
  const value = expression(low, field(node, 'argument'));
  if (op === 'typeof') return primitive('#typeof', value);
  if (op === '+') return primitive('#number', value);
  if (op === 'void') return undefinedValue;
  if (op === '-' && value.k === 'number') return { ...value, value: -value.value };
  return op === 'delete'
    ? unsupported
    : { k: 'unary', op: op === '!' ? 'not' : op, value, at: position(low, node) };
}

/** `x += y` as an expression, and `x++`, whose value is the one before. */
function augmented(low: Lowering, node: SyntaxNode): Expr {
  const left = field(node, 'left');
  const operator = field(node, 'operator') ?? node;
  const value = expression(low, field(node, 'right'));
  const op = operator.text.replace(/=$/, '');
  const next = binaryOf(low, operator, op, expression(low, left), value);
  return { k: 'walrus', target: target(low, left), value: next };
}
function update(low: Lowering, node: SyntaxNode): Expr {
  const operand = field(node, 'argument');
  const operator = field(node, 'operator') ?? node;
  const before = expression(low, operand);
  const next = binaryOf(low, operator, operator.text === '--' ? '-' : '+', before, integer(1));
  const changed: Expr = { k: 'walrus', target: target(low, operand), value: next };
  return operator.startPosition.column < (operand?.startPosition.column ?? 0)
    ? changed
    : oneOf([before, changed], 0);
}
/** All are evaluated, one is the value. */
function oneOf(all: readonly Expr[], index: number): Expr {
  const object: Expr = { k: 'sequence', type: 'tuple', items: all };
  return { k: 'subscript', object, index: integer(index), at: nowhere };
}

function template(low: Lowering, node: SyntaxNode): Expr {
  const parts = named(node).filter((part) => part.type === 'template_substitution');
  if (parts.length > 0) return { k: 'string', parts: parts.map((part) => inner(low, part)) };
  return text(stringOf(node));
}

function number(node: SyntaxNode): Expr {
  const value = Number(node.text.replaceAll('_', '').replace(/n$/, ''));
  return { k: 'number', value, integer: Number.isInteger(value) };
}

type Lower = (low: Lowering, node: SyntaxNode) => Expr;
const lambda: Lower = (low, node) => ({ k: 'lambda', fn: functionOf(low, node) });
/** `x as T` and `<T>x`: what T says counts where nothing else is known. */
const asserted = (value: number, type: number): Lower => {
  return (low, node) => {
    const parts = named(node);
    const kind = parts[type] && typeOf(low, parts[type]);
    const given = expression(low, parts[value]);
    return kind ? primitive('#as', given, kind) : given;
  };
};

const lowerings: Record<string, Lower> = {
  identifier: (low, node) => (node.text === 'undefined' ? undefinedValue : nameAt(low, node)),
  this: nameAt,
  undefined: () => undefinedValue,
  null: () => undefinedValue,
  true: () => ({ k: 'constant', value: true }),
  false: () => ({ k: 'constant', value: false }),
  number: (_, node) => number(node),
  string: (_, node) => text(stringOf(node)),
  template_string: template,
  regex: () => unsupported,
  array: (low, node) => ({ k: 'sequence', type: 'list', items: items(low, node) }),
  object,
  member_expression: member,
  subscript_expression: subscript,
  call_expression: call,
  new_expression: call,
  await_expression: inner,
  parenthesized_expression: inner,
  non_null_expression: inner,
  satisfies_expression: inner,
  as_expression: asserted(0, 1),
  type_assertion: asserted(1, 0),
  binary_expression: binary,
  unary_expression: unary,
  update_expression: update,
  augmented_assignment_expression: augmented,
  assignment_expression: (low, node) => ({
    k: 'walrus',
    target: target(low, field(node, 'left')),
    value: expression(low, field(node, 'right')),
  }),
  ternary_expression: (low, node) => ({
    k: 'conditional',
    test: expression(low, field(node, 'condition')),
    yes: expression(low, field(node, 'consequence')),
    no: expression(low, field(node, 'alternative')),
  }),
  sequence_expression: (low, node) => {
    const all = items(low, node);
    return oneOf(all, all.length - 1);
  },
  arrow_function: lambda,
  function_expression: lambda,
  function: lambda,
  generator_function: lambda,
  yield_expression: (low, node) => {
    low.yields = true;
    const value = named(node)[0];
    const from = node.children.some((child) => child?.type === '*');
    return { k: 'yield', from, ...(value ? { value: expression(low, value) } : {}) };
  },
};
