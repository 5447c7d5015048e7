/** What TensorFlow's rules share: arguments by its names, data as tensors. */
import { type Rule } from '../library';
import { asTensor, known, type Machine } from '../machine';
import { withDtype, withShape } from '../tensors';
import { argument, unknown, type Args, type Tensor, type Value } from '../values';
import { onTensor } from './array/common';
import { fromData } from './array/create';
import { dtypeNamed, floating } from './dtypes';

const LIBRARY = 'tensorflow';
export const typeAt = (m: Machine, args: Args, index: number): string | undefined => {
  const given = argument(args, index, 'dtype');
  return given && dtypeNamed(m, given, 'float32');
};
const firstNames =
  'input x tensor input_tensor values value logits features a params condition shape dims labels image images contents inputs data lengths t'.split(
    ' ',
  );
/** The first argument by any of the names that TensorFlow gives it. */
export const named =
  (rule: Rule): Rule =>
  (m, args) => {
    if (args.positional.length > 0) return rule(m, args);
    const name = firstNames.find((each) => args.keyword.has(each));
    if (name === undefined) return rule(m, args);
    const keyword = new Map(args.keyword);
    keyword.delete(name);
    return rule(m, { ...args, positional: [args.keyword.get(name)!], keyword });
  };
export const tensor = (m: Machine, value: Value | undefined): Tensor | undefined => {
  const v = value && known(m, value);
  const isData = v && /^(sequence|many|int|float|bool|string)$/.test(v.k);
  const made = isData ? fromNumbers(m, { positional: [v], keyword: new Map() }) : v;
  return made && asTensor(m, made, LIBRARY);
};
export const onData = (rule: (m: Machine, t: Tensor, args: Args) => Value): Rule =>
  named((m, args) => {
    const t = tensor(m, args.positional[0]);
    return t
      ? onTensor(rule)(m, { ...args, positional: [t, ...args.positional.slice(1)] })
      : onTensor(rule)(m, args);
  });
export const same = onData((_, t) => withShape(t, t.shape));
export const float = onData((m, t) => withDtype(t, floating(m, t, 'float32')));

/** tf.constant: Python's integers are int32, its floats float32. */
export function fromNumbers(m: Machine, args: Args): Value {
  const made = fromData(m, { positional: args.positional.slice(0, 1), keyword: new Map() });
  if (made.k !== 'tensor') return made;
  const given = known(m, args.positional[0] ?? unknown);
  return made.dtype === 'int64' && given.k !== 'tensor' ? withDtype(made, 'int32') : made;
}
