/** Targets of JavaScript's assignments and declarations; objects are taken apart name by name. */
import { nowhere, type Expr, type Stmt } from '../ast';
import type { SyntaxNode } from '../syntax';
import {
  expression,
  integer,
  keyOf,
  nameAt,
  primitive,
  text,
  unsupported,
} from './javascriptExpressions';
import { field, named, position, type Lowering } from './pythonExpressions';

/** A target without patterns; an assignment sets the variable where it was declared. */
export function target(low: Lowering, node: SyntaxNode | undefined): Expr {
  const e = expression(low, node);
  return e.k === 'name' ? { ...e, outer: true } : e;
}

/** What a declaration (`const`, a parameter) or an assignment makes of a value. */
export function bind(
  low: Lowering,
  node: SyntaxNode | undefined,
  value: Expr,
  declares: boolean,
): Stmt[] {
  if (!node) return [];
  const simple = (to: Expr, from = value): Stmt[] => [{ k: 'assign', targets: [to], value: from }];
  switch (node.type) {
    case 'identifier':
      return simple(declares ? nameAt(low, node) : target(low, node));
    case 'object_pattern':
    case 'object':
    case 'array_pattern':
    case 'array':
      return apart(low, node, value, declares);
    case 'assignment_pattern':
    case 'object_assignment_pattern':
    case 'assignment_expression': {
      const fallback = expression(low, field(node, 'right'));
      return bind(low, field(node, 'left'), primitive('#default', value, fallback), declares);
    }
    case 'shorthand_property_identifier_pattern':
    case 'shorthand_property_identifier':
      return simple(declares ? nameAt(low, node) : ({ ...nameAt(low, node), outer: true } as Expr));
    default:
      return simple(target(low, node));
  }
}

/** The value gets a name that no program can use, and each part is read from it. */
function apart(low: Lowering, node: SyntaxNode, value: Expr, declares: boolean): Stmt[] {
  const whole: Expr = { k: 'name', id: `#${position(low, node)}`, at: nowhere };
  const first: Stmt = { k: 'assign', targets: [whole], value };
  const isArray = node.type === 'array_pattern' || node.type === 'array';
  return [
    first,
    ...(isArray ? elements(low, node, whole, declares) : properties(low, node, whole, declares)),
  ];
}

function elements(low: Lowering, node: SyntaxNode, whole: Expr, declares: boolean): Stmt[] {
  let count = 0;
  const parts: { readonly index: number; readonly child: SyntaxNode }[] = [];
  for (const child of node.children) {
    if (child?.type === ',') count += 1;
    else if (child?.isNamed && child.type !== 'comment') parts.push({ index: count, child });
  }
  return parts.flatMap(({ index, child }) => {
    if (child.type === 'rest_pattern' || child.type === 'spread_element') {
      const slice: Expr = { k: 'slice', low: integer(index) };
      return bind(
        low,
        named(child)[0],
        { k: 'subscript', object: whole, index: slice, at: nowhere },
        declares,
      );
    }
    const item = primitive('#item', whole, integer(index));
    return bind(low, child, item, declares);
  });
}

function properties(low: Lowering, node: SyntaxNode, whole: Expr, declares: boolean): Stmt[] {
  return named(node).flatMap((child): Stmt[] => {
    const read = (key: SyntaxNode | undefined): Expr => {
      const word = keyOf(key);
      return word === undefined ? unsupported : primitive('#property', whole, text(word));
    };
    switch (child.type) {
      case 'pair_pattern':
      case 'pair':
        return bind(low, field(child, 'value'), read(field(child, 'key')), declares);
      case 'object_assignment_pattern':
      case 'assignment_expression':
        return bind(low, child, read(field(child, 'left')), declares);
      case 'rest_pattern':
      case 'spread_element':
        return bind(low, named(child)[0], whole, declares);
      default:
        return bind(low, child, read(child), declares);
    }
  });
}
