/** The rule table of TensorFlow and Keras: paths, attributes of tensors, operators. */
import { binary } from '../interpret/operators';
import { holding } from '../interpret/sequences';
import { inDialect, type Rule, type Table } from '../library';
import { dimsOf, dtypeOf, heldInt, known, type Machine } from '../machine';
import { constant } from '../poly';
import { make, withShape } from '../tensors';
import {
  int,
  native,
  none,
  unknown,
  type Class,
  type Native,
  type Tensor,
  type Value,
} from '../values';
import { arrayBinary } from './array/operators';
import { kerasLookup } from './keras';
import { dtypes } from './numpy';
import { dataLookup } from './tensorflowData';
import { dialect } from './tensorflowDialect';
import { tensorArray } from './tensorflowArrays';
import { functions, random } from './tensorflowFunctions';
import { gradientTape } from './tensorflowGradients';
import { images } from './tensorflowImages';
import { strings } from './tensorflowStrings';

const LIBRARY = dialect.library;

/** Results are TensorFlow's, also of operations on arrays of NumPy. */
function asTensors(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'tensor') return v.library === LIBRARY ? v : { ...v, library: LIBRARY };
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => asTensors(m, item)) };
  return v.k === 'many' ? { ...v, item: asTensors(m, v.item) } : v;
}
const made = new Map<string, Native>();
function asNative(path: string, rule: Rule): Native {
  const seen =
    made.get(path) ??
    native(path, (m, args) => inDialect(m, dialect, () => asTensors(m, rule(m, args))));
  made.set(path, seen);
  return seen;
}

const tensorClass: Class = { k: 'class', name: 'Tensor', bases: [], members: new Map() };
/** A module of plain TensorFlow: its methods are its own. */
const moduleClass: Class = { k: 'class', name: 'Module', bases: [], members: new Map() };
const identity = native('decorator', (m, args) => known(m, args.positional[0] ?? identity));
const context = native('context', () => unknown);

const modules =
  /^tensorflow(\.(math|nn|linalg|random|strings|image|data|io|config|summary|train|losses|metrics|optimizers|initializers|experimental|compat|compat\.v\d|sets|ragged|sparse|errors|test|debugging|autodiff))?$/;

function lookup(path: string): Value | undefined {
  const keras = /^(?:tensorflow\.)?(?:python\.)?(keras(?:\.|$).*)/.exec(path)?.[1];
  if (keras !== undefined) return kerasLookup(keras, asNative);
  const alias = /^tensorflow\.((?:losses|metrics|optimizers|initializers)\..*)/.exec(path)?.[1];
  if (alias !== undefined) return kerasLookup(`keras.${alias}`, asNative);
  if (modules.test(path)) return { k: 'module', path };
  const parts = path.split('.');
  const last = parts.at(-1)!;
  const data = dataLookup(parts);
  if (data) return data;
  if (parts.length === 2) {
    if (last === 'newaxis') return none;
    if (/^(Tensor|RaggedTensor|SparseTensor)$/.test(last)) return tensorClass;
    if (last === 'Module') return moduleClass;
    if (last === 'TensorArray') return tensorArray;
    if (last === 'function') return identity;
    if (last === 'GradientTape') return gradientTape;
    if (/^(name_scope|device|init_scope)$/.test(last)) return context;
    if (last === 'executing_eagerly') return native(last, () => ({ k: 'bool', value: true }));
    if (last === 'string') return { k: 'dtype', name: 'string' };
    const dtype = last === 'bfloat16' ? last : dtypes(last);
    if (dtype) return { k: 'dtype', name: dtype };
  }
  const rule = (tables[parts.length > 2 ? parts[1]! : ''] ?? functions).get(last);
  return rule && /^tensorflow\.((math|nn|linalg|random|strings|image|io)\.)?\w+$/.test(path)
    ? asNative(path, rule)
    : undefined;
}

const files = new Map<string, Rule>([...images, ['read_file', () => make(LIBRARY, [], 'string')]]);
const tables: Record<string, ReadonlyMap<string, Rule>> = {
  random,
  strings,
  image: images,
  io: files,
};

const attributes: Record<string, (m: Machine, t: Tensor) => Value> = {
  shape: (m, t) => known(m, { k: 'shape', shape: t.shape }),
  dtype: (m, t) => {
    const dtype = dtypeOf(m, t);
    return dtype ? { k: 'dtype', name: dtype } : unknown;
  },
  ndim: (m, t) => {
    const dims = dimsOf(m, t);
    return dims ? int(constant(dims.length)) : m.unknownInteger();
  },
  get_shape: (_, t) => native('get_shape', (m) => known(m, { k: 'shape', shape: t.shape })),
  // A ragged tensor with its rows filled up, a sparse one with its zeros.
  to_tensor: (_, t) => native('to_tensor', () => withShape(t, t.shape)),
  numpy: (_, t) => native('numpy', () => ({ ...t, library: 'numpy' })),
  // Variables give their tensor, and keep their shape when they are assigned to.
  value: (_, t) => native('value', () => t),
  read_value: (_, t) => native('read_value', () => t),
  assign: (_, t) => native('assign', () => t),
  assign_add: (_, t) => native('assign_add', () => t),
  assign_sub: (_, t) => native('assign_sub', () => t),
};

/** Sizes that were read from tensors stay known when they are reckoned with. */
function ofIntegers(m: Machine, op: string, left: Value, right: Value): Value | undefined {
  const [a, b] = [heldInt(m, left), heldInt(m, right)];
  const t = [left, right].map((v) => known(m, v)).find((v) => v.k === 'tensor');
  if (!a || !b || t?.k !== 'tensor' || !/^(\+|-|\*|\/\/|%)$/.test(op)) return undefined;
  return holding(m, t, binary(m, op, int(a), int(b)));
}

export const tensorflow: Table = {
  dialect,
  packages: ['tensorflow', 'keras'],
  lookup,
  attribute: (m, t, name) => attributes[name]?.(m, t),
  isTensorAttribute: (name) => /^(shape|dtype|numpy|get_shape|assign_add|assign_sub)$/.test(name),
  binary: (m, op, left, right) =>
    inDialect(m, dialect, () => {
      const result = ofIntegers(m, op, left, right) ?? arrayBinary(m, op, left, right);
      return result && asTensors(m, result);
    }),
  unary: (_, __, t) => withShape(t, t.shape),
};
