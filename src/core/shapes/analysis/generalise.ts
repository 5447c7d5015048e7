/**
 * One call that stands for all calls seen of a function (anti-unification): sizes that vary, or are plain numbers,
 * become symbols named by the parameter; sizes that are equal in every call stay equal.
 */
import { findMember } from '../interpret/attributes';
import { assuming, construct } from '../interpret/construct';
import { itemOf, optional } from '../join';
import {
  dimsOf,
  dtypeOf,
  fresh,
  isStored,
  known,
  size,
  unknownTensor,
  write,
  type Machine,
} from '../machine';
import {
  int,
  ranked,
  string,
  bool,
  unknown,
  type Args,
  type Class,
  type Func,
  type Obj,
  type Value,
} from '../values';
import { optionalNumbers } from './roots';
import { type General, generalSize, openSize } from './generaliseSizes';

/** Values by parameter, for all calls at once. */
export function generalise(
  m: Machine,
  all: readonly ReadonlyMap<string, Value>[],
  names: readonly string[],
  isSample: boolean | 'shown' = false,
): Map<string, Value> {
  const calls = onRealInstances(m, all);
  const g: General = {
    sizes: new Map(),
    objects: new Map(),
    single: new Map(),
    isSample: isSample === true,
    openTypes: isSample !== false,
  };
  const column = (name: string) =>
    calls.map((call) => known(m, call.get(name) ?? { k: 'unknown' }));
  const result = new Map<string, Value>();
  // Objects and integers first: their names are better than those of dimensions.
  const rank = (name: string) =>
    column(name)[0]!.k === 'object' ? 0 : column(name)[0]!.k === 'int' ? 1 : 2;
  for (const name of [...names].sort((a, b) => rank(a) - rank(b))) {
    const value = general(m, g, column(name), name);
    // An argument that no call of the workspace gives may still be given by others.
    result.set(name, value.k === 'none' ? optional(m, { k: 'any', id: fresh(m), name }) : value);
  }
  return new Map(names.map((name) => [name, result.get(name)!]));
}

/** An instance that stands for all that are made of a class, of which it has what they have in common. */
export function generalInstance(m: Machine, cls: Class, all: readonly Args[]): Value | undefined {
  const init = findMember(m, cls, '__init__')?.value;
  const isOpen = init?.k === 'function' && init.def.parameters.some(({ star }) => star === 1);
  if (isOpen || all.length === 0) return undefined;
  const g: General = {
    sizes: new Map(),
    objects: new Map(),
    single: new Map(),
    openLists: true,
  };
  const args = generalArgs(m, g, cls, all, 0);
  return args && assuming(m, () => construct(m, cls, args));
}

/** Where the workspace makes instances of what it knows, those that are made up of unknown arguments say nothing. */
function onRealInstances(
  m: Machine,
  calls: readonly ReadonlyMap<string, Value>[],
): readonly ReadonlyMap<string, Value>[] {
  const real = calls.filter((call) => isOnReal(m, call));
  return real.length > 0 ? real : calls;
}

/** Whether a call is no method's, or on an instance that was made of what is known. */
export function isOnReal(m: Machine, call: ReadonlyMap<string, Value>): boolean {
  const [first] = call.values();
  const self = first && known(m, first);
  if (self?.k !== 'object' || !self.made) return true;
  return ![...self.made.positional, ...self.made.keyword.values()].some((value) => {
    const v = known(m, value);
    return v.k === 'any' || v.k === 'unknown' || (v.k === 'tensor' && !dimsOf(m, v));
  });
}

function general(
  m: Machine,
  g: General,
  all: readonly Value[],
  name: string | undefined,
  depth = 0,
): Value {
  const values = all
    .map((value) => known(m, value))
    .filter((value) => value.k !== 'unknown' && value.k !== 'any');
  const [first] = values;
  // Where one call is not understood, a tensor of the others may be of another rank or type there.
  if (first?.k === 'tensor' && values.length < all.length)
    return unknownTensor(m, first.library, name);
  if (!first || depth > 8) {
    const stored = all.every((value) => isStored(m, value)) ? { stored: true as const } : {};
    return { k: 'any', id: fresh(m), ...(name ? { name } : {}), ...stored };
  }
  const flat = values.flatMap((value) =>
    value.k === 'union' ? value.options.map((option) => known(m, option)) : [value],
  );
  const some = flat.filter((value) => value.k !== 'none');
  if (some.length < flat.length || flat.length > values.length) {
    if (some.length === 0) return first;
    // Of some of the calls only: what is equal in those need not be equal in all.
    const part: General = { sizes: new Map(), objects: new Map(), single: new Map() };
    const kinds = [...new Set(some.map((value) => value.k))].map((k) =>
      general(
        m,
        part,
        some.filter((value) => value.k === k),
        name,
        depth + 1,
      ),
    );
    const value: Value = kinds.length === 1 ? kinds[0]! : { k: 'union', options: kinds };
    return some.length < flat.length ? optional(m, value) : value;
  }
  if (values.some((value) => value.k !== first.k)) return mixed(m, g, values, name, depth);
  switch (first.k) {
    case 'int':
      return int(
        generalSize(
          m,
          g,
          values.map((value) => (value as typeof first).value),
          name,
        ),
      );
    case 'tensor':
      return generalTensor(m, g, values as (typeof first)[], name);
    case 'bool':
      return values.every((value) => (value as typeof first).value === first.value)
        ? first
        : bool();
    case 'string':
      return values.every((value) => (value as typeof first).value === first.value)
        ? first
        : string();
    case 'float':
      return values.every((value) => (value as typeof first).value === first.value)
        ? first
        : { k: 'float' };
    case 'sequence': {
      const lists = values as (typeof first)[];
      const isOpen = g.openLists && first.type === 'list';
      if (!isOpen && lists.every(({ items }) => items.length === first.items.length)) {
        const item = (index: number): Value => {
          const column = lists.map(({ items }) => items[index]!);
          return general(m, g, column, name, depth + 1);
        };
        return { ...first, items: first.items.map((_, index) => item(index)) };
      }
      return listOf(m, g, lists, name, depth);
    }
    case 'many':
      return listOf(m, g, values, name, depth);
    case 'dict': {
      const dicts = values as (typeof first)[];
      const entries = new Map<string, Value>();
      for (const key of first.entries.keys()) {
        const column = dicts.flatMap(({ entries: each }) => each.get(key) ?? []);
        entries.set(key, general(m, g, column, key, depth + 1));
      }
      return { k: 'dict', entries, ...(first.other ? { other: first.other } : {}) };
    }
    case 'object':
      return generalObject(m, g, values as Obj[], name, depth);
    default: {
      if (g.isSample && depth === 0) return { k: 'any', id: fresh(m), ...(name ? { name } : {}) };
      // Closures of one definition differ in what they hold; the first stands for them.
      const byCode = new Map(
        values.map((value) => [value.k === 'function' ? value.def : value, value]),
      );
      const distinct = [...byCode.values()];
      return distinct.length === 1
        ? first
        : distinct.length < 5
          ? { k: 'union', options: distinct }
          : { k: 'any', id: fresh(m) };
    }
  }
}

/** Any number of what the items of lists have in common. */
function listOf(
  m: Machine,
  g: General,
  lists: readonly Value[],
  name: string | undefined,
  depth: number,
): Value {
  const items = lists.flatMap((list) => itemOf(m, list) ?? []);
  return { k: 'many', item: general(m, { ...g, inList: true }, items, name, depth + 1) };
}

function mixed(
  m: Machine,
  g: General,
  values: readonly Value[],
  name: string | undefined,
  depth: number,
): Value {
  const isNumber = ({ k }: Value): boolean => k === 'int' || k === 'float';
  if (values.every(isNumber)) return { k: 'float' };
  const tensors = values.filter(({ k }) => k === 'tensor');
  // A sum that begins as 0 becomes an array.
  if (values.every((value) => value.k === 'tensor' || isNumber(value)))
    return { k: 'union', options: [general(m, g, tensors, name, depth + 1), { k: 'float' }] };
  const isCode = ({ k }: Value): boolean => /^(?:function|native|method|class|object)$/.test(k);
  if (values.every(isCode)) {
    const ofKind = (k: Value['k']) => values.filter((value) => value.k === k);
    const kinds = [...new Set(values.map(({ k }) => k))];
    const options = kinds.map((k) => general(m, g, ofKind(k), name, depth + 1));
    if (options.every(isCode)) return { k: 'union', options };
  }
  if (values.every(({ k }) => k === 'sequence' || k === 'many')) {
    return listOf(m, g, values, name, depth);
  }
  return { k: 'any', id: fresh(m), ...(name ? { name } : {}) };
}

const subscripts = '₀₁₂₃₄₅₆₇₈₉';

function generalTensor(
  m: Machine,
  g: General,
  all: readonly Extract<Value, { k: 'tensor' }>[],
  name: string | undefined,
): Value {
  const first = all[0]!;
  const types = all.map((t) => dtypeOf(m, t));
  const loose =
    m.library.tables.get(first.library)?.dialect.anyFloat && !!types[0]?.startsWith('float');
  const same =
    types[0] !== undefined && types.every((type) => type === types[0]) && !loose && !g.openTypes;
  const dtype = same ? types[0]! : fresh(m);
  const ranks = all.map((t) => dimsOf(m, t) ?? []);
  if (all.some((t) => !dimsOf(m, t)) || ranks.some((dims) => dims.length !== ranks[0]!.length)) {
    const open = unknownTensor(m, first.library, name);
    if (all.every((t) => isStored(m, t))) m.stored.add(open.shape.head!);
    return { ...open, dtype };
  }
  // Where an array without dimensions is given, a plain number may be as well, unless it is a random key.
  const isKey = same && types[0]!.startsWith('key<');
  if (ranks[0]!.length === 0 && !isKey)
    return { k: 'any', id: fresh(m), ...(name ? { name } : {}) };
  const dims = ranks[0]!.map((_, index) => {
    const column = ranks.map((each) => each[index]!);
    const label = !name ? undefined : `${name}${subscripts[index] ?? ''}`;
    return openSize(m, g, column, label);
  });
  return { k: 'tensor', shape: ranked(dims), dtype, library: first.library };
}

function generalObject(
  m: Machine,
  g: General,
  all: readonly Obj[],
  name: string | undefined,
  depth: number,
): Value {
  const first = all[0]!;
  if (all.some((object) => object.cls !== first.cls)) {
    const groups = [...new Set(all.map((object) => object.cls))].map((cls) =>
      generalObject(
        m,
        g,
        all.filter((object) => object.cls === cls),
        name,
        depth + 1,
      ),
    );
    return groups.length === 1 ? groups[0]! : { k: 'union', options: groups };
  }
  const key = all.map((object) => object.id).join('|');
  const seen = g.objects.get(key);
  if (seen) return seen;
  const made = all.map((object) => object.made);
  const isOne = all.every((object) => object.id === first.id);
  if ((isOne && !first.made) || depth > 6) {
    g.objects.set(key, first);
    return first;
  }
  if (first.cls.library?.iterate || made.some((one) => !one)) {
    // A container is what was put in it, not what it was made with; of some it is not known what that was.
    const attributes = new Map<string, Value>();
    const copy: Obj = { ...first, id: fresh(m), attributes };
    g.objects.set(key, copy);
    m.births.set(attributes, copy.id);
    addAttributes(m, g, copy, all, depth);
    return copy;
  }
  const args = generalArgs(
    m,
    g,
    first.cls,
    made.filter((one): one is Args => !!one),
    depth,
  );
  const result = args ? assuming(m, () => construct(m, first.cls, args)) : first;
  g.objects.set(key, result);
  if (result.k === 'object' && result !== first) addAttributes(m, g, result, all, depth);
  return result;
}

/** What was put in the objects after they were made. */
function addAttributes(m: Machine, g: General, to: Obj, all: readonly Obj[], depth: number): void {
  for (const attribute of all[0]!.attributes.keys()) {
    // What the constructor leaves None is what it was set to later.
    if ((to.attributes.get(attribute)?.k ?? 'none') !== 'none') continue;
    const column = all.flatMap((object) => object.attributes.get(attribute) ?? []);
    if (column.length < all.length) continue;
    write(m, to.attributes, attribute, general(m, g, column, attribute, depth + 1));
  }
}

/** Arguments of a constructor, for all instances at once. */
export function generalArgs(
  m: Machine,
  g: General,
  cls: Class,
  all: readonly Args[],
  depth: number,
): Args | undefined {
  const first = all[0];
  if (!first) return undefined;
  const init = findMember(m, cls, '__init__')?.value;
  const names =
    init?.k === 'function'
      ? parameterNames(init).slice(1)
      : (cls.fields?.map((field) => field.name) ?? []);
  const byName = all.map((args) => {
    const map = new Map(args.keyword);
    args.positional.forEach((value, index) => map.set(names[index] ?? `#${index}`, value));
    return map;
  });
  const keys = [...new Set(byName.flatMap((map) => [...map.keys()]))];
  const defaults =
    init?.k === 'function'
      ? init.defaults
      : new Map(
          cls.fields?.flatMap((field) =>
            field.default ? [[field.name, field.default] as const] : [],
          ),
        );
  const all2 = new Set([...keys, ...(names.length > 0 ? defaults.keys() : [])]);
  const keyword = new Map<string, Value>();
  const positional: Value[] = [];
  const rank = (key: string) =>
    known(m, byName[0]!.get(key) ?? defaults.get(key) ?? { k: 'unknown' }).k === 'int' ? 0 : 1;
  // A number of a configuration that the workspace leaves out may still be given.
  const open = init ? new Set<string>() : optionalNumbers(cls);
  const order = [...all2].sort((a, b) => rank(a) - rank(b));
  for (const key of order) {
    const column = byName.map(
      (map) => map.get(key) ?? defaults.get(key) ?? { k: 'unknown' as const },
    );
    // A layer that is given has the sizes of the one who gives it.
    const label = !key.startsWith('#') ? key : cls.library && depth > 0 ? '' : undefined;
    const seen = general(m, g, column, label, depth + 1);
    const value = seen.k === 'none' && open.has(key) ? optional(m, int(size(m, key))) : seen;
    if (key.startsWith('#')) positional[Number(key.slice(1))] = value;
    else keyword.set(key, value);
  }
  const starred =
    init?.k === 'function' && init.def.parameters.some((parameter) => parameter.star === 1);
  return {
    positional: starred ? first.positional : positional,
    keyword: starred ? first.keyword : keyword,
    ...(all.some(({ rest }) => rest) ? { rest: unknown } : {}),
  };
}

export const parameterNames = (fn: Func): string[] =>
  fn.def.parameters.map((parameter) => parameter.name);
