/** Making objects, and what the instances of each class are made with. */
import { fingerprint } from '../join';
import { fresh, write, type Machine } from '../machine';
import { unknown, type Args, type Class, type Func, type Obj, type Value } from '../values';
import { findMember, libraryBase } from './attributes';
import { call, callMethod } from './calls';

/** Unlike arguments of one class that are kept. */
const mostMade = 16;
/** Notes what an instance is made with: of several unlike ones, none stands for the others. */
function noteMade(m: Machine, cls: Class, args: Args): void {
  const text = ({ positional, keyword }: Args): string =>
    [
      ...positional.map((value) => fingerprint(m, value)),
      ...[...keyword].map(([name, value]) => `${name}=${fingerprint(m, value)}`),
    ].join();
  const all = m.made.get(cls) ?? [];
  if (all.length > mostMade || all.some((one) => text(one) === text(args))) return;
  m.made.set(cls, [...all, args]);
}
/** Arguments of all instances of a class, where there are unlike ones; none where there are too many. */
export function unlikeInstances(m: Machine, cls: Class): readonly Args[] | undefined {
  const all = m.made.get(cls) ?? [];
  if (all.length < 2) return undefined;
  return all.length > mostMade ? [] : all;
}

/** Arguments of a constructor by the names of its parameters, with the defaults, so that calls can be compared. */
function byName(m: Machine, cls: Class, args: Args): Args {
  const init = findMember(m, cls, '__init__')?.value;
  if (init?.k !== 'function' || args.rest) return args;
  const parameters = init.def.parameters.slice(1);
  if (parameters.some(({ star }) => star === 1)) return args;
  const keyword = new Map<string, Value>();
  const given = new Map(args.keyword);
  parameters.forEach(({ name, star }, index) => {
    const value = args.positional[index] ?? given.get(name) ?? init.defaults.get(name);
    if (value && !star) keyword.set(name, value);
    given.delete(name);
  });
  for (const [name, value] of given) keyword.set(name, value);
  return { positional: [], keyword };
}

/** Makes instances up: they say nothing of those of the program. */
export function assuming<T>(m: Machine, make: () => T): T {
  const before = m.isAssuming;
  m.isAssuming = true;
  try {
    return make();
  } finally {
    m.isAssuming = before;
  }
}

/** Makes an instance: fields of a dataclass, the library's constructor, or `__init__`. */
export function construct(m: Machine, cls: Class, args: Args): Value {
  const instead =
    cls.library?.make ?? libraryBase(m, cls, (base) => (base.makesDerived ? base.make : undefined));
  if (instead) return instead(m, args);
  const made = byName(m, cls, args);
  const self: Obj = { k: 'object', id: fresh(m), cls, attributes: new Map(), made };
  if (!m.isAssuming) {
    noteMade(m, cls, made);
    m.instances.set(cls, self);
  }
  m.births.set(self.attributes, self.id);
  const init = findMember(m, cls, '__init__');
  m.constructing += 1;
  try {
    if (init) call(m, { k: 'method', self, fn: init.value as Func }, args);
    else if (cls.fields) {
      cls.fields.forEach((field, index) => {
        const given = args.keyword.get(field.name) ?? args.positional[index];
        const value = given ?? (args.rest ? m.assumedField(cls, field) : field.default) ?? unknown;
        write(m, self.attributes, field.name, value);
      });
      if (findMember(m, cls, '__post_init__')) callMethod(m, self, '__post_init__', []);
    }
    // A layer that is derived from a library's is made with what that one takes.
    if (!init) libraryBase(m, cls, (library) => library.init)?.(m, self, args);
    const setup = libraryBase(m, cls, (library) => library.methods?.['__made__']);
    setup?.(m, self, args);
  } finally {
    m.constructing -= 1;
  }
  return self;
}
