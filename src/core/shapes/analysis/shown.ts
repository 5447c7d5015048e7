/** Numbers of axes: what examples show where the documentation agrees with them, and what no caller tells. */
import type { FunctionDef } from '../ast';
import { dimsOf, known, unknownTensor, type Machine } from '../machine';
import { symbolOf } from '../poly';
import type { Value } from '../values';
import { generalise } from './generalise';
import { manyRanked, wordName, type Seeds } from './seeds';

/** Arguments of a call that an example makes, on the way or itself. */
export type Shown = ReadonlyMap<string, Value>;

/** What an array, or a tuple of them, is by its axes alone; undefined for what is not that. */
function ranksOf(m: Machine, value: Value | undefined): string | undefined {
  const v = value && known(m, value);
  if (v?.k === 'tensor') return dimsOf(m, v)?.length.toString();
  if (v?.k !== 'sequence' || v.items.length === 0) return undefined;
  const items = v.items.map((item) => ranksOf(m, item));
  return items.some((one) => one === undefined) ? undefined : `(${items.join()})`;
}

const isOpen = (m: Machine, value: Value | undefined): boolean => {
  const v = value && known(m, value);
  return v?.k === 'any' || v?.k === 'unknown' || (v?.k === 'tensor' && !dimsOf(m, v));
};

/** Values with the axes that examples show of those that are not known. */
export function withShown(
  m: Machine,
  fn: FunctionDef,
  values: ReadonlyMap<string, Value>,
  all: readonly Shown[],
  seeds: Seeds,
): ReadonlyMap<string, Value> {
  const documented = [...seeds].filter(([name]) => isOpen(m, values.get(name)));
  const fits = all.filter((one) =>
    documented.every(([name, words]) => ranksOf(m, one.get(name)) === `${words.length}`),
  );
  // An example alone is a small one: a library takes arrays of other ranks too.
  if (fits.length === 0 || documented.length === 0) return values;
  const many = manyRanked(fn);
  const names = fn.parameters
    .filter(({ name, star }) => !star && !many.has(name) && isOpen(m, values.get(name)))
    .map(({ name }) => name)
    .filter((name) => {
      const [first, ...others] = fits.map((one) => ranksOf(m, one.get(name)));
      return first !== undefined && first !== '0' && others.every((each) => each === first);
    });
  if (names.length === 0) return values;
  const general = generalise(m, fits, names, 'shown');
  for (const [name, value] of general) nameSizes(m, value, seeds.get(name) ?? []);
  return new Map([...values].map(([name, value]) => [name, general.get(name) ?? value]));
}

function nameSizes(m: Machine, value: Value, words: readonly string[]): void {
  const v = known(m, value);
  const dims = v.k === 'tensor' ? dimsOf(m, v) : undefined;
  dims?.forEach((dim, index) => {
    const sym = symbolOf(dim);
    const name = wordName(words[index] ?? '?');
    if (sym && name !== undefined) m.names.set(sym.key, name);
  });
}

/** Callers that nothing calls do not tell how many axes there are, where the code asks for it. */
export function openRanks(
  m: Machine,
  values: ReadonlyMap<string, Value>,
  fn: FunctionDef,
): ReadonlyMap<string, Value> {
  const many = manyRanked(fn);
  const opened = ([name, value]: [string, Value]): [string, Value] => {
    const v = known(m, value);
    return [name, v.k === 'tensor' && many.has(name) ? unknownTensor(m, v.library, name) : value];
  };
  return new Map([...values].map(opened));
}
