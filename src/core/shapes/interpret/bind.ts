/** The values of parameters: as Python binds the arguments of a call, and what annotations of plain values say. */
import type { Expr } from '../ast';
import { join } from '../join';
import { size, type Machine } from '../machine';
import { tuple, unknown, type Args, type Func, type Value } from '../values';

/** Values by parameter, as Python binds them. */
export function bindArguments(m: Machine, fn: Func, args: Args): Map<string, Value> {
  const values = new Map<string, Value>();
  const keyword = new Map(args.keyword);
  let next = 0;
  for (const parameter of fn.def.parameters) {
    const { name } = parameter;
    if (parameter.star === 1) {
      const more = args.positional.slice(next);
      next = args.positional.length;
      values.set(
        name,
        args.rest ? { k: 'many', item: severally(m, [...more, args.rest]) } : tuple(more),
      );
    } else if (parameter.star === 2) {
      values.set(name, {
        k: 'dict',
        entries: new Map(keyword),
        ...(args.rest ? { other: unknown } : {}),
      });
    } else if (!parameter.keyword && next < args.positional.length) {
      values.set(name, args.positional[next] ?? unknown);
      next += 1;
    } else if (keyword.has(name)) {
      values.set(name, keyword.get(name)!);
      keyword.delete(name);
    } else {
      const fallback = fn.defaults.get(name) ?? unknown;
      // Where anything may be given, it is of the kind that the default says.
      const isOpen = args.rest?.k === 'unknown' && fn.defaults.has(name);
      values.set(name, isOpen ? m.assumed(fn, parameter) : args.rest ? unknown : fallback);
    }
  }
  return values;
}

/** Any one of several that are there at once: their sizes need not be the same. */
function severally(m: Machine, all: readonly Value[]): Value {
  m.looping += 1;
  try {
    return all.reduce((a, b) => join(m, a, b));
  } finally {
    m.looping -= 1;
  }
}

/** What the annotation of a plain number or word says. */
export function numberOf(
  m: Machine,
  annotation: Expr | undefined,
  name: string,
): Value | undefined {
  const word = annotation?.k === 'name' ? annotation.id : '';
  if (word === 'int') return { k: 'int', value: size(m, name) };
  if (word === 'float' || word === 'bool') return { k: word };
  return word === 'str' ? { k: 'string' } : undefined;
}
