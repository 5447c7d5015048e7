/** Functions and classes as values. */
import { nameOfDecorator, type ClassDef, type FunctionDef, type Stmt } from '../ast';
import { known, type Machine } from '../machine';
import { unknown, type Class, type Env, type Func, type Value } from '../values';
import { call } from './calls';
import { evaluate } from './expressions';
import { execute } from './statements';

export function defineFunction(m: Machine, env: Env, def: FunctionDef): Func {
  const defaults = new Map<string, Value>();
  for (const parameter of def.parameters) {
    if (parameter.default) defaults.set(parameter.name, evaluate(m, env, parameter.default));
  }
  return { k: 'function', def, env, defaults };
}

/** A function with the decorators that make another of it, the innermost first. */
export function decorated(m: Machine, env: Env, def: FunctionDef): Value {
  const fn = defineFunction(m, env, def);
  return def.decorators.toReversed().reduce<Value>((value, each) => {
    const by = known(m, evaluate(m, env, each, true));
    // What a function of the workspace does besides (it may set an attribute of a class) is done.
    if (by.k === 'method') call(m, by, { positional: [value], keyword: new Map() });
    if (by.k !== 'native' || !by.decorates) return value;
    const made = by.call(m, { positional: [value], keyword: new Map() });
    return made.k === 'native' ? { ...made, inner: fn } : made;
  }, fn);
}

export function defineClass(m: Machine, env: Env, def: ClassDef): Class {
  const bases = def.bases.filter((base) => !base.name).map((base) => evaluate(m, env, base.value));
  const scope: Env = { variables: new Map(), parent: env, module: env.module };
  execute(
    m,
    scope,
    def.body.filter((s) => s.k !== 'expression'),
  );
  const members = scope.variables;
  const generated =
    def.decorators.some((d) => /dataclass|define|attrs/.test(nameOfDecorator(d))) ||
    m.fieldsOf(bases);
  const inherited = bases.flatMap((base) => {
    const b = known(m, base);
    return b.k === 'class' ? (b.fields ?? []) : [];
  });
  const cls: Class = {
    k: 'class',
    name: def.name,
    bases,
    members,
    def,
    env,
    ...(generated ? { fields: mergeFields(inherited, ownFields(def.body, members)) } : {}),
  };
  for (const [name, member] of members) {
    // The function knows its class, for `super()`.
    if (member.k === 'function' && !member.owner) members.set(name, { ...member, owner: cls });
  }
  return cls;
}

type Fields = NonNullable<Class['fields']>;
function ownFields(body: readonly Stmt[], members: ReadonlyMap<string, Value>): Fields {
  return body.flatMap((s) => {
    const target = s.k === 'assign' && s.annotation ? s.targets[0] : undefined;
    if (target?.k !== 'name') return [];
    const value = members.get(target.id);
    return [
      {
        name: target.id,
        ...(value ? { default: value } : s.k === 'assign' && s.value ? { default: unknown } : {}),
      },
    ];
  });
}
const mergeFields = (first: Fields, second: Fields): Fields => [
  ...first.filter((field) => !second.some((other) => other.name === field.name)),
  ...second,
];
