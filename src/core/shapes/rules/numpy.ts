/** The rule table of NumPy: the shared array rules under its names, with its axes and its types. */
import { inDialect, type Rule, type Table } from '../library';
import { dimsOf, dtypeOf, known, type Machine } from '../machine';
import { constant, product } from '../poly';
import { withShape } from '../tensors';
import { int, native, none, unknown, type Native, type Tensor, type Value } from '../values';
import { arrayBinary } from './array/operators';
import { dialect, functions } from './numpyFunctions';
import { more } from './numpyMore';
import { rightSide, turn } from './numpyShapes';

/** Methods whose arguments are sizes or axes one by one, as in the functions. */
const methods = new Set([...functions.keys()].filter((name) => !name.includes('.')));

const attributes: Record<string, (m: Machine, t: Tensor) => Value> = {
  shape: (m, t) => known(m, { k: 'shape', shape: t.shape }),
  ndim: (m, t) => {
    const dims = dimsOf(m, t);
    return dims ? int(constant(dims.length)) : m.unknownInteger();
  },
  size: (m, t) => {
    const dims = dimsOf(m, t);
    return dims ? int(product(dims)) : m.unknownInteger();
  },
  dtype: (m, t) => {
    const dtype = dtypeOf(m, t);
    return dtype ? { k: 'dtype', name: dtype } : unknown;
  },
  T: turn,
};

const made = new Map<string, Native>();

function asNative(name: string, rule: Rule): Native {
  const seen =
    made.get(name) ?? native(name, (m, args) => inDialect(m, dialect, () => rule(m, args)));
  made.set(name, seen);
  return seen;
}

const types = new Set(
  'float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool_ bool complex64 complex128 int_ float_'.split(
    ' ',
  ),
);

/** The element type of that name. */
export function dtypes(name: string): string | undefined {
  if (!types.has(name)) return undefined;
  return name === 'int_' ? 'int64' : name === 'float_' ? 'float64' : name.replace('bool_', 'bool');
}

/** A generator of random numbers: the functions of `numpy.random` as methods. */
const generator = native('default_rng', () => ({
  k: 'object',
  id: 0,
  cls: {
    k: 'class',
    name: 'Generator',
    bases: [],
    members: new Map(),
    library: {
      attribute: (_, __, name) => {
        const rule = functions.get(`random.${name === 'integers' ? 'randint' : name}`);
        return rule && asNative(`random.${name}`, rule);
      },
    },
  },
  attributes: new Map(),
}));

function lookup(path: string): Value | undefined {
  const name = path.slice(path.indexOf('.') + 1);
  if (name === 'random' || name === 'linalg' || name === 'fft') return { k: 'module', path };
  if (name === 'pi' || name === 'e' || name === 'inf' || name === 'nan') return { k: 'float' };
  if (name === 'newaxis') return none;
  if (name === 'ndarray') return { k: 'class', name: 'ndarray', bases: [], members: new Map() };
  const dtype = dtypes(name);
  if (dtype) return { k: 'dtype', name: dtype };
  if (name === 'random.default_rng' || name === 'random.RandomState' || name === 'random.Generator')
    return generator;
  const rule = functions.get(name) ?? more.get(name);
  return rule ? asNative(name, rule) : undefined;
}

export const numpy: Table = {
  dialect,
  packages: ['numpy', 'cupy'],
  lookup,
  attribute: (m, t, name) => {
    const special = attributes[name];
    if (special) return inDialect(m, dialect, () => special(m, t));
    const rule = methods.has(name) ? functions.get(name) : undefined;
    return (
      rule &&
      native(name, (machine, args) =>
        inDialect(machine, dialect, () =>
          rule(machine, { ...args, positional: [t, ...args.positional] }),
        ),
      )
    );
  },
  isTensorAttribute: (name) =>
    [
      'shape',
      'ndim',
      'T',
      'astype',
      'reshape',
      'transpose',
      'dot',
      'flatten',
      'ravel',
      'argmax',
      'swapaxes',
      'squeeze',
      'dtype',
    ].includes(name),
  binary: (m, op, left, right) => {
    const [a, b] = [known(m, left), known(m, right)];
    const other = a.k === 'tensor' ? a : undefined;
    const side = op === '@' && b.k === 'tensor' ? rightSide(m, other, b) : b;
    return inDialect(m, dialect, () => arrayBinary(m, op, left, side));
  },
  unary: (_, __, t) => withShape(t, t.shape),
};
