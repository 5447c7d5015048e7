/** The states that branches leave, as one: what all of them agree on. */
import { join } from '../join';
import { fresh, unknownSize, unknownTensor, write, type Binding, type Machine } from '../machine';
import { substitute, symbolOf, type Poly } from '../poly';
import { int, ranked, type Shape, type Tensor, type Value } from '../values';

/** What was last put where. */
export type State = Map<Map<unknown, unknown>, Map<unknown, unknown>>;
export function joinStates(m: Machine, states: readonly State[]): void {
  const places = new Map<Map<unknown, unknown>, Set<unknown>>();
  for (const state of states) {
    for (const [map, keys] of state) {
      const all = places.get(map) ?? new Set();
      for (const key of keys.keys()) all.add(key);
      places.set(map, all);
    }
  }
  // What was remembered of calls may hold objects of one branch.
  places.delete(m.memo as Map<unknown, unknown>);
  joinNumbers(m, states, places.get(m.bindings));
  for (const [map, keys] of places) {
    for (const key of keys) {
      const values = states.map((state) => {
        const mine = state.get(map);
        return mine?.has(key) ? mine.get(key) : map.get(key);
      });
      const present = values.filter((value) => value !== undefined);
      if (map === (m.bindings as Map<unknown, unknown>)) {
        // What one branch learnt about a size holds afterwards only if the others learnt it too.
        if (present.length < values.length) continue;
        if (values.every((value) => same(value, values[0]))) write(m, map, key, values[0]);
        else if (typeof key === 'number') joinRanks(m, states, key, values as Binding[]);
      } else if (present.length > 0) {
        const word = typeof key === 'string' ? key : undefined;
        write(
          m,
          map,
          key,
          present.reduce((a, b) => join(m, a as Value, b as Value, 0, word)),
        );
      }
    }
  }
}

/** What every branch took for a whole number is one number, which each of them gave a symbol of its own. */
function joinNumbers(
  m: Machine,
  states: readonly State[],
  keys: ReadonlySet<unknown> = new Set(),
): void {
  for (const key of keys) {
    if (typeof key !== 'number') continue;
    const all = states.map((state) => numberOf(state.get(m.bindings)?.get(key)));
    const [first] = all;
    if (!first || all.some((one) => !one)) continue;
    write(m, m.bindings, key, int(first));
    for (const one of all) {
      const sym = one!.key === first.key ? undefined : symbolOf(one!);
      if (sym) write(m, m.bindings, sym.key, first);
    }
  }
}
const numberOf = (one: unknown): Poly | undefined =>
  typeof one === 'object' && one !== null && 'k' in one && (one as Value).k === 'int'
    ? (one as Extract<Value, { k: 'int' }>).value
    : undefined;

const same = (a: unknown, b: unknown): boolean =>
  a === b ||
  (typeof a === 'object' &&
    typeof b === 'object' &&
    !!a &&
    !!b &&
    'key' in a &&
    'key' in b &&
    a.key === b.key);

/** Every branch found what rank there is behind `key`; sizes stay where they are the same in each. */
function joinRanks(
  m: Machine,
  states: readonly State[],
  key: number,
  all: readonly Binding[],
): void {
  const learnt = states.map((state) => state.get(m.bindings));
  const tensors = all.map(tensorOf);
  const shapes = all.map((one, index) =>
    dimsIn(m, learnt[index], tensors[index]?.shape ?? (one as Shape)),
  );
  const [first, ...others] = shapes;
  const isRanked = first && others.every((one) => one?.length === first.length);
  const dims = isRanked
    ? first.map((dim, index) =>
        others.every((one) => one![index]!.key === dim.key) ? dim : unknownSize(m),
      )
    : undefined;
  const [t] = tensors;
  if (!t) {
    if (dims) write(m, m.bindings, key, ranked(dims));
  } else if (tensors.every((one) => one?.library === t.library)) {
    // An argument that is an array in every branch is one afterwards.
    const type = t.dtype;
    const dtype = tensors.every((one) => one!.dtype === type) ? type : fresh(m);
    const open = unknownTensor(m, t.library);
    write(m, m.bindings, key, { ...open, ...(dims ? { shape: ranked(dims) } : {}), dtype });
  }
}
const tensorOf = (one: Binding): Tensor | undefined =>
  typeof one === 'object' && 'k' in one && one.k === 'tensor' ? one : undefined;

/** The dimensions of a shape as one branch found them. */
function dimsIn(
  m: Machine,
  learnt: ReadonlyMap<unknown, unknown> | undefined,
  shape: unknown,
): readonly Poly[] | undefined {
  const binding = (key: string | number) => learnt?.get(key) ?? m.bindings.get(key);
  const isShape = (one: unknown): one is Shape =>
    typeof one === 'object' && one !== null && 'front' in one;
  if (!isShape(shape)) return undefined;
  let { front, head, tail } = shape;
  while (head !== null) {
    const inner = binding(head);
    if (!isShape(inner)) return undefined;
    front = [...front, ...inner.front];
    tail = [...inner.tail, ...tail];
    head = inner.head;
  }
  const settled = (dim: Poly): Poly => {
    for (let round = 0; round < 8; round += 1) {
      const next = substitute(dim, (sym) => binding(sym.key) as Poly | undefined);
      if (next === dim) break;
      dim = next;
    }
    return dim;
  };
  return [...front, ...tail].map(settled);
}
