/** Names of Keras, alone or in TensorFlow: layers, models, inputs, losses, ops. https://keras.io/api */
import { type Rule } from '../library';
import { asInt, asTensor, known, size, unknownSize } from '../machine';
import { withDtype } from '../tensors';
import { argument, native, ranked, string, unknown, type Class, type Value } from '../values';
import { appended } from './array/common';

import { dtypeNamed, narrow } from './dtypes';
import { layerBase, LIBRARY, modelBase } from './kerasBase';
import { layers } from './kerasLayers';
import { recurrentLayers } from './kerasRecurrent';
import { folders, loadData } from './kerasData';
import { textLayers } from './kerasText';
import { eachItem, initializerClass, trainingClass } from './kerasTraining';
import { functions as arrayFunctions } from './numpyFunctions';
import { more } from './numpyMore';
import { functions as tensorFunctions } from './tensorflowFunctions';

const classes = new Map<string, Class>([
  ['Layer', layerBase],
  ['Model', modelBase],
]);
for (const [name, library] of [...layers, ...recurrentLayers, ...textLayers]) {
  const base = name === 'Sequential' ? modelBase : layerBase;
  classes.set(name, { k: 'class', name, bases: [base], members: new Map(), library });
}

/** Input(shape): a batch of its own size before it. */
const input: Rule = (m, args) => {
  const [shape, whole] = [argument(args, 0, 'shape'), args.keyword.get('batch_shape')];
  const given = known(m, whole ?? shape ?? unknown);
  const dtype = dtypeNamed(m, args.keyword.get('dtype'), 'float32') ?? 'float32';
  if (given.k !== 'sequence') return unknown;
  const dims = given.items.map((item) => asInt(m, item) ?? unknownSize(m));
  const fixed = args.keyword.get('batch_size');
  const batch = (fixed && asInt(m, fixed)) ?? size(m, 'batch');
  return { k: 'tensor', shape: ranked(whole ? dims : [batch, ...dims]), dtype, library: LIBRARY };
};

const smaller = new Set(
  'arange argmax argmin argsort array convert_to_tensor searchsorted count_nonzero'.split(' '),
);
/** keras.ops: NumPy's names and neural ones, in 32 bits. */
function ops(name: string): Rule | undefined {
  const base =
    name === 'cast'
      ? tensorFunctions.get(name)
      : (arrayFunctions.get(name) ?? more.get(name) ?? tensorFunctions.get(name));
  if (!base || !smaller.has(name)) return base;
  return (m, args) => {
    const result = base(m, args);
    return result.k === 'tensor' && typeof result.dtype === 'string'
      ? withDtype(result, narrow(result.dtype))
      : result;
  };
}

const toCategorical: Rule = (m, args) => {
  const t = asTensor(m, args.positional[0], 'numpy');
  const count = argument(args, 1, 'num_classes');
  return t
    ? withDtype(appended(m, t, (count && asInt(m, count)) ?? unknownSize(m)), 'float64')
    : unknown;
};

export const kerasModules =
  /^keras(\.(layers|models|ops|losses|losses\.Reduction|activations|utils|initializers|regularizers|optimizers|optimizers\.schedules|metrics|callbacks|datasets(\.(mnist|fashion_mnist|cifar10|cifar100|boston_housing))?|applications|backend|preprocessing|random|constraints|mixed_precision))?$/;

/** A rule or value for a path that begins with `keras`. */
export function kerasLookup(
  path: string,
  asNative: (name: string, rule: Rule) => Value,
): Value | undefined {
  if (kerasModules.test(path)) return { k: 'module', path };
  const parts = path.split('.');
  const last = parts.at(-1)!;
  const part = parts.at(-2)!;
  if (last === 'Input' || last === 'InputLayer') return asNative('keras.Input', input);
  if (/^(layers|models|keras)$/.test(part) || parts.includes('layers')) {
    const found = classes.get(last);
    if (found) return found;
    const merged =
      last[0] === last[0]?.toLowerCase()
        ? classes.get(last[0]!.toUpperCase() + last.slice(1))
        : undefined;
    if (merged?.library?.call)
      return asNative(path, (m, args) =>
        merged.library!.call!(
          m,
          { k: 'object', id: 0, cls: merged, attributes: new Map(args.keyword) },
          args,
        ),
      );
  }
  if (/^(losses|metrics)$/.test(part) && /^[a-z]/.test(last)) return asNative(path, eachItem);
  if (part === 'Reduction') return string(last.toLowerCase());
  const training = trainingClass(part, last);
  if (training) return training;
  if (part === 'activations') {
    const rule = tensorFunctions.get(last);
    return rule && asNative(path, rule);
  }
  if (part === 'ops') {
    const rule = ops(last);
    return rule && asNative(path, rule);
  }
  const data = last === 'load_data' ? loadData(part) : folders[last];
  if (data) return native(path, data);
  if (part === 'random') {
    const rule = tensorFunctions.get('zeros');
    return /^(normal|uniform|truncated_normal)$/.test(last) && rule
      ? asNative(path, rule)
      : undefined;
  }
  if (part === 'initializers') return initializerClass(last);
  return last === 'to_categorical' ? asNative(path, toCategorical) : undefined;
}
