/** Shapes that comments and docstrings say of parameters: hypotheses, dropped when the code contradicts them. */
import type { Definition, Expr, FunctionDef, Stmt } from '../ast';
import { lineOf, nameOfDecorator } from '../ast';
import { findMember } from '../interpret/attributes';
import {
  bindAny,
  dimsOf,
  equate,
  fresh,
  known,
  requireRank,
  size,
  unknownTensor,
  type Machine,
} from '../machine';
import { constant, type Poly } from '../poly';
import { ranked, type Func, type Value } from '../values';
import { generatedDims } from './generatedDocumentation';
import { homeOf } from './source';

/** Words for the dimensions, by parameter. */
export type Seeds = ReadonlyMap<string, readonly string[]>;

const types =
  /tensor|optional|int\b|float\b|bool\b|str\b|list|tuple|array|default|module|\bor\b|=/i;

/** `inherited` is the documentation of what the function overrides: its own, where it has none. */
export function seedsOf(definition: Definition, fn: FunctionDef, inherited?: string): Seeds {
  const seeds = new Map<string, readonly string[]>();
  // The body sees one item of what the documentation describes.
  if (fn.decorators.some((each) => nameOfDecorator(each) === 'vmap')) return seeds;
  const said = fn.documentation ?? inherited ?? '';
  const documentation = isStale(fn, said) ? '' : said;
  const lines = documentation.split('\n').map((text) => ({ line: -1, text }));
  for (let line = lineOf(fn.at); line <= fn.end; line += 1) {
    const text = definition.comments.get(line);
    if (text !== undefined) lines.push({ line, text });
  }
  const set = firstSet(fn);
  const arrow = /^(.*?)(?:->|→)/.exec(definition.comments.get(lineOf(fn.at)) ?? '')?.[1];
  const inputs = [...(arrow ?? '').matchAll(/[[(][^\])]*[\])]/g)].map(([group]) =>
    bracketed(group),
  );
  fn.parameters.forEach(({ name }, index) => {
    const dims = inputs[index];
    if (dims) seeds.set(name, dims);
  });
  const many = manyRanked(fn);
  for (const name of many) seeds.delete(name);
  for (const { name, at, star, annotation } of fn.parameters) {
    if (star || name === 'self') continue;
    const typed = annotation && annotatedDims(annotation);
    if (typed) {
      seeds.set(name, typed);
      continue;
    }
    if (many.has(name)) continue;
    const beside = definition.comments.get(lineOf(at));
    const alone =
      beside !== undefined && fn.parameters.filter((p) => lineOf(p.at) === lineOf(at)).length === 1;
    const dims =
      lines
        .filter(({ line }) => line < (set.get(name) ?? Infinity))
        .map(({ text }) => dimsIn(text, name))
        .find((found) => found) ??
      dimsOfEntry(entryOf(documentation, name)) ??
      dimsOfBatches(entryOf(documentation, name)) ??
      (alone ? bracketed(beside) : undefined) ??
      generatedDims(fn, name);
    if (dims) seeds.set(name, dims);
  }
  return seeds;
}

/** `Float[Tensor, "b t 3"]` of jaxtyping, `TensorType["b", "t", 3]` of torchtyping. */
function annotatedDims(annotation: Expr): readonly string[] | undefined {
  if (annotation.k !== 'subscript' || annotation.object.k === 'subscript') return undefined;
  const { object, index } = annotation;
  const outer = object.k === 'name' ? object.id : object.k === 'attribute' ? object.name : '';
  const items = index.k === 'sequence' ? index.items : [index];
  const last = items.at(-1);
  let words: string[] = [];
  if (/^(?:(?:Float|Int|UInt|BFloat|Complex)\d*|Bool|Num|Real|Inexact|Shaped)$/.test(outer)) {
    words = (last?.k === 'string' && items.length === 2 && last.value?.split(/\s+/)) || [];
  } else if (outer === 'TensorType') {
    words = items.flatMap((item) =>
      item.k === 'string' ? (item.value ?? '…') : item.k === 'number' ? `${item.value}` : [],
    );
  }
  // Groups of dimensions (`*batch`, `...`) leave the rank open.
  const isPlain = words.every((word) => /^(?:[\p{L}_][\p{L}\p{N}_]*|\d+)$/u.test(word));
  return words.length > 0 && isPlain ? words : undefined;
}

/** A docstring that tells of parameters which are not there is of another time or function. */
function isStale(fn: FunctionDef, documentation: string): boolean {
  const lines = documentation.split('\n');
  const head = lines.findIndex((line) => /^\s*(Args|Arguments|Parameters):\s*$/.test(line));
  if (head < 0 || fn.parameters.some(({ star }) => star)) return false;
  const indent = (line: string): number => line.length - line.trimStart().length;
  const first = indent(lines[head + 1] ?? '');
  const block = lines.slice(head + 1);
  const end = block.findIndex((line) => line.trim() === '' || indent(line) < first);
  const names = (end < 0 ? block : block.slice(0, end))
    .filter((line) => indent(line) === first)
    .flatMap((line) => /^\s*(\w+)\s*(?:\([^)]*\))?:/.exec(line)?.[1] ?? []);
  return names.some((name) => !fn.parameters.some((p) => p.name === name));
}

/** What a docstring says of a parameter: the line that begins with its name, and those further in below it. */
function entryOf(documentation: string, name: string): string {
  const lines = documentation.split('\n');
  const indent = (line: string): number => line.length - line.trimStart().length;
  const escaped = name.replace(/[$.]/g, '\\$&');
  const from = lines.findIndex((line) =>
    new RegExp(`^\\s*${escaped}\\s*(\\([^)]*\\))?:`).test(line),
  );
  const first = lines[from];
  if (first === undefined) return '';
  const rest = lines.slice(from + 1);
  const end = rest.findIndex((line) => line.trim() === '' || indent(line) <= indent(first));
  return [first, ...(end < 0 ? rest : rest.slice(0, end))].map((line) => line.trim()).join(' ');
}
/** `… <float32>[a, b]`, `… shape: (a, b)`. */
function dimsOfEntry(entry: string): readonly string[] | undefined {
  const typed = /<\w+>\s*(\[[^\]]*\])/.exec(entry)?.[1];
  const all = [...entry.matchAll(/\bshapes?\b[^[(]{0,12}([[(][^\])]*[\])])/gi)].map(
    ([, dims]) => dims,
  );
  const worded = all[0];
  // One shape for each of several cases says of none which it is.
  if (all.some((dims) => dims !== worded)) return undefined;
  const said = bracketed(worded ?? '');
  const dims = bracketed(typed ?? '') ?? (said && said.length > 1 ? said : undefined);
  return broadcastTo(entry, dims);
}

/** What is broadcast to a shape has its axes, but some may be one long. */
const broadcastTo = (
  text: string,
  dims: readonly string[] | undefined,
): readonly string[] | undefined => (/broadcast/i.test(text) ? dims?.map(() => '?') : dims);

/** `All dimensions except the last are batch dimensions.` */
const dimsOfBatches = (entry: string): readonly string[] | undefined =>
  /\b(?:dimensions|dims|axes) (?:except|but) (?:for )?the (?:final|last)\b[^.]{0,40}\bbatch/i.test(
    entry,
  )
    ? ['batch...', '?']
    : undefined;

/** `x = [a, b]`, `x: (a, b)`, `x (Tensor): … shape (a, b)`. */
function dimsIn(line: string, name: string): readonly string[] | undefined {
  const escaped = name.replace(/[$.]/g, '\\$&');
  const direct = new RegExp(
    `^\\W*(?::param\\s+)?${escaped}(?:\\.shape|\\.size\\(\\))?\\s*(?:=|:|is|has shape|of shape|shape)?\\s*([[(].*)$`,
    'u',
  ).exec(line);
  const worded = new RegExp(
    `^\\W*(?::param\\s+)?${escaped}\\b.*?\\b(?:shape|size|dims?|dimensions?)\\b[^[(]{0,12}([[(].*)$`,
    'iu',
  ).exec(line);
  const own = direct && bracketed(direct[1]!);
  // `x (self attention)` is a remark.
  if (own?.length === 1 && own[0]!.includes(' ') && !/[=:]/.test(line)) return undefined;
  // `cos[position_ids]` is a part of it.
  if (own?.length === 1 && line.includes(`${name}[`)) return undefined;
  // `lengths = [1, 2, 3]` are values.
  if (own && line.includes('=') && own.length > 1 && own.every((dim) => /^\d+$/.test(dim)))
    return undefined;
  const said = worded ? bracketed(worded[1]!) : undefined;
  // One word in brackets is rather an option than a shape, unless the line says that there is one axis.
  const isOne = /\b1-?d\b|\bshape\s*[=:]\s*$/i;
  const isOption =
    said?.length === 1 &&
    !/^\d+$/.test(said[0]!) &&
    !isOne.test(line.slice(0, -worded![1]!.length));
  return own ?? (isOption ? undefined : broadcastTo(line, said));
}

/** `batch...` in front stands for any number of axes; it is taken for what it mostly is, one. */
const isBatch = (word: string): boolean => /^\w+(\.{3}|…)$/.test(word);

function bracketed(text: string): readonly string[] | undefined {
  const inner = /^[[(]\s*([^()[\]]*?)\s*,?\s*[\])]/.exec(text.trim())?.[1];
  if (!inner || types.test(inner)) return undefined;
  const dims = inner.split(/\s*,\s*|\s+[x×]\s+/);
  const word = /^[\p{L}_][\p{L}\p{N}_ .'-]*$|^\d+$|^[\p{L}\p{N}_ .*+/()-]+$/u;
  const isDim = (dim: string) => dim.length < 40 && word.test(dim) && !/\.\.|^\*/.test(dim);
  const [first = '', ...others] = dims;
  const rest = isBatch(first) && others.length > 0 ? others : dims;
  return dims.length <= 6 && rest.every(isDim) ? dims : undefined;
}

/** Arrays that are told of up to their batches need only be broadcast to each other: their words are their own. */
const shared = (words: readonly string[], sizes: Map<string, Poly>): Map<string, Poly> =>
  isBatch(words[0] ?? '') ? new Map() : sizes;

/** A value of which less is known than a comment says, with the comment's dimensions. */
export function seeded(
  m: Machine,
  value: Value,
  words: readonly string[] | undefined,
  sizes: Map<string, Poly>,
): Value {
  const v = known(m, value);
  if (!words) return v;
  if (v.k === 'union') {
    return { ...v, options: v.options.map((option) => seeded(m, option, words, sizes)) };
  }
  if (v.k !== 'any' && (v.k !== 'tensor' || dimsOf(m, v))) return v;
  const base = v.k === 'tensor' ? v : unknownTensor(m, m.library.default);
  return {
    ...base,
    shape: ranked(words.map((word) => dimension(m, word, shared(words, sizes)))),
    dtype: v.k === 'tensor' ? v.dtype : fresh(m),
  };
}
function dimension(m: Machine, given: string, sizes: Map<string, Poly>): Poly {
  if (/^\d+$/.test(given)) return constant(Number(given));
  const name = wordName(given);
  const seen = name === undefined ? undefined : sizes.get(name);
  if (seen) return seen;
  const dim = size(m, name, { free: true, loose: true });
  if (name !== undefined) sizes.set(name, dim);
  return dim;
}
/** The name that a word for a dimension gives it, where it is a word. */
export function wordName(given: string): string | undefined {
  const word = given.replace(/(\.{3}|…)$/, '');
  return /^[\p{L}_][\p{L}\p{N}_ -]*$/u.test(word) ? word.replace(/[ -]+/g, '_') : undefined;
}

/** The lines where names get other values: comments from there on are about those. */
function firstSet(fn: FunctionDef): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const set = (e: Expr): void => {
    if (e.k === 'sequence') e.items.forEach(set);
    else if (e.k === 'name') lines.set(e.id, Math.min(lines.get(e.id) ?? Infinity, lineOf(e.at)));
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!value || typeof value !== 'object') return;
    const node = value as Stmt;
    if (node.k === 'assign') node.targets.forEach(set);
    if (node.k === 'augment' || node.k === 'for') set(node.target);
    Object.values(node).forEach(visit);
  };
  visit(fn.body);
  return lines;
}

/** Parameters whose rank the code asks for (not only to check it): it takes arrays of several. */
export function manyRanked(fn: FunctionDef): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (e: Expr | undefined): void => void (e?.k === 'name' && found.add(e.id));
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!value || typeof value !== 'object') return;
    const node = value as Expr | Stmt;
    if (node.k === 'assert') return;
    if (node.k === 'if' && node.yes.at(-1)?.k === 'raise') return visit(node.no);
    if (node.k === 'attribute' && node.name === 'ndim') add(node.object);
    if (node.k === 'call') {
      const [first] = node.args;
      const { callee } = node;
      if (callee.k === 'attribute' && callee.name === 'dim') add(callee.object);
      if (callee.k === 'name' && callee.id === 'len' && first?.value.k === 'attribute')
        if (first.value.name === 'shape') add(first.value.object);
    }
    Object.values(node).forEach(visit);
  };
  visit(fn.body);
  return found;
}

/** Values with what comments say of those that are not known. */
export function withSeeds(
  m: Machine,
  values: ReadonlyMap<string, Value>,
  seeds: Seeds,
): Map<string, Value> {
  const sizes = new Map<string, Poly>();
  return new Map(
    [...values].map(([name, value]) => [name, seeded(m, value, seeds.get(name), sizes)]),
  );
}

/** What a class that it derives from says of a method. */
export function inheritedBy(m: Machine, { def, owner }: Func): string | undefined {
  if (def.documentation !== undefined) return undefined;
  for (const base of owner?.bases ?? []) {
    const cls = known(m, base);
    const found = cls.k === 'class' ? findMember(m, cls, def.name)?.value : undefined;
    if (found?.k === 'function') return found.def.documentation ?? inheritedBy(m, found);
  }
  return undefined;
}

const read = new WeakMap<FunctionDef, Seeds>();

/** What is said of the arguments of a call that are not known; it holds for the caller too. */
export function hypothesis(
  m: Machine,
  fn: Func,
  values: ReadonlyMap<string, Value>,
): (() => ReadonlyMap<string, Value>) | undefined {
  const { def } = fn;
  const home = homeOf(def);
  if (!home) return undefined;
  const seeds = read.get(def) ?? seedsOf(home, def, inheritedBy(m, fn));
  read.set(def, seeds);
  const open = [...seeds].filter(([name]) => isOpen(m, values.get(name)));
  if (open.length === 0) return undefined;
  return () => {
    const sizes = new Map<string, Poly>();
    const next = new Map(values);
    for (const [name, words] of open) next.set(name, take(m, values.get(name)!, words, sizes));
    return next;
  };
}

function isOpen(m: Machine, value: Value | undefined): boolean {
  const v = value && known(m, value);
  if (v?.k === 'union')
    return v.options.every((option) => option.k === 'none' || isOpen(m, option));
  return v?.k === 'any' || (v?.k === 'tensor' && !dimsOf(m, v));
}

function take(m: Machine, value: Value, words: readonly string[], sizes: Map<string, Poly>): Value {
  const v = known(m, value);
  if (v.k === 'union')
    return {
      ...v,
      options: v.options.map((one) => (one.k === 'none' ? one : take(m, one, words, sizes))),
    };
  if (v.k === 'tensor') {
    const dims = requireRank(m, v, words.length);
    const known_ = shared(words, sizes);
    dims?.forEach((dim, index) => equate(m, dim, dimension(m, words[index]!, known_)));
    return v;
  }
  const t = seeded(m, v, words, sizes);
  // What has one axis may be a list in the caller.
  if (words.length > 1) bindAny(m, v, t);
  return t;
}
