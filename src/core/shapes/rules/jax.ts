/** The rule table of JAX and Flax: NumPy's functions under jax.numpy, with 32-bit types and transformations. */
import { inDialect, type Rule, type Table } from '../library';
import { fresh, known, type Machine } from '../machine';
import { make, swap, withShape } from '../tensors';
import {
  native,
  none,
  unknown,
  type Class,
  type Native,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { arrayBinary } from './array/operators';
import { dtypeNamed, narrow } from './dtypes';
import { flaxLookup } from './flax';
import { dialect } from './jaxDialect';
import { initialised, lax, neural, random } from './jaxFunctions';
import { decorating, transforms } from './jaxTransforms';
import { dtypes, numpy } from './numpy';
import { functions } from './numpyFunctions';
import { more } from './numpyMore';
import { optimizerRule, trainStateClass } from './optax';
import { scipyRule } from './jaxScipy';
import { staxConstant, staxLayer } from './stax';

const LIBRARY = dialect.library;

/** Results are JAX's arrays, of 32 bits. */
function asJax(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'tensor') {
    const dtype = typeof v.dtype === 'string' ? narrow(v.dtype) : v.dtype;
    return v.library === LIBRARY && dtype === v.dtype ? v : { ...v, library: LIBRARY, dtype };
  }
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => asJax(m, item)) };
  return v.k === 'many' ? { ...v, item: asJax(m, v.item) } : v;
}

const made = new Map<string, Native>();
export function asNative(path: string, rule: Rule, decorates = false): Native {
  const seen =
    made.get(path) ??
    native(path, (m, args) => inDialect(m, dialect, () => asJax(m, rule(m, args))));
  const result = decorates && !seen.decorates ? ({ ...seen, decorates: true } as const) : seen;
  made.set(path, result);
  return result;
}

/** `jax.Array` in annotations: of any shape. */
const arrayClass: Class = { k: 'class', name: 'Tensor', bases: [], members: new Map() };

function inNumpy(name: string): Value | undefined {
  if (name === 'ndarray' || name === 'array_type') return arrayClass;
  if (/^(linalg|fft|random)$/.test(name)) return { k: 'module', path: `jax.numpy.${name}` };
  if (/^(pi|e|inf|nan)$/.test(name)) return { k: 'float' };
  if (name === 'newaxis') return none;
  const dtype = dtypes(name);
  if (dtype) return { k: 'dtype', name: narrow(dtype) };
  if (name === 'bfloat16') return { k: 'dtype', name };
  if (name === 'finfo' || name === 'iinfo') return asNative(`jax.numpy.${name}`, limits);
  const rule = functions.get(name) ?? more.get(name);
  return rule && asNative(`jax.numpy.${name}`, rule);
}
/** finfo(dtype), iinfo(dtype): numbers of that type. */
const limits: Rule = (m, args) => {
  const given = dtypeNamed(m, args.positional[0], 'float32');
  const number: Value = make(LIBRARY, [], given ?? fresh(m));
  const names = ['min', 'max', 'eps', 'tiny', 'resolution'];
  return { k: 'dict', entries: new Map(names.map((name) => [name, number])) };
};

const modules =
  /^jax(\.(numpy|nn|lax|random|tree_util|tree|scipy|sharding|ad_checkpoint|experimental|typing|image|nn\.initializers|numpy\.linalg|example_libraries(\.(stax|optimizers))?|scipy\.(special|linalg|stats(\.\w+)?)))?$|^optax(\.losses)?$/;

function lookup(path: string): Value | undefined {
  if (path === 'jaxtyping.Array') return arrayClass;
  const optimizer = optimizerRule(path);
  if (optimizer) return asNative(path, optimizer);
  if (path.startsWith('flax')) return trainStateClass(path) ?? flaxLookup(path);
  if (modules.test(path)) return { k: 'module', path };
  if (path.startsWith('jax.numpy.')) return inNumpy(path.slice('jax.numpy.'.length));
  const name = path.slice('jax.'.length);
  if (/^(typing\.)?Array(Like)?$/.test(name)) return arrayClass;
  if (name.startsWith('nn.initializers.')) return initializer(name.split('.').at(-1)!);
  if (name.startsWith('example_libraries.stax.')) return inStax(path, name.split('.').at(-1)!);
  const science = name.startsWith('scipy.') ? scipyRule(name.slice('scipy.'.length)) : undefined;
  if (science) return asNative(path, science);
  const [part, last] = name.includes('.') ? name.split('.') : ['', name];
  const table = { random, nn: neural, lax }[part ?? ''];
  const rule = table?.get(last ?? '') ?? transforms.get(name);
  if (rule) return asNative(path, rule, decorating.has(name));
  const inherited =
    part === 'lax' || part === 'nn'
      ? (functions.get(last ?? '') ?? more.get(last ?? ''))
      : undefined;
  return inherited && asNative(path, inherited);
}
function inStax(path: string, name: string): Value | undefined {
  const rule = staxLayer(name);
  return rule ? asNative(path, rule) : staxConstant(name);
}
/** `zeros` is an initialiser, `normal(stddev)` makes one. */
export function initializer(name: string): Value {
  const init = asNative('initializer', initialised);
  return /^(zeros|ones)$/.test(name) ? init : native(name, () => init);
}

/** `x.at[index].set(y)`: a new array like x. */
function updater(t: Tensor): Value {
  const same = () => withShape(t, t.shape);
  const methods = Object.fromEntries(
    'set add multiply mul divide power min max apply'.split(' ').map((name) => [name, same]),
  );
  const object: Obj = {
    k: 'object',
    id: 0,
    cls: { k: 'class', name: 'at', bases: [], members: new Map(), library: { methods } },
    attributes: new Map(),
  };
  return { k: 'dict', entries: new Map(), other: object };
}
const attributes: Record<string, (m: Machine, t: Tensor) => Value> = {
  at: (_, t) => updater(t),
  // A parameter or variable of nnx holds an array and is used as one.
  value: (_, t) => t,
  mT: (m, t) => swap(m, t, -2, -1),
  block_until_ready: (_, t) => native('block_until_ready', () => t),
  devices: () => unknown,
};

export const jax: Table = {
  dialect,
  packages: ['jax', 'flax', 'optax', 'jaxtyping'],
  lookup,
  attribute: (m, t, name) => {
    const special = attributes[name];
    if (special) return inDialect(m, dialect, () => special(m, t));
    const value = numpy.attribute?.(m, t, name);
    if (value?.k !== 'native') return value && inDialect(m, dialect, () => asJax(m, value));
    const rule = functions.get(name);
    return native(name, (machine, args) =>
      inDialect(machine, dialect, () =>
        rule
          ? asJax(machine, rule(machine, { ...args, positional: [t, ...args.positional] }))
          : unknown,
      ),
    );
  },
  isTensorAttribute: (name) => name === 'at' || (numpy.isTensorAttribute?.(name) ?? false),
  binary: (m, op, left, right) =>
    inDialect(m, dialect, () => {
      const result = arrayBinary(m, op, left, right);
      return result && asJax(m, result);
    }),
  unary: (_, __, t) => withShape(t, t.shape),
};
