/** Imports and exports of JavaScript, as modules and CommonJS. */
import { nowhere, type Expr, type Stmt } from '../ast';
import type { SyntaxNode } from '../syntax';
import { namedFunction } from './javascript';
import { expression, keyOf, nameAt, stringOf } from './javascriptExpressions';
import { field, named, type Lowering } from './pythonExpressions';

/** `./a/b.js` is `.a.b` of the importing file's folder, `../c` is `..c`; a package keeps its name. */
export function modulePath(specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const parts = specifier.replace(/\.(?:[cm]?[jt]sx?)$/, '').split('/');
  let dots = '.';
  const words: string[] = [];
  for (const part of parts) {
    if (part === '..') dots += '.';
    else if (part !== '.' && part !== '') words.push(part);
  }
  return dots + (words.join('.') || 'index');
}

const sourceOf = (node: SyntaxNode | undefined): string | undefined =>
  node?.type === 'string' ? modulePath(stringOf(node)) : undefined;

/** `import … from 'x'`, `export {…} from 'x'`, `export {…}`. */
export function importOf(_: Lowering, node: SyntaxNode): Stmt[] {
  const module = sourceOf(field(node, 'source'));
  const clauses = named(node).flatMap((child) =>
    child.type === 'import_clause' ? named(child) : [child],
  );
  if (clauses.some((child) => child.type === 'import_require_clause'))
    return importRequire(clauses);
  if (module === undefined) return clauses.flatMap(renamed);
  const isAll = node.children.some((child) => child?.type === '*');
  if (isAll) return [{ k: 'from', module }];
  return clauses.flatMap((child): Stmt[] => {
    if (child.type === 'identifier')
      return [{ k: 'from', module, names: [['default', child.text]] }];
    if (child.type === 'namespace_import')
      return [{ k: 'import', module, alias: named(child)[0]?.text ?? '' }];
    if (child.type === 'named_imports' || child.type === 'export_clause')
      return [{ k: 'from', module, names: named(child).map(pairOf) }];
    return [];
  });
}
const pairOf = (node: SyntaxNode): readonly [string, string] => {
  const name = field(node, 'name')?.text ?? '';
  return [name, field(node, 'alias')?.text ?? name];
};
/** `import tf = require('x')`. */
const importRequire = (clauses: readonly SyntaxNode[]): Stmt[] =>
  clauses.flatMap((child): Stmt[] => {
    const module = sourceOf(field(child, 'source'));
    const alias = named(child).find((one) => one.type === 'identifier')?.text;
    return module !== undefined && alias !== undefined ? [{ k: 'import', module, alias }] : [];
  });
/** `export {a as b}`: also known as b. */
const renamed = (node: SyntaxNode): Stmt[] =>
  node.type !== 'export_clause'
    ? []
    : named(node).flatMap((child): Stmt[] => {
        const [name, alias] = pairOf(child);
        const at = nowhere;
        return name === alias
          ? []
          : [
              {
                k: 'assign',
                targets: [{ k: 'name', id: alias, at }],
                value: { k: 'name', id: name, at },
              },
            ];
      });

/** `const x = require('x')` and `const {a, b: c} = require('x')`; undefined for anything else. */
export function requireOf(name: SyntaxNode, value: SyntaxNode): Stmt[] | undefined {
  const call = value.type === 'await_expression' ? named(value)[0] : value;
  const callee = call?.type === 'call_expression' ? field(call, 'function') : undefined;
  if (!call || !callee || !(callee.text === 'require' || callee.type === 'import'))
    return undefined;
  const [given] = named(field(call, 'arguments') ?? call);
  const module = sourceOf(given);
  if (module === undefined) return undefined;
  if (name.type === 'identifier') return [{ k: 'import', module, alias: name.text }];
  if (name.type !== 'object_pattern') return undefined;
  const names = named(name).flatMap((child): (readonly [string, string])[] => {
    if (child.type === 'shorthand_property_identifier_pattern') return [[child.text, child.text]];
    const alias = child.type === 'pair_pattern' ? field(child, 'value') : undefined;
    const key = keyOf(field(child, 'key'));
    return alias?.type === 'identifier' && key !== undefined ? [[key, alias.text]] : [];
  });
  return [{ k: 'from', module, names }];
}

/** `module.exports = {a, b: c}`, `exports.a = …`; undefined for any other assignment. */
export function exported(
  low: Lowering,
  left: SyntaxNode | undefined,
  right: SyntaxNode | undefined,
  comment: string | undefined,
): Stmt[] | undefined {
  const of = left?.type === 'member_expression' ? field(left, 'object')?.text : undefined;
  const name = left && field(left, 'property');
  if (!right || !name) return undefined;
  if (of === 'module' && name.text === 'exports') {
    return right.type === 'object' ? named(right).flatMap((child) => entry(low, child)) : [];
  }
  if (of !== 'exports' && of !== 'module.exports') return undefined;
  return define(low, name, right, comment);
}
function entry(low: Lowering, node: SyntaxNode): Stmt[] {
  const name = field(node, 'key');
  const value = field(node, 'value');
  return node.type === 'pair' && name && value ? define(low, name, value, undefined) : [];
}
function define(
  low: Lowering,
  name: SyntaxNode,
  value: SyntaxNode,
  comment: string | undefined,
): Stmt[] {
  if (value.type === 'identifier' && value.text === name.text) return [];
  if (/^(arrow_function|function_expression|function)$/.test(value.type))
    return [namedFunction(low, name, value, comment)];
  const to: Expr = nameAt(low, name);
  return [{ k: 'assign', targets: [to], value: expression(low, value) }];
}
