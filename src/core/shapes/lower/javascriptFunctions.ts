/** Functions and classes of JavaScript: methods take `this` first, constructors are `__init__`. */
import {
  nowhere,
  type Argument,
  type ClassDef,
  type Expr,
  type FunctionDef,
  type Parameter,
  type Stmt,
} from '../ast';
import type { SyntaxNode } from '../syntax';
import { block } from './javascript';
import { expression, keyOf, nameAt, primitive } from './javascriptExpressions';
import { bind } from './javascriptPatterns';
import { documented, documentedType, typeOf } from './javascriptTypes';
import { field, named, position, type Lowering } from './pythonExpressions';

const self: Parameter = { name: 'this', at: nowhere };
const thisName: Expr = { k: 'name', id: 'this', at: nowhere };
const decorator = (id: string): Expr => ({ k: 'name', id, at: nowhere });

/** The statements that must run before the body: patterns taken apart. */
interface Header {
  readonly parameters: Parameter[];
  readonly before: Stmt[];
}

export interface FunctionOptions {
  readonly name?: SyntaxNode;
  readonly comment?: string;
  /** A method, which takes `this`. */
  readonly method?: boolean;
  readonly decorators?: readonly Expr[];
  /** Statements that run first (fields of a class). */
  readonly first?: readonly Stmt[];
}

export function functionOf(
  low: Lowering,
  node: SyntaxNode,
  { name, comment, method = false, decorators = [], first = [] }: FunctionOptions = {},
): FunctionDef {
  const word = name ?? field(node, 'name');
  const inner: Lowering = { origin: low.origin, yields: false };
  const doc = comment === undefined ? undefined : documented(comment);
  const { parameters, before } = parametersOf(inner, node, doc?.types ?? new Map());
  const bodyNode = field(node, 'body');
  const body: Stmt[] =
    bodyNode?.type === 'statement_block'
      ? block(inner, bodyNode)
      : [{ k: 'return', value: expression(inner, bodyNode) }];
  const own = keyOf(word) ?? '';
  return {
    name: method && own === 'constructor' ? '__init__' : own,
    at: position(low, word ?? node),
    parameters: method ? [self, ...parameters] : parameters,
    body: [...before, ...withFields(body, first)],
    decorators,
    generator: inner.yields || node.children.some((child) => child?.type === '*'),
    end: node.endPosition.row - low.origin,
    ...(doc ? { documentation: doc.text } : {}),
  };
}
/** Fields are there when the constructor of the base has run. */
function withFields(body: readonly Stmt[], fields: readonly Stmt[]): Stmt[] {
  const isSuper = (s: Stmt): boolean =>
    s.k === 'expression' &&
    s.value.k === 'call' &&
    s.value.callee.k === 'attribute' &&
    s.value.callee.name === '__init__';
  const after = body.findIndex(isSuper) + 1;
  return [...body.slice(0, after), ...fields, ...body.slice(after)];
}

function parametersOf(low: Lowering, node: SyntaxNode, types: ReadonlyMap<string, string>): Header {
  const single = field(node, 'parameter');
  const list = field(node, 'parameters');
  const header: Header = { parameters: [], before: [] };
  for (const child of single ? [single] : list ? named(list) : []) {
    addParameter(low, child, types, header);
  }
  return header;
}

function addParameter(
  low: Lowering,
  node: SyntaxNode,
  types: ReadonlyMap<string, string>,
  { parameters, before }: Header,
): void {
  const isTyped = node.type === 'required_parameter' || node.type === 'optional_parameter';
  const pattern = isTyped
    ? (field(node, 'pattern') ?? named(node)[0])
    : node.type === 'assignment_pattern'
      ? field(node, 'left')
      : node;
  if (!pattern || pattern.type === 'this') return;
  const type = isTyped ? field(node, 'type') : undefined;
  const value = field(node, isTyped ? 'value' : 'right');
  const isRest = pattern.type === 'rest_pattern';
  const word = isRest ? named(pattern)[0] : pattern;
  if (!word) return;
  const isName = word.type === 'identifier';
  const name = isName ? word.text : `#${parameters.length}`;
  const noted = isName ? types.get(name) : undefined;
  const annotation = type
    ? typeOf(low, type)
    : noted === undefined
      ? undefined
      : documentedType(low, word, noted);
  parameters.push({
    name,
    at: isName ? position(low, word) : nowhere,
    ...(isRest ? { star: 1 } : {}),
    ...(annotation ? { annotation } : {}),
    ...(value ? { default: expression(low, value) } : {}),
  });
  if (!isName) before.push(...bind(low, word, { k: 'name', id: name, at: nowhere }, true));
  // `constructor(private size: number)` keeps what it is given.
  if (node.children.some((child) => /^(accessibility_modifier|readonly)$/.test(child?.type ?? '')))
    before.push(setField(name, position(low, word), nameAt(low, word)));
}
const setField = (name: string, place: number, value: Expr): Stmt => ({
  k: 'assign',
  targets: [{ k: 'attribute', object: thisName, name, at: place }],
  value,
});

const has = (node: SyntaxNode, word: string): boolean =>
  node.children.some((child) => child?.type === word || (!child?.isNamed && child?.text === word));

export function classOf(low: Lowering, node: SyntaxNode, given?: SyntaxNode): ClassDef {
  const name = given ?? field(node, 'name');
  const members = named(field(node, 'body') ?? node);
  const base = baseOf(low, node);
  const isField = (member: SyntaxNode) =>
    member.type === 'field_definition' || member.type === 'public_field_definition';
  const fields = members.filter((member) => isField(member) && !has(member, 'static'));
  const first = fields.flatMap((member): Stmt[] => {
    const word = field(member, 'property') ?? field(member, 'name');
    const value = field(member, 'value');
    const key = keyOf(word);
    return word && value && key !== undefined
      ? [setField(key, position(low, word), expression(low, value))]
      : [];
  });
  const body = members.flatMap((member, index): Stmt[] => {
    if (member.type === 'method_definition') {
      return [methodOf(low, member, commentBefore(node, members, index), first)];
    }
    if (!isField(member) || !has(member, 'static')) return [];
    const word = field(member, 'property') ?? field(member, 'name');
    const value = field(member, 'value');
    return word && value
      ? [{ k: 'assign', targets: [nameAt(low, word)], value: expression(low, value) }]
      : [];
  });
  const isMade = body.some((s) => s.k === 'function' && s.fn.name === '__init__');
  const place = position(low, name ?? node);
  if (!isMade && first.length > 0)
    body.unshift({ k: 'function', fn: constructorOf(low, node, place, first, base !== undefined) });
  return {
    name: name?.text ?? '',
    at: place,
    bases: base ? [base] : [],
    body,
    decorators: [],
  };
}

function methodOf(
  low: Lowering,
  node: SyntaxNode,
  comment: string | undefined,
  fields: readonly Stmt[],
): Stmt {
  const isStatic = has(node, 'static');
  const decorators = [
    ...(isStatic ? [decorator('staticmethod')] : []),
    ...(has(node, 'get') ? [decorator('property')] : []),
  ];
  const isConstructor = field(node, 'name')?.text === 'constructor';
  const fn = functionOf(low, node, {
    method: !isStatic,
    decorators,
    ...(comment === undefined ? {} : { comment }),
    ...(isConstructor ? { first: fields } : {}),
  });
  // A setter must not take the place of its getter.
  return { k: 'function', fn: has(node, 'set') ? { ...fn, name: `#set ${fn.name}` } : fn };
}

/** The constructor that a class with fields has without being written. */
function constructorOf(
  low: Lowering,
  node: SyntaxNode,
  place: number,
  fields: readonly Stmt[],
  isDerived: boolean,
): FunctionDef {
  const rest: Expr = { k: 'name', id: 'args', at: nowhere };
  const init: Expr = {
    k: 'attribute',
    object: primitive('super'),
    name: '__init__',
    at: nowhere,
  };
  const args: Argument[] = [{ value: rest, star: 1 }];
  const call: Stmt = { k: 'expression', value: { k: 'call', callee: init, args, at: nowhere } };
  return {
    name: '__init__',
    at: place,
    parameters: [self, { name: 'args', at: nowhere, star: 1 }],
    body: isDerived ? [call, ...fields] : [...fields],
    decorators: [],
    generator: false,
    end: node.endPosition.row - low.origin,
  };
}

function baseOf(low: Lowering, node: SyntaxNode): Argument | undefined {
  const heritage = named(node).find((child) => child.type === 'class_heritage');
  const clause =
    heritage && (named(heritage).find((child) => child.type === 'extends_clause') ?? heritage);
  const value = clause && (field(clause, 'value') ?? named(clause)[0]);
  if (!value || value.type === 'implements_clause') return undefined;
  return { value: expression(low, value) };
}

/** The JSDoc that stands right before a member. */
function commentBefore(
  node: SyntaxNode,
  members: readonly SyntaxNode[],
  index: number,
): string | undefined {
  const all = (field(node, 'body') ?? node).namedChildren;
  const place = all.findIndex((child) => child?.id === members[index]!.id);
  const before = all[place - 1];
  return before?.type === 'comment' && before.text.startsWith('/**') ? before.text : undefined;
}
