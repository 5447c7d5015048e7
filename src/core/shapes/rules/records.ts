/** Tuples with names: `typing.NamedTuple`, `collections.namedtuple`. https://docs.python.org/3/library/collections.html */
import { elements } from '../interpret/sequences';
import { fresh, known, type Machine } from '../machine';
import {
  native,
  string,
  tuple,
  unknown,
  type Args,
  type Class,
  type Obj,
  type Value,
} from '../values';

const named = ({ cls, attributes }: Obj): (readonly [string, Value])[] =>
  (cls.fields ?? []).map(({ name }) => [name, attributes.get(name) ?? unknown]);

/** A record with some of its items replaced. */
export const recordOf = (m: Machine, cls: Class, attributes: Map<string, Value>): Obj => ({
  k: 'object',
  id: fresh(m),
  cls,
  attributes,
  made: { positional: [], keyword: new Map(attributes) },
});

/** The base of all such classes: an instance is the tuple of its fields. */
export const namedTuple: Class = {
  k: 'class',
  name: 'NamedTuple',
  bases: [],
  members: new Map(),
  library: {
    fields: true,
    iterate: (_, self) =>
      self.cls.fields ? tuple(named(self).map(([, value]) => value)) : undefined,
    attribute: (_, self, name) => {
      if (name === '_replace')
        return native(name, (m, args) =>
          recordOf(m, self.cls, new Map([...named(self), ...args.keyword])),
        );
      if (name === '_asdict')
        return native(name, () => ({ k: 'dict', entries: new Map(named(self)) }));
      return name === '_fields' ? tuple(named(self).map(([field]) => string(field))) : undefined;
    },
  },
};

/** namedtuple(name, fields): the fields as a list of words or as one text. */
export function namedTupleOf(m: Machine, args: Args): Value {
  const given = known(m, args.positional[1] ?? args.keyword.get('field_names') ?? unknown);
  const words =
    given.k === 'string'
      ? given.value?.split(/[\s,]+/).filter(Boolean)
      : elements(m, given).items?.flatMap((name) =>
          name.k === 'string' && name.value !== undefined ? [name.value] : [],
        );
  const fields = words?.map((name) => ({ name }));
  const bases = [namedTuple];
  return {
    k: 'class',
    name: 'namedtuple',
    bases,
    members: new Map(),
    ...(fields ? { fields } : {}),
  };
}
