/** Attributes: of tensors by their library, of objects by class, of modules by file or library. */
import { oneOf } from '../join';
import { asTensor, bindAny, fresh, known, write, type Machine } from '../machine';
import { native, none, unknown, type Class, type Obj, type Value } from '../values';
import { callFunction } from './calls';

export function attribute(m: Machine, value: Value, name: string): Value {
  const v = known(m, value);
  switch (v.k) {
    case 'tensor':
      return m.library.tables.get(v.library)?.attribute?.(m, v, name) ?? unknown;
    case 'object':
      return objectAttribute(m, v, name);
    case 'class':
      return classAttribute(m, v, name);
    case 'module':
      return moduleAttribute(m, v.path, name);
    case 'any':
      return anyAttribute(m, v, name);
    case 'union': {
      const all = v.options
        .filter((option) => option.k !== 'none')
        .map((option) => attribute(m, option, name));
      return oneOf(m, all, name);
    }
    case 'none':
    case 'unknown':
      return unknown;
    case 'function':
      return name === '__name__' ? { k: 'string', value: v.def.name } : unknown;
    default:
      return m.runtime.member(m, v, name) ?? unknown;
  }
}

/** Looks through a class and its bases, in order. */
export function findMember(
  m: Machine,
  cls: Class,
  name: string,
): { value: Value; owner: Class } | undefined {
  const own = cls.members.get(name);
  if (own) return { value: own, owner: cls };
  for (const base of cls.bases) {
    const b = known(m, base);
    const found = b.k === 'class' ? findMember(m, b, name) : undefined;
    if (found) return found;
  }
  return undefined;
}
/** The first class in the line of bases for which a library says something. */
export function libraryBase<T>(
  m: Machine,
  cls: Class,
  pick: (library: NonNullable<Class['library']>) => T | undefined,
): T | undefined {
  const own = cls.library && pick(cls.library);
  if (own !== undefined) return own;
  for (const base of cls.bases) {
    const b = known(m, base);
    const found = b.k === 'class' ? libraryBase(m, b, pick) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

export function objectAttribute(m: Machine, object: Obj, name: string): Value {
  const own = object.attributes.get(name);
  if (own) return known(m, own);
  if (name === '__class__') return object.cls;
  if (name === '__dict__') return { k: 'dict', entries: object.attributes, other: unknown };
  const member = findMember(m, object.cls, name);
  if (member) return bound(m, object.whole ?? object, member.value);
  // `super().__init__(…)` of a class that is derived from a library's layer.
  const init =
    name === '__init__' ? libraryBase(m, object.cls, (library) => library.init) : undefined;
  if (init) {
    return native(name, (machine, args) => {
      init(machine, object, args);
      return none;
    });
  }
  const method = libraryBase(m, object.cls, (library) => library.methods?.[name]);
  if (method) return native(name, (machine, args) => method(machine, object, args));
  const special = libraryBase(m, object.cls, (library) => library.attribute?.(m, object, name));
  if (special) return special;
  return unknown;
}

function bound(m: Machine, object: Obj, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'native' && v.inner)
    return native(v.name, (machine, args) =>
      v.call(machine, { ...args, positional: [object, ...args.positional] }),
    );
  if (v.k !== 'function') return v;
  const decorators = v.def.decorators.map((d) =>
    d.k === 'name' ? d.id : d.k === 'attribute' ? d.name : '',
  );
  if (decorators.includes('staticmethod')) return v;
  if (decorators.includes('classmethod')) return { k: 'method', self: object.cls, fn: v };
  if (decorators.some((d) => d === 'property' || d === 'cached_property')) {
    return callFunction(m, v, { positional: [object], keyword: new Map() });
  }
  return { k: 'method', self: object, fn: v };
}

function classAttribute(m: Machine, cls: Class, name: string): Value {
  if (name === '__name__') return { k: 'string', value: cls.name };
  const member = findMember(m, cls, name);
  if (!member) return unknown;
  const v = known(m, member.value);
  if (
    v.k === 'function' &&
    v.def.decorators.some((d) => d.k === 'name' && d.id === 'classmethod')
  ) {
    return { k: 'method', self: cls, fn: v };
  }
  return v;
}

export function moduleAttribute(m: Machine, path: string, name: string): Value {
  const full = `${path}.${name}`;
  const described = m.library.described(full);
  if (described) return described;
  const own = m.load(path)?.variables.get(name);
  if (own) return known(m, own);
  if (m.has(full)) return { k: 'module', path: full };
  return m.library.lookup(full) ?? (m.library.owns(path) ? unknown : { k: 'any', id: fresh(m) });
}

/** What is not known yet becomes a tensor where only tensors have such an attribute, a bag of fields elsewhere. */
function anyAttribute(m: Machine, value: Extract<Value, { k: 'any' }>, name: string): Value {
  const table = m.library.tables.get(m.library.default);
  // What a constructor is given is rather a configuration or a module than a tensor.
  if (m.constructing === 0 && table?.isTensorAttribute?.(name)) {
    const t = asTensor(m, value);
    return t ? attribute(m, t, name) : unknown;
  }
  const assumed = m.runtime.assume?.(m, value, name);
  if (assumed) return attribute(m, assumed, name);
  const bag: Obj = { k: 'object', id: fresh(m), cls: bagClass(value.name), attributes: new Map() };
  bindAny(m, value, bag);
  return attribute(m, bag, name);
}
const bagClass = (name: string | undefined): Class => ({
  k: 'class',
  name: name ?? '',
  bases: [],
  members: new Map(),
  library: {
    attribute: (m, self, field) => {
      const value: Value = { k: 'any', id: fresh(m), name: name ? `${name}.${field}` : field };
      write(m, self.attributes, field, value);
      return value;
    },
    call: (m) => ({ k: 'any', id: fresh(m) }),
  },
});
