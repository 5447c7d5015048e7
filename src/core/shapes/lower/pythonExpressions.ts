/** Lowers tree-sitter's Python expressions to the plain tree. */
import { at, type Argument, type Clause, type Expr, type Parameter, type Stmt } from '../ast';
import type { SyntaxNode } from '../syntax';

/** Lines are counted from `origin`, the first row of the top-level definition. */
export interface Lowering {
  readonly origin: number;
  /** Set when a `yield` is met: the function being lowered is a generator. */
  yields: boolean;
}

export const named = (node: SyntaxNode): SyntaxNode[] =>
  node.namedChildren.filter((child) => child !== null && child.type !== 'comment') as SyntaxNode[];
export const field = (node: SyntaxNode, name: string): SyntaxNode | undefined =>
  node.childForFieldName(name) ?? undefined;
export const position = (low: Lowering, node: SyntaxNode) =>
  at(node.startPosition.row - low.origin, node.startPosition.column);

const unsupported: Expr = { k: 'unsupported' };

export function expression(low: Lowering, node: SyntaxNode | undefined): Expr {
  if (!node) return unsupported;
  const lower = lowerings[node.type];
  return lower ? hoistStar(lower(low, node)) : unsupported;
}
/** The grammar reads `a = *x.shape, n` as an attribute of `*x`; it is a star of the attribute. */
function hoistStar(e: Expr): Expr {
  if ((e.k === 'attribute' || e.k === 'subscript') && e.object.k === 'star') {
    return { k: 'star', value: { ...e, object: e.object.value } };
  }
  return e.k === 'call' && e.callee.k === 'star'
    ? { k: 'star', value: { ...e, callee: e.callee.value } }
    : e;
}
const optional = (low: Lowering, node: SyntaxNode | undefined) =>
  node ? expression(low, node) : undefined;
const all = (low: Lowering, node: SyntaxNode) => named(node).map((child) => expression(low, child));

function operator(low: Lowering, node: SyntaxNode): { op: string; position: number } {
  const token = field(node, 'operator') ?? node;
  return { op: token.text, position: position(low, token) };
}

function stringValue(node: SyntaxNode): { value?: string; interpolations: SyntaxNode[] } {
  const parts = named(node);
  const interpolations = parts.filter((part) => part.type === 'interpolation');
  if (interpolations.length > 0) return { interpolations };
  const content = parts.filter((part) => part.type === 'string_content').map((part) => part.text);
  return { value: content.join(''), interpolations };
}

/** `f(a, *b, c=d, **e)` in a call or a class's bases. */
export function argumentList(low: Lowering, node: SyntaxNode | undefined): Argument[] {
  if (!node) return [];
  if (node.type === 'generator_expression') return [{ value: expression(low, node) }];
  return named(node).map((child): Argument => {
    if (child.type === 'keyword_argument') {
      return {
        name: field(child, 'name')?.text ?? '',
        value: expression(low, field(child, 'value')),
      };
    }
    if (child.type === 'list_splat') return { star: 1, value: expression(low, named(child)[0]) };
    if (child.type === 'dictionary_splat')
      return { star: 2, value: expression(low, named(child)[0]) };
    return { value: expression(low, child) };
  });
}

export function parameters(low: Lowering, node: SyntaxNode | undefined): Parameter[] {
  const result: Parameter[] = [];
  let keyword = false;
  for (const child of node ? named(node) : []) {
    if (child.type === 'keyword_separator') keyword = true;
    const parameter = oneParameter(low, child, keyword);
    if (parameter) result.push(parameter);
    if (parameter?.star === 1) keyword = true;
  }
  return result;
}

function oneParameter(low: Lowering, node: SyntaxNode, keyword: boolean): Parameter | undefined {
  const identifier = (name: SyntaxNode | undefined, star?: 1 | 2): Parameter | undefined =>
    name && {
      name: name.text,
      at: position(low, name),
      ...(star ? { star } : keyword ? { keyword } : {}),
    };
  switch (node.type) {
    case 'identifier':
      return identifier(node);
    case 'list_splat_pattern':
      return identifier(named(node)[0], 1);
    case 'dictionary_splat_pattern':
      return identifier(named(node)[0], 2);
    case 'typed_parameter': {
      const inner = named(node)[0];
      const base = inner && oneParameter(low, inner, keyword);
      return base && { ...base, annotation: expression(low, field(node, 'type')) };
    }
    case 'default_parameter':
    case 'typed_default_parameter': {
      const base = identifier(field(node, 'name'));
      const type = field(node, 'type');
      return (
        base && {
          ...base,
          default: expression(low, field(node, 'value')),
          ...(type ? { annotation: expression(low, type) } : {}),
        }
      );
    }
    default:
      return undefined;
  }
}

function comprehension(type: 'list' | 'set' | 'dict' | 'generator') {
  return (low: Lowering, node: SyntaxNode): Expr => {
    const body = field(node, 'body');
    const clauses: { target: Expr; iterable: Expr; conditions: Expr[] }[] = [];
    for (const child of named(node)) {
      if (child.type === 'for_in_clause') {
        const target = expression(low, field(child, 'left'));
        clauses.push({ target, iterable: expression(low, field(child, 'right')), conditions: [] });
      } else if (child.type === 'if_clause') {
        clauses.at(-1)?.conditions.push(expression(low, named(child)[0]));
      }
    }
    const pair = type === 'dict' && body;
    return {
      k: 'comprehension',
      type,
      ...(pair ? { key: expression(low, field(pair, 'key')) } : {}),
      value: expression(low, pair ? field(pair, 'value') : body),
      clauses: clauses satisfies Clause[],
    };
  };
}

const sequence =
  (type: 'tuple' | 'list' | 'set') =>
  (low: Lowering, node: SyntaxNode): Expr => ({ k: 'sequence', type, items: all(low, node) });

function compare(low: Lowering, node: SyntaxNode): Expr {
  const operands = named(node).filter((child) => !/^(not in|is not)$/.test(child.type));
  const tokens: SyntaxNode[] = [];
  const rest: [string, Expr][] = [];
  // `not in` and `is not` are one or two tokens, depending on the version of the grammar.
  let op = '';
  for (const child of node.children) {
    if (!child || child.type === 'comment') continue;
    if (operands.some((operand) => operand.id === child.id)) {
      if (op) rest.push([op, expression(low, child)]);
      op = '';
    } else {
      tokens.push(child);
      op = op ? `${op} ${child.text}` : child.text.replace(/\s+/g, ' ');
    }
  }
  const token = tokens[0] ?? node;
  return { k: 'compare', left: expression(low, operands[0]), rest, at: position(low, token) };
}

function call(low: Lowering, node: SyntaxNode): Expr {
  const callee = field(node, 'function');
  const args = field(node, 'arguments');
  const token =
    callee?.type === 'identifier'
      ? callee
      : callee?.type === 'attribute'
        ? field(callee, 'attribute')
        : args;
  return {
    k: 'call',
    callee: expression(low, callee),
    args: argumentList(low, args),
    at: position(low, token ?? node),
  };
}

function subscript(low: Lowering, node: SyntaxNode): Expr {
  const bracket = node.children.find((child) => child?.type === '[') ?? node;
  const [object, ...indices] = named(node);
  const items = indices.map((index) => expression(low, index));
  const one = items.length === 1 && !node.children.some((child) => child?.type === ',');
  return {
    k: 'subscript',
    object: expression(low, object),
    index: one && items[0] ? items[0] : { k: 'sequence', type: 'tuple', items },
    at: position(low, bracket),
  };
}

function slice(low: Lowering, node: SyntaxNode): Expr {
  const parts: (Expr | undefined)[] = [undefined, undefined, undefined];
  let index = 0;
  for (const child of node.children) {
    if (!child || child.type === 'comment') continue;
    if (child.type === ':') index += 1;
    else parts[index] = expression(low, child);
  }
  const [lower, high, step] = parts;
  return {
    k: 'slice',
    ...(lower ? { low: lower } : {}),
    ...(high ? { high } : {}),
    ...(step ? { step } : {}),
  };
}

function lambda(low: Lowering, node: SyntaxNode): Expr {
  const body = expression(low, field(node, 'body'));
  const value: Stmt = { k: 'return', value: body };
  return {
    k: 'lambda',
    fn: {
      name: 'lambda',
      at: position(low, node),
      parameters: parameters(low, field(node, 'parameters')),
      body: [value],
      decorators: [],
      generator: false,
      end: node.endPosition.row - low.origin,
    },
  };
}

const wrapped = (low: Lowering, node: SyntaxNode): Expr => expression(low, named(node)[0]);
const star = (low: Lowering, node: SyntaxNode): Expr => ({
  k: 'star',
  value: expression(low, named(node)[0]),
});
const constant =
  (value: boolean | null): ((low: Lowering, node: SyntaxNode) => Expr) =>
  () => ({ k: 'constant', value });

/** Complex numbers are none that sizes or element types are reckoned with. */
function numberOf(text: string, integer: boolean): Expr {
  const value = Number(text.replaceAll('_', ''));
  return Number.isNaN(value) ? { k: 'unsupported' } : { k: 'number', value, integer };
}

const lowerings: Record<string, (low: Lowering, node: SyntaxNode) => Expr> = {
  identifier: (low, node) => ({ k: 'name', id: node.text, at: position(low, node) }),
  integer: (_, node) => numberOf(node.text, true),
  float: (_, node) => numberOf(node.text, false),
  string: (low, node) => {
    const { value, interpolations } = stringValue(node);
    const parts = interpolations.map((part) => expression(low, named(part)[0]));
    return value === undefined ? { k: 'string', parts } : { k: 'string', value };
  },
  concatenated_string: (_, node) => {
    const values = named(node).map((part) => stringValue(part).value);
    return values.includes(undefined) ? { k: 'string' } : { k: 'string', value: values.join('') };
  },
  true: constant(true),
  false: constant(false),
  none: constant(null),
  ellipsis: () => ({ k: 'ellipsis' }),
  attribute: (low, node) => {
    const name = field(node, 'attribute');
    return {
      k: 'attribute',
      object: expression(low, field(node, 'object')),
      name: name?.text ?? '',
      at: position(low, name ?? node),
    };
  },
  call,
  subscript,
  slice,
  binary_operator: (low, node) => {
    const token = operator(low, node);
    return {
      k: 'binary',
      op: token.op,
      left: expression(low, field(node, 'left')),
      right: expression(low, field(node, 'right')),
      at: token.position,
    };
  },
  unary_operator: (low, node) => ({
    k: 'unary',
    op: operator(low, node).op,
    value: expression(low, field(node, 'argument')),
    at: position(low, node),
  }),
  not_operator: (low, node) => ({
    k: 'unary',
    op: 'not',
    value: expression(low, field(node, 'argument')),
    at: position(low, node),
  }),
  boolean_operator: (low, node) => ({
    k: 'logical',
    op: operator(low, node).op === 'and' ? 'and' : 'or',
    left: expression(low, field(node, 'left')),
    right: expression(low, field(node, 'right')),
  }),
  comparison_operator: compare,
  conditional_expression: (low, node) => {
    const [yes, test, no] = named(node);
    return {
      k: 'conditional',
      test: expression(low, test),
      yes: expression(low, yes),
      no: expression(low, no),
    };
  },
  lambda,
  tuple: sequence('tuple'),
  expression_list: sequence('tuple'),
  pattern_list: sequence('tuple'),
  tuple_pattern: sequence('tuple'),
  list: sequence('list'),
  list_pattern: sequence('list'),
  set: sequence('set'),
  dictionary: (low, node) => ({
    k: 'dict',
    items: named(node).map((pair) =>
      pair.type === 'pair'
        ? ([expression(low, field(pair, 'key')), expression(low, field(pair, 'value'))] as const)
        : ([undefined, expression(low, named(pair)[0])] as const),
    ),
  }),
  list_comprehension: comprehension('list'),
  set_comprehension: comprehension('set'),
  dictionary_comprehension: comprehension('dict'),
  generator_expression: comprehension('generator'),
  parenthesized_expression: wrapped,
  await: wrapped,
  type: wrapped,
  // In an annotation the grammar reads `Float[Tensor, "b t"]` as a type with parameters.
  generic_type: (low, node) => {
    const [object, parameters] = named(node);
    const items = parameters ? all(low, parameters) : [];
    return {
      k: 'subscript',
      object: expression(low, object),
      index: items.length === 1 && items[0] ? items[0] : { k: 'sequence', type: 'tuple', items },
      at: position(low, parameters ?? node),
    };
  },
  as_pattern_target: wrapped,
  list_splat: star,
  list_splat_pattern: star,
  named_expression: (low, node) => ({
    k: 'walrus',
    target: expression(low, field(node, 'name')),
    value: expression(low, field(node, 'value')),
  }),
  yield: (low, node) => {
    low.yields = true;
    const value = optional(low, named(node)[0]);
    return {
      k: 'yield',
      from: node.children.some((child) => child?.type === 'from'),
      ...(value ? { value } : {}),
    };
  },
};
