/** The rule table of PyTorch: paths, tensor attributes, operators, `nn.Module` and einops. */
import { call } from '../interpret/calls';
import { inDialect, type Dialect, type Table } from '../library';
import {
  asTensor,
  dimsOf,
  dtypeOf,
  known,
  requireRank,
  unknownSize,
  type Machine,
} from '../machine';
import { add as addPoly, constant, multiply as multiplyPoly, type Poly } from '../poly';
import { make, permute, swap, vague, withDtype, withShape } from '../tensors';
import {
  argument,
  bool,
  int,
  native,
  ranked,
  tuple,
  unknown,
  type Args,
  type Class,
  type LibraryClass,
  type Native,
  type Tensor,
  type Value,
} from '../values';
import { torchDtype, torchPromote } from './dtypes';
import { einopsRule } from './array/product';
import { rearranged } from './einops';
import { arrayBinary } from './array/operators';
import { dataLookup } from './torchData';
import { functions } from './torchFunctions';
import { visionLookup } from './torchvision';

const LIBRARY = 'torch';
export const dialect: Dialect = {
  library: LIBRARY,
  float: 'float32',
  anyFloat: false,
  promote: torchPromote,
};
import { einopsLayer } from './layers/containers';
import { poolFunction } from './layers/convolution';
import { layers } from './torchLayers';
import { forwardOf, moduleClass } from './torchModule';

const made = new Map<string, Native>();
function asNative(name: string): Native | undefined {
  const rule = functions.get(name) ?? functionRules[name];
  if (!rule) return undefined;
  const known =
    made.get(name) ?? native(name, (m, args) => inDialect(m, dialect, () => rule(m, args)));
  made.set(name, known);
  return known;
}
const functionRules: Record<string, (m: Machine, args: Args) => Value> = {
  max_pool1d: poolFunction(1),
  max_pool2d: poolFunction(2),
  max_pool3d: poolFunction(3),
  avg_pool1d: poolFunction(1, true),
  avg_pool2d: poolFunction(2, true),
  avg_pool3d: poolFunction(3, true),
};

const attributes: Record<string, (m: Machine, t: Tensor) => Value> = {
  shape: (m, t) => known(m, { k: 'shape', shape: t.shape }),
  ndim: (m, t) => {
    const dims = dimsOf(m, t);
    return dims ? int(constant(dims.length)) : m.unknownInteger();
  },
  dtype: (m, t) => {
    const dtype = dtypeOf(m, t);
    return dtype ? { k: 'dtype', name: dtype } : unknown;
  },
  T: (m, t) => {
    const dims = dimsOf(m, t);
    return dims
      ? permute(
          m,
          t,
          dims.map((_, index) => dims.length - 1 - index),
        )
      : vague(m, t);
  },
  mT: (m, t) => swap(m, t, -2, -1),
  data: (_, t) => t,
  grad: (_, t) => t,
  real: (_, t) => t,
  device: () => unknown,
  is_cuda: () => bool(),
  requires_grad: () => bool(),
};
const names = new Set(Object.keys(attributes));
/** Names that a configuration, a module or a dict has as well as a tensor. */
const common = new Set(
  'copy_ pad add where sort range normal norm new dropout linear embedding select batch_norm layer_norm to_dense mode tile eye grad real index_select split_with_sizes'.split(
    ' ',
  ),
);

/** `super().forward(x)` is what calling the layer does, where nothing derived from it does something else. */
const withForward = (library: LibraryClass): LibraryClass => {
  const { call: run } = library;
  if (!run) return library;
  const forward: typeof run = (m, self, args) => inDialect(m, dialect, () => run(m, self, args));
  return {
    ...library,
    call: (m, self, args) => forwardOf(m, self, args) ?? forward(m, self, args),
    methods: { ...library.methods, forward },
  };
};
const moduleBase: Class = {
  k: 'class',
  name: 'Module',
  bases: [],
  members: new Map(),
  library: moduleClass,
};
const classes = new Map<string, Class>();
for (const [name, library] of layers(call)) {
  classes.set(name, {
    k: 'class',
    name,
    bases: [moduleBase],
    members: new Map(),
    library: withForward(library),
  });
}
classes.set('Module', moduleBase);
const einopsClass: Class = {
  k: 'class',
  name: 'Rearrange',
  bases: [moduleBase],
  members: new Map(),
  library: einopsLayer,
};
const sized = (dtype: string) =>
  native(dtype, (m, args) => {
    const first = args.positional[0] && known(m, args.positional[0]);
    const data =
      first?.k === 'sequence' ||
      first?.k === 'tensor' ||
      first?.k === 'many' ||
      first?.k === 'unknown';
    const result = functions.get(data ? 'tensor' : 'empty')!(m, args);
    return result.k === 'tensor' ? withDtype(result, dtype) : result;
  });
const tensorClass: Class = {
  k: 'class',
  name: 'Tensor',
  bases: [],
  members: new Map(),
  library: { make: sized('float32').call },
};

const parameterRule = native('Parameter', (m, args) => {
  const t = asTensor(m, argument(args, 0, 'data'), LIBRARY);
  return t ? { ...withShape(t, t.shape), role: 'parameter' } : unknown;
});
const legacy: Record<string, Native> = {
  FloatTensor: sized('float32'),
  LongTensor: sized('int64'),
  IntTensor: sized('int32'),
  DoubleTensor: sized('float64'),
  BoolTensor: sized('bool'),
  ByteTensor: sized('uint8'),
  HalfTensor: sized('float16'),
};

const checkpoint = native('checkpoint', (m, args) =>
  call(m, args.positional[0] ?? unknown, { ...args, positional: args.positional.slice(1) }),
);
const packed = native('pack_padded_sequence', (m, args) => {
  const t = known(m, args.positional[0] ?? unknown);
  return t.k === 'tensor' ? { ...t, isPacked: true } : t;
});
const padded = native('pad_packed_sequence', (m, args) => {
  const t = asTensor(m, args.positional[0], LIBRARY);
  const lengths = make(LIBRARY, [unknownSize(m)], 'int64');
  if (!t) return unknown;
  const dims = dimsOf(m, t);
  const whole = withShape(t, t.shape);
  return tuple([whole, dims?.length === 3 ? make(LIBRARY, [dims[1]!], 'int64') : lengths]);
});
const padSequence = native('pad_sequence', (m, args) => {
  const batch = functions.get('stack')!(m, {
    positional: [args.positional[0] ?? unknown],
    keyword: new Map(),
  });
  return batch.k === 'tensor' ? vague(m, batch) : unknown;
});
const context = native('context', () => unknown);

function lookup(path: string): Value | undefined {
  const parts = path.split('.');
  const last = parts.at(-1)!;
  if (parts[0] === 'einops') return einops(last);
  if (parts[0] === 'torchvision') return visionLookup(path);
  if (path.startsWith('torch.utils.data.')) return dataLookup(last);
  if (path === 'torch.Tensor') return tensorClass;
  if (path === 'torch.dtype') return unknown;
  if (
    /^torch(\.nn(\.(functional|init|utils|modules|parameter|parallel|attention))?|\.utils(\.(data|checkpoint))?|\.cuda|\.optim|\.distributions|\.special|\.linalg|\.fft|\.autograd|\.backends|\.jit|\.nn\.utils\.rnn|\.nn\.modules\.\w+)?$/.test(
      path,
    )
  )
    return { k: 'module', path };
  if (last === 'Parameter' || last === 'Buffer') return parameterRule;
  if (last === 'checkpoint') return checkpoint;
  if (last === 'pack_padded_sequence') return packed;
  if (last === 'pad_packed_sequence') return padded;
  if (last === 'pad_sequence') return padSequence;
  if (/^torch\.nn\.(modules\.\w+\.)?[A-Z]/.test(path)) return classes.get(last);
  if (/^torch\.nn\.(functional|init)\./.test(path)) return asNative(last);
  if (parts.length === 2) {
    if (legacy[last]) return legacy[last];
    const dtype = torchDtype(last);
    if (dtype) return { k: 'dtype', name: dtype };
    if (/^(no_grad|inference_mode|enable_grad|set_grad_enabled|autocast)$/.test(last))
      return context;
    if (last === 'device' || last === 'Generator' || last === 'manual_seed') return context;
    if (last === 'inf' || last === 'pi') return { k: 'float' };
    if (last === 'Size')
      return native('Size', (m, args) => known(m, args.positional[0] ?? unknown));
    if (last === 'finfo' || last === 'iinfo')
      return native(last, () => ({
        k: 'dict',
        entries: new Map<string, Value>([
          ['max', { k: 'float' }],
          ['min', { k: 'float' }],
          ['eps', { k: 'float' }],
        ]),
      }));
    return asNative(last);
  }
  if (/^torch\.(linalg|special|fft)\./.test(path)) return asNative(last);
  return undefined;
}

function einops(name: string): Value | undefined {
  if (name === 'einops' || name === 'layers' || name === 'torch')
    return { k: 'module', path: name === 'einops' ? name : `einops.${name}` };
  if (name === 'rearrange' || name === 'repeat') return einopsNative(name);
  if (name === 'reduce') return einopsNative(name);
  if (name === 'Rearrange') return einopsClass;
  if (name === 'Reduce') return { ...einopsClass, name: 'Reduce' };
  if (name === 'einsum') {
    return native('einsum', (m, args) =>
      functions.get('einsum')!(m, {
        ...args,
        positional: [args.positional.at(-1) ?? unknown, ...args.positional.slice(0, -1)],
      }),
    );
  }
  if (name === 'parse_shape') return native(name, parseShape);
  if (name === 'pack') return native('pack', pack);
  if (name === 'unpack') return native('unpack', unpackRule);
  return undefined;
}
/** parse_shape(x, 'b h w'): the sizes by name. */
function parseShape(m: Machine, args: Args): Value {
  const t = asTensor(m, args.positional[0]);
  const pattern = known(m, argument(args, 1, 'pattern') ?? unknown);
  if (!t || pattern.k !== 'string' || pattern.value === undefined)
    return { k: 'dict', entries: new Map(), other: unknown };
  const names = pattern.value.trim().split(/\s+/);
  const shape = names.includes('...')
    ? undefined
    : rearranged(m, t, `${names.join(' ')} -> ${names.join(' ')}`, new Map());
  const dims = shape && dimsOf(m, withShape(t, shape));
  const entries = new Map<string, Value>();
  names.forEach((name, index) => {
    if (name !== '_' && dims?.[index]) entries.set(name, int(dims[index]));
  });
  return { k: 'dict', entries, ...(dims ? {} : { other: unknown }) };
}
const einopsNatives = new Map<string, Native>();
function einopsNative(name: string): Native {
  const known =
    einopsNatives.get(name) ??
    native(
      name,
      einopsRule((_, t) => t.dtype),
    );
  einopsNatives.set(name, known);
  return known;
}
/** pack([x, y], 'b * d'): concatenates what stands under the star. */
function pack(m: Machine, args: Args): Value {
  const list = known(m, args.positional[0] ?? unknown);
  const pattern = args.positional[1];
  if (list.k !== 'sequence' || pattern?.k !== 'string') return tuple([unknown, unknown]);
  const axes = (pattern.value ?? '').split(/\s+/);
  const star = axes.indexOf('*');
  const tensors = list.items.map((item) => asTensor(m, item, LIBRARY));
  const shapes = tensors.map((t) => t && dimsOf(m, t));
  if (tensors.length === 0 || shapes.some((dims) => !dims))
    return tuple([tensors[0] ? vague(m, tensors[0]) : unknown, unknown]);
  const after = axes.length - star - 1;
  const middles = (shapes as Poly[][]).map((dims) => dims.slice(star, dims.length - after));
  const first = shapes[0]!;
  const size = middles
    .map((middle) => middle.reduce((a, b) => multiplyPoly(a, b), constant(1)))
    .reduce(addPoly);
  const packedTensor = withShape(
    tensors[0]!,
    ranked([...first.slice(0, star), size, ...(after > 0 ? first.slice(-after) : [])]),
  );
  return tuple([packedTensor, tuple(middles.map((middle) => tuple(middle.map(int))))]);
}
function unpackRule(m: Machine, args: Args): Value {
  const t = asTensor(m, args.positional[0], LIBRARY);
  const parts = known(m, args.positional[1] ?? unknown);
  const pattern = args.positional[2];
  if (!t || parts.k !== 'sequence' || pattern?.k !== 'string') return unknown;
  const axes = (pattern.value ?? '').split(/\s+/);
  const dims = requireRank(m, t, axes.length);
  const star = axes.indexOf('*');
  if (!dims || star < 0) return unknown;
  return tuple(
    parts.items.map((item) => {
      const middle = known(m, item);
      const sizes =
        middle.k === 'sequence'
          ? middle.items.map((one) => (one.k === 'int' ? one.value : unknownSize(m)))
          : [unknownSize(m)];
      return withShape(t, ranked([...dims.slice(0, star), ...sizes, ...dims.slice(star + 1)]));
    }),
  );
}
export const torch: Table = {
  dialect,
  packages: ['torch', 'einops', 'torchvision'],
  lookup,
  attribute: (m, t, name) => {
    const special = attributes[name];
    if (special) return special(m, t);
    const rule = functions.get(name);
    return rule
      ? native(name, (machine, args) =>
          inDialect(machine, dialect, () =>
            rule(machine, { ...args, positional: [t, ...args.positional] }),
          ),
        )
      : undefined;
  },
  isTensorAttribute: (name) => (names.has(name) || functions.has(name)) && !common.has(name),
  binary: (m, op, left, right) => inDialect(m, dialect, () => arrayBinary(m, op, left, right)),
  unary: (_, __, t) => withShape(t, t.shape),
};
