/** What is assumed of a function that nothing in the workspace calls: its annotations, defaults and names. */
import type { Expr, Parameter } from '../ast';
import { assuming, construct } from '../interpret/construct';
import { lookup } from '../interpret/assign';
import { attribute, findMember, libraryBase } from '../interpret/attributes';
import { join, optional } from '../join';
import { fresh, known, size, unknownTensor, type Machine } from '../machine';
import { constantOf } from '../poly';
import { itemSize } from './generaliseSizes';
import {
  bool,
  int,
  string,
  unknown,
  type Args,
  type Class,
  type Env,
  type Func,
  type Value,
} from '../values';

/** Values of the parameters of a root, `self` apart. */
export function rootValues(m: Machine, fn: Func, self: Value | undefined): Map<string, Value> {
  const values = new Map<string, Value>();
  const given = self ? expected(m, fn, self) : [];
  fn.def.parameters.forEach((parameter, index) => {
    const own = index === 0 ? self : parameter.star ? undefined : given[index - 1];
    values.set(parameter.name, own ?? rootValue(m, fn, parameter));
  });
  return values;
}

/** What the library of a base class calls the method with. */
function expected(m: Machine, fn: Func, self: Value): readonly Value[] {
  const v = known(m, self);
  const { name } = fn.def;
  const expects =
    v.k === 'object' ? libraryBase(m, v.cls, (library) => library.expects?.[name]) : undefined;
  return expects?.(m) ?? [];
}

/** What a parameter is assumed to be by its annotation and default. */
export function rootValue(m: Machine, fn: Func, parameter: Parameter): Value {
  const { name } = parameter;
  if (parameter.star === 1) return { k: 'many', item: { k: 'any', id: fresh(m) } };
  if (parameter.star === 2) return { k: 'dict', entries: new Map(), other: unknown };
  const fallback = fn.defaults.get(name);
  const known_ = fallback && known(m, fallback);
  const annotated = parameter.annotation && annotatedValue(m, fn.env, parameter.annotation, name);
  const isNumber = annotated?.k === 'int' && known_?.k === 'int';
  if (annotated && !isNumber) return known_?.k === 'none' ? optional(m, annotated) : annotated;
  switch (known_?.k) {
    case undefined:
      return { k: 'any', id: fresh(m), name };
    case 'int': {
      const hint = constantOf(known_.value);
      // A negative number is an axis or an offset, and -1 is what it always is.
      return hint !== undefined && hint < 0
        ? known_
        : int(size(m, name, hint === undefined ? {} : { hint }));
    }
    case 'float':
      return { k: 'float' };
    case 'bool':
      return bool();
    case 'string':
      return string();
    case 'none':
      // As with a default that is a function itself: None stands for one that the body chooses.
      return parameter.annotation && isCallable(parameter.annotation)
        ? known_
        : optional(m, { k: 'any', id: fresh(m), name });
    case 'sequence':
      return known_.items.length === 0
        ? { k: 'any', id: fresh(m), name }
        : { k: 'many', item: { k: 'any', id: fresh(m) } };
    default:
      return known_ ?? unknown;
  }
}

/** `Callable[..., nn.Module] | None`, `Optional[Type[nn.Module]]`. */
function isCallable(annotation: Expr): boolean {
  if (annotation.k === 'binary') return isCallable(annotation.left) || isCallable(annotation.right);
  if (annotation.k !== 'subscript') return wordOf(annotation) === 'Callable';
  const outer = wordOf(annotation.object);
  return outer === 'Optional' ? isCallable(annotation.index) : /^(?:Callable|[Tt]ype)$/.test(outer);
}
/** Any item of a list of what `inner` is one of. */
const listed = (m: Machine, inner: Value | undefined, name: string): Value =>
  inner?.k === 'int' ? int(itemSize(m, name)) : (inner ?? { k: 'any', id: fresh(m) });

const wordOf = (e: Expr): string => (e.k === 'name' ? e.id : e.k === 'attribute' ? e.name : '');

function annotatedValue(m: Machine, env: Env, annotation: Expr, name: string): Value | undefined {
  if (annotation.k === 'subscript') {
    const outer =
      annotation.object.k === 'name'
        ? annotation.object.id
        : annotation.object.k === 'attribute'
          ? annotation.object.name
          : '';
    const inner = annotatedValue(m, env, annotation.index, name);
    if (/^optional$/i.test(outer)) return inner && optional(m, inner);
    if (/^(list|sequence|iterable)$/i.test(outer))
      return { k: 'many', item: listed(m, inner, name) };
    return undefined;
  }
  if (annotation.k === 'binary' && annotation.op === '|') {
    const [left, right] = [annotation.left, annotation.right].map((side) =>
      annotatedValue(m, env, side, name),
    );
    return annotation.right.k === 'constant' && left
      ? optional(m, left)
      : left && right
        ? undefined
        : undefined;
  }
  const simple =
    annotation.k === 'name' ? annotation.id : annotation.k === 'attribute' ? annotation.name : '';
  if (simple === 'int') return int(size(m, name));
  if (simple === 'float') return { k: 'float' };
  if (simple === 'bool') return bool();
  if (simple === 'str') return string();
  const target =
    annotation.k === 'name'
      ? (lookup(env, annotation.id) ?? m.runtime.builtin(annotation.id))
      : annotation.k === 'attribute' && annotation.object.k === 'name'
        ? lookup(env, annotation.object.id)
        : undefined;
  const cls =
    target &&
    known(m, annotation.k === 'attribute' ? attribute(m, target, annotation.name) : target);
  if (cls?.k !== 'class') return undefined;
  if (cls.library?.claimed) return cls.library.claimed(m, { k: 'any', id: fresh(m), name }, name);
  if (cls.name === 'Tensor') return unknownTensor(m, m.library.default, name);
  if (cls.def && m.runtime.assume) return m.instances.get(cls) ?? rootInstance(m, cls);
  if (cls.fields) return construct(m, cls, fieldArguments(m, cls, name));
  return undefined;
}

/** A configuration of which only the kinds of its fields are known. */
function fieldArguments(m: Machine, cls: Class, owner: string): Args {
  const fields = cls.fields ?? [];
  const keyword = new Map(
    fields.map((field) => [field.name, fieldValue(m, cls, field, `${owner}.${field.name}`)]),
  );
  return { positional: [], keyword };
}

/** What a field is by its default and its annotation. */
export function fieldValue(
  m: Machine,
  cls: Class,
  field: NonNullable<Class['fields']>[number],
  name: string,
): Value {
  const value = field.default && known(m, field.default);
  const annotation = annotationsOf(cls).get(field.name);
  const named = annotation && cls.env ? annotatedValue(m, cls.env, annotation, name) : undefined;
  if (value?.k === 'int') {
    const hint = constantOf(value.value);
    return int(size(m, name, hint === undefined ? {} : { hint }));
  }
  if (named) return named;
  if (value?.k === 'bool') return bool();
  if (value?.k === 'string') return string();
  const isSaid = value && value.k !== 'none' && value.k !== 'unknown';
  return isSaid ? value : { k: 'any', id: fresh(m), name };
}
const annotationsOf = (cls: Class): Map<string, Expr> =>
  new Map(
    cls.def?.body.flatMap((s) => {
      const target = s.k === 'assign' ? s.targets[0] : undefined;
      return s.k === 'assign' && s.annotation && target?.k === 'name'
        ? [[target.id, s.annotation] as const]
        : [];
    }),
  );

/** Fields of a configuration that are a whole number or None by their annotation. */
export function optionalNumbers(cls: Class): ReadonlySet<string> {
  const isNumber = (e: Expr): boolean =>
    e.k === 'subscript'
      ? wordOf(e.object) === 'Optional' && wordOf(e.index) === 'int'
      : e.k === 'binary' && [e.left, e.right].some((side) => wordOf(side) === 'int');
  return new Set([...annotationsOf(cls)].flatMap(([name, e]) => (isNumber(e) ? [name] : [])));
}

const asStored = (v: Value): Value => (v.k === 'any' ? { ...v, stored: true } : v);

/** Classes and functions that a class is prepared to be made with (`Small = partial(Model, block=Block)`). */
function withPrepared(m: Machine, cls: Class, args: Args): Args {
  const prepared = m.prepared.get(cls) ?? [];
  const keyword = new Map(args.keyword);
  for (const name of new Set(prepared.flatMap((one) => [...one.keyword.keys()]))) {
    const all = prepared.map((one) =>
      known(m, one.keyword.get(name) ?? args.keyword.get(name) ?? unknown),
    );
    const isCode = ({ k }: Value): boolean => k === 'class' || k === 'function' || k === 'native';
    if (all.every(isCode))
      keyword.set(
        name,
        all.reduce((a, b) => join(m, a, b)),
      );
  }
  return { ...args, keyword };
}

/** An instance of a class that nothing in the workspace makes. */
export function rootInstance(m: Machine, cls: Class): Value {
  return assuming(m, () => assumedInstance(m, cls));
}

function assumedInstance(m: Machine, cls: Class): Value {
  const init = findMember(m, cls, '__init__')?.value;
  if (init?.k !== 'function')
    return construct(
      m,
      cls,
      cls.fields
        ? withPrepared(m, cls, fieldArguments(m, cls, 'self'))
        : { positional: [], keyword: new Map() },
    );
  const values = rootValues(m, init, unknown);
  const positional: Value[] = [];
  const keyword = new Map<string, Value>();
  for (const parameter of init.def.parameters.slice(1)) {
    const value = values.get(parameter.name)!;
    if (!parameter.star) keyword.set(parameter.name, asStored(value));
  }
  const args: Args = {
    positional,
    keyword,
    ...(init.def.parameters.some((p) => p.star) ? { rest: unknown } : {}),
  };
  return construct(m, cls, withPrepared(m, cls, args));
}
