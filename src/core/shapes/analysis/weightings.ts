/**
 * Attention that is written out: a softmax over the products of two arrays that are both data, however they are
 * scaled, masked and dropped on the way (Vaswani et al. 2017, §3.2.1). Found in the text of a function; what its parts
 * are is for the run to say.
 */
import { targetsIn, blocksOf, type At, type Expr, type FunctionDef, type Stmt } from '../ast';
import { dimsOf, isStored, known, type Machine, type Recorded } from '../machine';
import type { Tensor } from '../values';

export interface Weighting {
  /** The softmax, and the names that are given its result. */
  readonly places: readonly At[];
  /** The product of queries and keys. */
  readonly scores: Product;
  /** What is weighted, where that is seen. */
  readonly values?: Expr;
}

/** What is known of the weights at a place: the runs of the product that they are made of, its keys and the values. */
export interface Weights {
  readonly scores: readonly Recorded[];
  readonly kept: readonly (Tensor | undefined)[];
}

/** The weights of a function by their places, where what was recorded of a run bears them out. */
export function weightsIn(
  m: Machine,
  fn: FunctionDef,
  recorded: ReadonlyMap<At, readonly Recorded[]>,
): ReadonlyMap<At, Weights> {
  const found = new Map<At, Weights>();
  const tensorAt = (e: Expr | undefined): Tensor | undefined => {
    const value = e && 'at' in e ? recorded.get(e.at)?.at(-1)?.value : undefined;
    const v = value && known(m, value);
    return v?.k === 'tensor' ? v : undefined;
  };
  const tensorsIn = (e: Expr): Tensor[] => {
    const all: Tensor[] = [];
    visitExpressions(e, (one) => {
      const t = tensorAt(one);
      if (t) all.push(t);
    });
    return all;
  };
  for (const { places, scores, values } of weightingsOf(fn)) {
    const { operands } = scores;
    const runs = recorded.get(scores.at);
    const all = operands.flatMap(tensorsIn);
    // A softmax over what a layer's weights make is no attention.
    const isLayer = operands.some(isWeight) || all.some((t) => t.role ?? isStored(m, t));
    const ranks = operands.map((e) => tensorAt(e)).map((t) => (t && dimsOf(m, t)?.length) ?? 0);
    const isTurned = scores.turns ?? (operands.some(turns) || Math.min(...ranks) > 2);
    if (!runs || all.length === 0 || isLayer || !isTurned) continue;
    const weights = { scores: runs, kept: [tensorAt(operands[1]), tensorAt(values)] };
    for (const place of places) found.set(place, weights);
  }
  return found;
}

/** `self.out.weight`, `W1`. */
const isWeight = (e: Expr): boolean => {
  let found = false;
  visitExpressions(e, (one) => {
    found ||= /^(?:[wW]\d*|[wW]_\w+|.*weights?|kernel)$/.test(wordOf(one));
  });
  return found;
};
/** Keys are turned so that each meets each query. */
const turns = (e: Expr): boolean =>
  /^(?:T|mT|t|transpose|permute|swapaxes|unsqueeze|rearrange|movedim|expand_dims|expandDims)$/.test(
    wordOf(e),
  );

type Call = Extract<Expr, { k: 'call' }>;
interface Product {
  readonly at: At;
  /** It is told to turn one of them. */
  readonly turns?: true;
  readonly operands: readonly [Expr, Expr];
}

const products =
  /^(?:matmul|matMul|bmm|einsum|dot|batch_dot|baddbmm|batch_matmul|batchMatMul|dotGeneral)$/;
/** What leaves the places of a tensor as they are. */
const passing =
  /mask|drop|where|cast|^(?:float|half|to|type|type_as|astype|clamp|clip|div|divide|mul|multiply|add|sub|subtract|minimum|maximum|scale|contiguous|nan_to_num|tril)_?$/i;

const weightings = new WeakMap<FunctionDef, readonly Weighting[]>();

export function weightingsOf(fn: FunctionDef): readonly Weighting[] {
  const found = weightings.get(fn) ?? find(fn);
  weightings.set(fn, found);
  return found;
}

/** An assignment to a name, at its place. */
interface Setting {
  readonly name: string;
  readonly at: At;
  /** The last place in its value. */
  readonly end: At;
  readonly value: Expr;
}

function find(fn: FunctionDef): readonly Weighting[] {
  const calls: Call[] = [];
  const binaries: Extract<Expr, { k: 'binary' }>[] = [];
  visitExpressions(fn.body, (e) => {
    if (e.k === 'call') calls.push(e);
    if (e.k === 'binary' && e.op === '@') binaries.push(e);
  });
  const softmaxes = calls.filter(isSoftmax);
  if (softmaxes.length === 0) return [];
  const settings = settingsIn(fn.body);
  const all = [
    ...binaries.map(({ at, left, right }): Product => ({ at, operands: [left, right] })),
    ...calls.flatMap((one) => productOf(one) ?? []),
  ];
  return softmaxes.flatMap((softmax): Weighting[] => {
    const scores = sourceOf(inputOf(softmax), settings, productIn);
    if (!scores) return [];
    const isIt = (e: Expr): At | undefined => (e === softmax ? softmax.at : undefined);
    const comesFrom = (e: Expr): boolean => sourceOf(e, settings, isIt) !== undefined;
    const names = settings.filter(({ value }) => comesFrom(value)).map(({ at }) => at);
    const use = all.find(({ operands: [weights] }) => comesFrom(weights));
    return [
      {
        places: [softmax.at, ...names],
        scores,
        ...(use ? { values: use.operands[1] } : {}),
      },
    ];
  });
}

const wordOf = (e: Expr): string =>
  e.k === 'name' ? e.id : e.k === 'attribute' ? e.name : e.k === 'call' ? wordOf(e.callee) : '';
const isSoftmax = (e: Call): boolean => /^softmax$/i.test(wordOf(e.callee)) && !!inputOf(e);

const isLiteral = ({ k }: Expr): boolean =>
  k === 'number' || k === 'unary' || k === 'string' || k === 'constant';
/** Arguments that may be arrays: those without a name, no axes, no words. */
const arraysIn = (e: Call): Expr[] =>
  e.args.flatMap(({ value, name, star }) =>
    !name && !star && !isLiteral(value) && value.k !== 'sequence' ? [value] : [],
  );
/** `softmax(x)`, `F.softmax(x, dim=-1)`, `x.softmax(-1)`. */
function inputOf(e: Call): Expr | undefined {
  const [first] = arraysIn(e);
  if (first) return first;
  const named = e.args.find(({ name }) => /^(?:input|x|logits)$/.test(name ?? ''));
  return named?.value ?? (e.callee.k === 'attribute' ? e.callee.object : undefined);
}

function productOf(e: Expr): Product | undefined {
  if (e.k === 'binary' && e.op === '@') return { at: e.at, operands: [e.left, e.right] };
  if (e.k !== 'call' || !products.test(wordOf(e.callee))) return undefined;
  const given = arraysIn(e);
  const all =
    given.length === 1 && e.callee.k === 'attribute' ? [e.callee.object, ...given] : given;
  const [left, right] = all.slice(-2);
  const turns = e.args.some(({ value }) => value.k === 'constant' && value.value === true);
  return left && right
    ? { at: e.at, operands: [left, right], ...(turns ? { turns } : {}) }
    : undefined;
}
const productIn = (e: Expr): Product | undefined => productOf(e);

/** Goes back through names and through what leaves places as they are, until something is found. */
function sourceOf<T>(
  from: Expr | undefined,
  settings: readonly Setting[],
  wanted: (e: Expr) => T | undefined,
  depth = 0,
): T | undefined {
  if (!from || depth > 24) return undefined;
  const found = wanted(from);
  if (found !== undefined) return found;
  const next = (e: Expr | undefined): T | undefined => sourceOf(e, settings, wanted, depth + 1);
  switch (from.k) {
    case 'name': {
      const set = settings.findLast(({ name, end }) => name === from.id && end < from.at);
      return set && next(set.value);
    }
    case 'binary':
      return /^[-+*/]$/.test(from.op) ? (next(from.left) ?? next(from.right)) : undefined;
    case 'conditional':
      return next(from.yes) ?? next(from.no);
    case 'call': {
      const { callee } = from;
      if (!passing.test(wordOf(callee))) return undefined;
      const receiver = callee.k === 'attribute' ? next(callee.object) : undefined;
      return (
        receiver ?? arraysIn(from).reduce<T | undefined>((one, e) => one ?? next(e), undefined)
      );
    }
    default:
      return undefined;
  }
}

/** Assignments to single names, in the order of the text, those in blocks too. */
function settingsIn(body: readonly Stmt[]): readonly Setting[] {
  const visit = (s: Stmt): Setting[] => {
    const own: Setting[] = [];
    if (s.k === 'assign' && s.value) {
      for (const target of s.targets.flatMap(targetsIn)) {
        // Of several targets, none is the whole.
        const value: Expr = s.targets.includes(target) ? s.value : { k: 'unsupported' };
        if (target.k !== 'name') continue;
        const end = Math.max(target.at, lastIn(s.value));
        own.push({ name: target.id, at: target.at, end, value });
      }
    }
    if (s.k === 'augment' && s.target.k === 'name') {
      const { id, at } = s.target;
      const value: Expr = { k: 'binary', op: s.op, left: s.target, right: s.value, at };
      own.push({ name: id, at, end: lastIn(value), value });
    }
    return [...own, ...blocksOf(s).flatMap((block) => block.flatMap(visit))];
  };
  return body.flatMap(visit).sort((a, b) => a.at - b.at);
}

function lastIn(e: Expr): At {
  let last = 0;
  visitExpressions(e, (one) => {
    if ('at' in one) last = Math.max(last, one.at);
  });
  return last;
}

/** Every expression, those of functions inside too. */
function visitExpressions(node: unknown, see: (e: Expr) => void): void {
  if (Array.isArray(node)) {
    for (const one of node) visitExpressions(one, see);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if ('k' in node) see(node as Expr);
  for (const inner of Object.values(node)) visitExpressions(inner, see);
}
