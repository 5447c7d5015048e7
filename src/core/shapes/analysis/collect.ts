/** What was recorded of one run of a function, as answers in its words. */
import { columnOf, lineOf, type At, type FunctionDef } from '../ast';
import { freeze } from '../interpret/statements';
import { join } from '../join';
import { dimsOf, dtypeOf, known, type Frame, type Machine, type Recorded } from '../machine';
import type { Poly } from '../poly';
import { isModule } from '../stateDict';
import { unknown, type Shape, type Tensor, type Value } from '../values';
import type { Answer, Look, Member, ModuleAnswer, Problem, TupleAnswer } from './answers';
import { wordsOf, type Words } from './naming';
import type { ActualSize } from './paused';
import { pricesOf } from './prices';
import { weightsIn } from './weightings';

/** What was recorded of one run, in the words of its variables. */
export function collect(
  m: Machine,
  file: string,
  frame: Frame | undefined,
  recorded: readonly Recorded[],
  fn: FunctionDef,
  sizes: readonly ActualSize[] = [],
): Omit<Look, 'effect'> {
  const byPosition = new Map<At, Recorded[]>();
  for (const one of recorded) {
    const list = byPosition.get(one.position) ?? [];
    list.push({ ...one, value: freeze(m, one.value) });
    byPosition.set(one.position, list);
  }
  const price = pricesOf(m, wordsOf(m, frame));
  const attention = weightsIn(m, fn, byPosition);
  const answers: Answer[] = [];
  const modules: ModuleAnswer[] = [];
  const tuples: TupleAnswer[] = [];
  const inner = (t: Tensor | undefined): readonly Poly[] => (t && dimsOf(m, t)) ?? [];
  for (const [position, all] of byPosition) {
    const value = known(
      m,
      all.map((one) => one.value).reduce((a, b) => join(m, a, b)),
    );
    const options =
      value.k === 'union' ? value.options.filter((option) => option.k !== 'none') : [value];
    const t = options[0];
    const place = { line: lineOf(position) + 1, column: columnOf(position) };
    if (options.length !== 1) continue;
    if (t?.k === 'object' && isModule(m, t)) {
      const { seen, ...cost } = price.parametersOf(t);
      modules.push({ ...place, className: t.cls.name, cost, ...(seen ? { seen } : {}) });
    }
    const members = t?.k === 'sequence' ? membersOf(m, price.words, t) : undefined;
    if (members) {
      const cost = price.of(all);
      const sizes = price.seen([...members.dims, ...sizesOf(all)]);
      const costs = Object.keys(cost).length > 0 ? { cost } : {};
      tuples.push({ ...place, members: members.all, ...costs, ...sizes });
    }
    const dims = t?.k === 'tensor' ? dimsOf(m, t) : undefined;
    if (t?.k !== 'tensor' || !dims) continue;
    const dtype = dtypeOf(m, t);
    const made = attention.get(position);
    const cost = { ...price.of(all), ...(made && price.ofWeights(dims, made.scores, made.kept)) };
    answers.push({
      file,
      ...place,
      ...(dtype ? { dtype } : {}),
      shape: dims.map((dim) => price.words.print(dim)),
      ...price.seen([...dims, ...sizesOf(all), ...(made?.kept ?? []).flatMap(inner)]),
      ...(Object.keys(cost).length > 0 ? { cost } : {}),
    });
  }
  const self = frame?.env.variables.get('self');
  const owner = self && known(m, self);
  // What certainly fails does not come to its end.
  const spent =
    m.clashes.length > 0 ? {} : price.of([{ position: 0, value: unknown, cost: m.tally }]);
  const total = { ...spent, ...(owner?.k === 'object' ? price.parametersOf(owner) : {}) };
  const isForward = frame?.fn?.def.name === 'forward' && owner?.k === 'object';
  const state = isForward ? { state: price.stateOf(owner) } : {};
  const actual = sizes.map(([size, value]) => [price.words.print(size), value] as const);
  const found = actual.length > 0 ? { actual } : {};
  return {
    ...state,
    ...found,
    answers,
    modules,
    tuples,
    total,
    problems: problemsOf(m, price.words),
  };
}

/** What a place costs, whose symbols have values too. */
const sizesOf = (runs: readonly Recorded[]): Poly[] =>
  runs.flatMap(({ cost, attention }) =>
    [cost?.flops, attention?.weights, attention?.cache].filter((size) => size !== undefined),
  );

/** Items of a tuple more than these are no result of a layer. */
const mostMembers = 8;

/** The tensors of a tuple, and their sizes; nothing where there are none. */
function membersOf(
  m: Machine,
  words: Words,
  { type, items }: Extract<Value, { k: 'sequence' }>,
): { readonly all: readonly Member[]; readonly dims: readonly Poly[] } | undefined {
  if (type !== 'tuple' || items.length < 2 || items.length > mostMembers) return undefined;
  const dims: Poly[] = [];
  const all = items.map((item): Member => {
    const v = known(m, item);
    if (v.k === 'sequence') {
      const inner = membersOf(m, words, v);
      dims.push(...(inner?.dims ?? []));
      return inner?.all;
    }
    const own = v.k === 'tensor' ? dimsOf(m, v) : undefined;
    if (v.k !== 'tensor' || !own) return undefined;
    dims.push(...own);
    const dtype = dtypeOf(m, v);
    return { ...(dtype ? { dtype } : {}), shape: own.map((dim) => words.print(dim)) };
  });
  return all.some((one) => one !== undefined) ? { all, dims } : undefined;
}

function problemsOf(m: Machine, words: Words): Problem[] {
  const print = ({ front, head, tail }: Shape): (number | string)[] => [
    ...front.map((dim) => words.print(dim)),
    ...(head === null ? [] : ['…']),
    ...tail.map((dim) => words.print(dim)),
  ];
  return m.clashes.flatMap(({ position, kind, left, right }): Problem[] =>
    position === undefined
      ? []
      : [
          {
            line: lineOf(position) + 1,
            column: columnOf(position),
            kind,
            left: print(left),
            right: print(right),
          },
        ],
  );
}
