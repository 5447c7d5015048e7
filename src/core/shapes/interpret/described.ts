/** Instances of classes in the source of a library itself, which its rules describe. */
import { dimsOf, known, type Machine } from '../machine';
import type { Args, Obj, Value } from '../values';
import { call } from './calls';
import { assuming, construct } from './construct';

/**
 * What the rules of a library say of a call of an instance, where they tell the shape: how the library itself calls a
 * class tells nothing of how others do.
 */
export function described(m: Machine, { cls, made }: Obj, args: Args): Value | undefined {
  if (!made || !cls.env || !m.library.owns(cls.env.module)) return undefined;
  const same = m.library.lookup(`${cls.env.module}.${cls.name}`);
  if (same?.k !== 'class' || !same.library?.call) return undefined;
  const { tally } = m;
  const rule = assuming(m, () => construct(m, same, made));
  const value = known(m, call(m, rule, args));
  if (value.k === 'tensor' && dimsOf(m, value)) return value;
  m.tally = tally;
  return undefined;
}
