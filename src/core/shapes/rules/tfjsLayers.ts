/** The layers of TensorFlow.js: Keras' layers, with their settings in one object and `apply` for a call. https://js.tensorflow.org/api/latest/#Layers */
import { findMember } from '../interpret/attributes';
import { callMethod } from '../interpret/calls';
import {
  asInt,
  asTensor,
  dimsOf,
  fresh,
  known,
  unknownSize,
  unknownTensor,
  write,
  type Machine,
} from '../machine';
import { constant, type Poly } from '../poly';
import {
  bool,
  list,
  native,
  none,
  positional,
  string,
  unknown,
  type Args,
  type Class,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { layers as kerasLayers } from './kerasLayers';
import { recurrentLayers } from './kerasRecurrent';
import { LIBRARY, option, shapeArgument, tensor, typeArgument } from './tfjsCommon';

/** The values of a result as tensors of this library. */
export function ours(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'tensor') return { ...v, library: LIBRARY };
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => ours(m, item)) };
  if (v.k === 'many') return { ...v, item: ours(m, v.item) };
  return v.k === 'union' ? { ...v, options: v.options.map((each) => ours(m, each)) } : v;
}

const snake = (word: string): string =>
  word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The settings as the arguments that Keras has; `channelsLast` is `channels_last`. */
function settings(m: Machine, config: Value | undefined): Args {
  const v = config && known(m, config);
  const keyword = new Map<string, Value>();
  for (const [name, value] of v?.k === 'dict' ? v.entries : []) {
    const setting = known(m, value);
    if (setting.k === 'none') continue;
    const isWord = setting.k === 'string' && /^channels/.test(setting.value ?? '');
    keyword.set(snake(name), isWord ? string(snake(setting.value ?? '')) : setting);
  }
  const isOpen = v?.k === 'any' || v?.k === 'unknown' || (v?.k === 'dict' && v.other);
  return { positional: [], keyword, ...(isOpen ? { rest: unknown } : {}) };
}

const shapeOf = (m: Machine, value: Value): Value => {
  const v = known(m, value);
  if (v.k === 'tensor') return known(m, { k: 'shape', shape: v.shape });
  if (v.k === 'sequence') return list(v.items.map((item) => shapeOf(m, item)));
  return { k: 'shape', shape: unknownTensor(m, LIBRARY).shape };
};

function remember(m: Machine, self: Obj, name: string, value: Value): void {
  if (self.id <= m.pureFrom) m.impure = true;
  write(m, self.attributes, name, value);
}

/** The person's own layer: `build` before the first call, then `call`, or what `computeOutputShape` says. */
function ownCall(m: Machine, self: Obj, given: Value): Value {
  if (!self.attributes.has('built') && findMember(m, self.cls, 'build')) {
    remember(m, self, 'built', bool(true));
    callMethod(m, self, 'build', [shapeOf(m, given)]);
  }
  if (findMember(m, self.cls, 'call')) {
    const result = known(m, callMethod(m, self, 'call', [given, unknown]));
    if (result.k === 'tensor' && dimsOf(m, result)) return result;
    if (!findMember(m, self.cls, 'computeOutputShape')) return result;
  }
  const said = shapeArgument(m, callMethod(m, self, 'computeOutputShape', [shapeOf(m, given)]));
  return said ? { k: 'tensor', shape: said, dtype: fresh(m), library: LIBRARY } : unknown;
}

/** Runs a layer or model on what it is given. */
export function apply(m: Machine, self: Obj, args: Args): Value {
  const given = known(m, args.positional[0] ?? unknown);
  const isOwn = findMember(m, self.cls, 'call') ?? findMember(m, self.cls, 'computeOutputShape');
  const run = self.cls.library?.call ?? libraryCall(m, self.cls);
  const result = isOwn ? ownCall(m, self, given) : run ? ours(m, run(m, self, args)) : unknown;
  remember(m, self, 'input', given);
  remember(m, self, 'output', result);
  return result;
}
function libraryCall(m: Machine, cls: Class): LibraryClass['call'] {
  for (const base of cls.bases) {
    const b = known(m, base);
    const found = b.k === 'class' ? (b.library?.call ?? libraryCall(m, b)) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** `addWeight(name, shape, dtype, …)`. */
function addWeight(m: Machine, args: Args): Value {
  const shape = shapeArgument(m, args.positional[1]);
  const dtype = typeArgument(m, args.positional[2], 'float32');
  return shape
    ? { k: 'tensor', shape, dtype, library: LIBRARY }
    : { ...unknownTensor(m, LIBRARY), dtype };
}

const nothing = () => none;
export const layerMethods: NonNullable<LibraryClass['methods']> = {
  apply,
  addWeight: (m, _, args) => addWeight(m, args),
  getWeights: (m) => ({ k: 'many', item: unknownTensor(m, LIBRARY) }),
  setWeights: nothing,
  invokeCallHook: nothing,
  countParams: (m) => m.unknownInteger(),
  getConfig: () => ({ k: 'dict', entries: new Map(), other: unknown }),
  getClassName: (_, self) => string(self.cls.name),
  dispose: nothing,
};
export const layerBase: Class = {
  k: 'class',
  name: 'Layer',
  bases: [],
  members: new Map(),
  library: {
    init: (m, self, args) => write(m, self.attributes, 'config', args.positional[0] ?? none),
    attribute: (m, self, name) => {
      if (name === 'name') return string();
      if (name === 'outputShape') return shapeOf(m, self.attributes.get('output') ?? unknown);
      const setting = self.attributes.get(snake(name));
      // `read()` gives the value of a weight.
      return setting ?? (name === 'trainable' ? bool() : undefined);
    },
    methods: layerMethods,
  },
};

/** The size of the input that a layer is told of: `inputShape` without the batch, or all of it. */
export function declaredInput(m: Machine, config: Value | undefined): Tensor | undefined {
  const shape = option(m, config, 'inputShape') ?? option(m, config, 'shape');
  const whole = option(m, config, 'batchInputShape') ?? option(m, config, 'batchShape');
  const given = whole ?? shape;
  const v = given && known(m, given);
  const items = v?.k === 'int' ? [v] : v?.k === 'sequence' ? v.items : undefined;
  if (!items) return undefined;
  const size = (value: Value): Poly => asInt(m, value) ?? unknownSize(m);
  const batch = option(m, config, 'batchSize');
  const dims = items.map(size);
  const dtype = typeArgument(m, option(m, config, 'dtype'), 'float32');
  return tensor(whole ? dims : [batch ? size(batch) : unknownSize(m), ...dims], dtype);
}

const toKeras: Record<string, string> = {
  relu: 'ReLU',
  elu: 'ELU',
  prelu: 'PReLU',
  leakyReLU: 'LeakyReLU',
  thresholdedReLU: 'ReLU',
  reLU: 'ReLU',
  lstm: 'LSTM',
  lstmCell: 'LSTMCell',
  gru: 'GRU',
  gruCell: 'GRUCell',
  rnn: 'RNN',
  simpleRNN: 'SimpleRNN',
  simpleRNNCell: 'SimpleRNNCell',
  averagePooling1d: 'AveragePooling1D',
};
const kerasName = (name: string): string =>
  toKeras[name] ?? (name[0] ?? '').toUpperCase() + name.slice(1).replace(/([123])d/, '$1D');

const classes = new Map<string, Class>();
/** The class of `tf.layers.<name>`; undefined for names that it does not have. */
function layerClass(name: string): Class | undefined {
  const made = classes.get(name);
  if (made) return made;
  const keras = kerasName(name);
  const rules = kerasLayers.get(keras) ?? recurrentLayers.get(keras);
  if (!rules) return undefined;
  const cls: Class = {
    k: 'class',
    name: keras,
    bases: [layerBase],
    members: new Map(),
    library: {
      call: (m, self, args) => call(m, rules, self, args),
      init: (m, self, args) => {
        write(m, self.attributes, 'config', args.positional[0] ?? none);
        rules.init?.(m, self, settings(m, args.positional[0]));
      },
    },
  };
  classes.set(name, cls);
  return cls;
}
/** A recurrent layer may be given its first states in a list behind its input. */
function call(m: Machine, rules: LibraryClass, self: Obj, args: Args): Value {
  const given = known(m, args.positional[0] ?? unknown);
  const isRecurrent = self.attributes.has('return_sequences');
  const first = isRecurrent && given.k === 'sequence' ? given.items[0] : undefined;
  // A list of one is that one, but for layers that join their inputs.
  const isMerge = /^(Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot)$/.test(
    self.cls.name,
  );
  const only =
    !isMerge && given.k === 'sequence' && given.items.length === 1 ? given.items[0] : undefined;
  const x = first ?? only ?? given;
  return rules.call?.(m, self, positional(x)) ?? unknown;
}

export function makeLayer(m: Machine, cls: Class, args: Args): Obj {
  const self: Obj = { k: 'object', id: fresh(m), cls, attributes: new Map(), made: args };
  m.births.set(self.attributes, self.id);
  cls.library?.init?.(m, self, args);
  return self;
}

/** dot({axes}) of two tensors [batch, …]: the axes are summed over. */
const dot: LibraryClass = {
  init: (m, self, args) => write(m, self.attributes, 'config', args.positional[0] ?? none),
  call: (m, self, args) => {
    const given = known(m, args.positional[0] ?? unknown);
    const [a, b] = (given.k === 'sequence' ? given.items : []).map((item) =>
      asTensor(m, item, LIBRARY),
    );
    const [x, y] = [a && dimsOf(m, a), b && dimsOf(m, b)];
    const axes = option(m, self.attributes.get('config'), 'axes');
    const v = axes && known(m, axes);
    const pair = v?.k === 'sequence' ? v.items : v ? [v, v] : [];
    if (!a || !x || !y || pair.length !== 2) return unknown;
    const [i, j] = pair.map((axis, side) => place(m, axis, (side === 0 ? x : y).length));
    if (i === undefined || j === undefined) return unknown;
    const left = x.filter((_, index) => index !== i);
    const right = y.filter((_, index) => index !== j && index !== 0);
    const dims = [...left, ...right];
    return tensor(dims.length === 1 ? [...dims, constant(1)] : dims);
  },
};
function place(m: Machine, axis: Value, rank: number): number | undefined {
  const size = asInt(m, axis);
  const value = size?.terms.length === 0 ? 0 : size?.terms[0]?.coefficient;
  if (value === undefined || size?.terms[0]?.factors.length) return undefined;
  return value < 0 ? value + rank : value;
}
const dotClass: Class = {
  k: 'class',
  name: 'Dot',
  bases: [layerBase],
  members: new Map(),
  library: dot,
};

/** `tf.layers.<name>`. */
export function layersLookup(name: string): Value | undefined {
  if (name === 'Layer' || name === 'RNN' || name === 'RNNCell') return layerBase;
  const cls = name === 'dot' ? dotClass : layerClass(name);
  return cls && native(name, (m, args) => makeLayer(m, cls, args));
}
