/** What every layer rule shares: constructors that keep their arguments, calls on one tensor. */
import { oneOf } from '../../join';
import { asInt, asTensor, known, unknownSize, write, type Machine } from '../../machine';
import { constant, type Poly } from '../../poly';
import { eitherCosts } from '../../tally';
import { make, withShape } from '../../tensors';
import {
  argument,
  int,
  none,
  unknown,
  type Args,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../../values';

export const LIBRARY = 'torch';

export const kept = (self: Obj, name: string): Value => self.attributes.get(name) ?? unknown;

export const keptInt = (m: Machine, self: Obj, name: string): Poly | undefined => {
  const v = self.attributes.get(name);
  return v && asInt(m, v);
};

export const isTrue = (m: Machine, value: Value | undefined): boolean | undefined => {
  const v = value && known(m, value);
  return v?.k === 'bool' ? v.value : v ? undefined : false;
};

export const parameter = (m: Machine, dims: readonly (Poly | undefined)[]): Tensor =>
  make(
    LIBRARY,
    dims.map((dim) => dim ?? unknownSize(m)),
    'float32',
  );

/** A constructor that keeps its arguments by name; `name=value` gives the default. */
export function keeps(
  signature: string,
  more?: (m: Machine, self: Obj, size: (name: string) => Poly | undefined) => void,
) {
  const names = signature
    .split(' ')
    .map((entry) => entry.split('=') as [string, string | undefined]);
  return (m: Machine, self: Obj, args: Args): void => {
    names.forEach(([name, fallback], index) => {
      const value = argument(args, index, name) ?? (args.rest ? unknown : literal(fallback));
      const v = known(m, value);
      write(
        m,
        self.attributes,
        name,
        v.k === 'any' && /features|size|dim|channels|num_|embed|d_model/.test(name)
          ? int(asInt(m, v)!)
          : v,
      );
    });
    more?.(m, self, (name) => keptInt(m, self, name));
  };
}

function literal(text: string | undefined): Value {
  if (text === undefined || text === 'None') return none;
  if (text === 'True' || text === 'False') return { k: 'bool', value: text === 'True' };
  return /^-?\d+$/.test(text) ? int(constant(Number(text))) : { k: 'string', value: text };
}

export const input = (m: Machine, args: Args): Tensor | undefined =>
  asTensor(m, args.positional[0] ?? args.keyword.values().next().value, LIBRARY);

export const layer = (
  init: LibraryClass['init'],
  call: (m: Machine, self: Obj, t: Tensor, args: Args) => Value,
): LibraryClass => ({
  ...(init ? { init } : {}),
  call: (m, self, args) => {
    const given = args.positional[0] && known(m, args.positional[0]);
    if (given?.k === 'union') {
      const all = given.options.filter((option) => option.k === 'tensor');
      const runs = all.map((option) => () => call(m, self, option as Tensor, args));
      return oneOf(m, runs.length > 0 ? eitherCosts(m, runs) : []);
    }
    const t = input(m, args);
    return t ? call(m, self, t, args) : unknown;
  },
});

export const set = (m: Machine, self: Obj, name: string, value: Value) =>
  write(m, self.attributes, name, value);

export const same = (init?: LibraryClass['init']): LibraryClass =>
  layer(init, (_, __, t) => withShape(t, t.shape));

/** n numbers of a size that may be one for all axes. */
export function perAxis(m: Machine, value: Value, count: number): (Poly | undefined)[] {
  const v = known(m, value);
  const items = v.k === 'sequence' ? v.items : undefined;
  return Array.from({ length: count }, (_, index) => asInt(m, items ? items[index] : v));
}
