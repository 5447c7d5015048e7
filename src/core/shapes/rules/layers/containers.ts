/** Modules that hold modules, and einops' patterns as layers. */
import { elements, type Elements } from '../../interpret/sequences';
import { join } from '../../join';
import { known, type Machine } from '../../machine';
import { spend } from '../../tally';
import { vague, withShape } from '../../tensors';
import {
  argument,
  string,
  tuple,
  unknown,
  type Args,
  type LibraryClass,
  type Obj,
  type Value,
} from '../../values';
import { namedSizes } from '../array/common';
import { rearranged } from '../einops';
import { kept, input, set } from './layer';

/** The items of ModuleList, Sequential, ParameterList. */
export const itemsOf = (self: Obj): Value => self.attributes.get('items') ?? tuple([]);

export const container: LibraryClass = {
  init: (m, self, args) => {
    const given: Elements = args.positional[0] ? elements(m, args.positional[0]) : { items: [] };
    const { items, item, count } = given;
    const many: Value = {
      k: 'many',
      item: item ?? unknown,
      ...(count ? { length: count } : {}),
    };
    set(m, self, 'items', items ? tuple(items) : many);
  },
  iterate: (_, self) => itemsOf(self),
  methods: {
    append: (m, self, args) => addItem(m, self, args.positional[0] ?? unknown),
    add_module: (m, self, args) => addItem(m, self, args.positional[1] ?? unknown),
    extend: (m, self, args) => {
      const { items, item } = elements(m, args.positional[0] ?? unknown);
      for (const one of items ?? [item ?? unknown]) addItem(m, self, one);
      return self;
    },
  },
};

function addItem(m: Machine, self: Obj, item: Value): Value {
  const items = known(m, itemsOf(self));
  if (items.k === 'sequence' && items.items.length < 64)
    set(m, self, 'items', { ...items, items: [...items.items, item] });
  else if (items.k === 'many')
    set(m, self, 'items', { k: 'many', item: join(m, items.item, item) });
  return self;
}

export const sequential = (
  call: (m: Machine, callee: Value, args: Args) => Value,
): LibraryClass => ({
  ...container,
  init: (m, self, args) => {
    const first = args.positional[0] && known(m, args.positional[0]);
    // A dictionary may have entries besides those whose names are known.
    const all: Value =
      first?.k === 'dict'
        ? first.other
          ? {
              k: 'many',
              item: [...first.entries.values()].reduce((a, b) => join(m, a, b), first.other),
            }
          : tuple([...first.entries.values()])
        : args.rest
          ? { k: 'many', item: args.rest }
          : tuple(args.positional);
    set(m, self, 'items', all);
    // `Sequential(OrderedDict(…))` names its modules.
    if (first?.k === 'dict' && !first.other)
      set(m, self, 'names', tuple([...first.entries.keys()].map((name) => string(name))));
  },
  call: (m, self, args) => {
    const { items, item } = elements(m, itemsOf(self));
    const x = args.positional[0] ?? unknown;
    const run = (value: Value, callee: Value) =>
      call(m, callee, { positional: [value], keyword: new Map() });
    if (items) return items.reduce(run, x);
    spend(m, undefined);
    const once = run(x, item ?? unknown);
    return run(join(m, x, once), item ?? unknown);
  },
});

export const moduleDict: LibraryClass = {
  init: (m, self, args) => {
    const from = args.positional[0] && known(m, args.positional[0]);
    if (from?.k === 'dict') for (const [name, value] of from.entries) set(m, self, name, value);
    set(
      m,
      self,
      'entries',
      from?.k === 'dict' ? from : { k: 'dict', entries: new Map(), other: unknown },
    );
  },
  iterate: (_, self) => kept(self, 'entries'),
};

/** The layer form of einops' functions: `Rearrange('b n (h d) -> b h n d', h=8)`. */
export const einopsLayer: LibraryClass = {
  init: (m, self, args) => {
    set(m, self, 'pattern', argument(args, 0, 'pattern') ?? unknown);
    set(m, self, 'sizes', { k: 'dict', entries: new Map(args.keyword) });
  },
  call: (m, self, args) => {
    const t = input(m, args);
    const pattern = known(m, kept(self, 'pattern'));
    const sizes = known(m, kept(self, 'sizes'));
    if (!t || pattern.k !== 'string' || pattern.value === undefined || sizes.k !== 'dict')
      return t ? vague(m, t) : unknown;
    const shape = rearranged(
      m,
      t,
      pattern.value,
      namedSizes(m, { positional: [], keyword: sizes.entries }),
    );
    return shape ? withShape(t, shape) : vague(m, t);
  },
};
