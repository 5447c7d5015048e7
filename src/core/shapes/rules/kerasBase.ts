/** What every Keras layer is: weights made on the first call, models that are called, trained and asked. https://keras.io/api/layers/base_layer */
import { findMember } from '../interpret/attributes';
import { call, callMethod } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import { join } from '../join';
import { inDialect } from '../library';
import {
  asTensor,
  dimsOf,
  dtypeOf,
  fresh,
  known,
  unknownTensor,
  write,
  type Machine,
} from '../machine';
import { symbolOf, substitute, type Poly } from '../poly';
import { withShape } from '../tensors';
import {
  bool,
  list,
  none,
  positional,
  ranked,
  string,
  unknown,
  type Args,
  type Class,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { category, dtypeNamed } from './dtypes';
import { keeps } from './layers/layer';
import { shapeGiven } from './numpyShapes';
import { dialect } from './tensorflowDialect';

export const LIBRARY = dialect.library;

/** Layers compute in float32, whatever floats they are given. */
export function autocast(m: Machine, t: Tensor): Tensor {
  const dtype = dtypeOf(m, t);
  const cast = dtype !== undefined && category(dtype) === 2 ? 'float32' : t.dtype;
  return { ...withShape(t, t.shape), dtype: cast, library: LIBRARY };
}

const input = (args: Args): Value =>
  args.positional[0] ?? args.keyword.get('inputs') ?? args.keyword.values().next().value ?? unknown;

type Run = (m: Machine, self: Obj, t: Tensor, args: Args) => Value;
/** A layer called with one tensor; each alternative of it is followed. */
export const layer = (signature: string, run: Run): LibraryClass =>
  onValue(signature, (m, self, given, args) => {
    const options = given.k === 'union' ? given.options : [given];
    const results = options
      .filter((option) => option.k !== 'none')
      .map((option) => asTensor(m, option, LIBRARY))
      .map((t) => (t ? run(m, self, autocast(m, t), args) : unknown));
    return results.length ? results.reduce((a, b) => join(m, a, b)) : unknown;
  });
/** A layer called with anything, such as a list of tensors; `super().call(x)` is the same. */
export const onValue = (
  signature: string,
  run: (m: Machine, self: Obj, given: Value, args: Args) => Value,
): LibraryClass => {
  const method = (m: Machine, self: Obj, args: Args): Value =>
    inDialect(m, dialect, () => run(m, self, known(m, input(args)), args));
  return { init: keeps(signature), call: method, methods: { call: method } };
};

/** The shape of what a layer is called with: a tuple, or one for each of a list. */
function shapeOfInput(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'tensor') return known(m, { k: 'shape', shape: v.shape });
  if (v.k === 'sequence') return list(v.items.map((item) => shapeOfInput(m, item)));
  return { k: 'shape', shape: unknownTensor(m, LIBRARY).shape };
}
/** Runs `build(input_shape)` before the first call. */
function build(m: Machine, self: Obj, value: Value): void {
  const isBuilt = self.attributes.get('built');
  if (isBuilt || !findMember(m, self.cls, 'build')) return;
  write(m, self.attributes, 'built', bool(true));
  if (self.id <= m.pureFrom) m.impure = true;
  callMethod(m, self, 'build', [shapeOfInput(m, value)]);
}

/** `add_weight(shape=…)`, in Keras 2 with a name before it. */
export function weight(m: Machine, args: Args): Value {
  const given = [...args.positional].map((value) => known(m, value));
  const shape = args.keyword.get('shape') ?? given.find(({ k }) => k !== 'string');
  const sizes = shape ? shapeGiven(m, shape) : ranked([]);
  const dtype = dtypeNamed(m, args.keyword.get('dtype'), 'float32') ?? 'float32';
  return sizes ? { k: 'tensor', shape: sizes, dtype, library: LIBRARY } : unknown;
}

const trained = () => none;
const baseMethods: NonNullable<LibraryClass['methods']> = {
  add_weight: (m, _, args) => weight(m, args),
  add_variable: (m, _, args) => weight(m, args),
  add_loss: trained,
  add_metric: trained,
  build: trained,
  compile: trained,
  summary: trained,
  fit: () => unknown,
  get_config: () => ({ k: 'dict', entries: new Map(), other: unknown }),
  count_params: (m) => m.unknownInteger(),
  predict: (m, self, args) => asArray(m, call(m, self, positional(input(args)))),
  predict_on_batch: (m, self, args) => asArray(m, call(m, self, positional(input(args)))),
};
function asArray(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => asArray(m, item)) };
  return v.k === 'tensor' ? { ...v, library: 'numpy' } : unknown;
}

const base: LibraryClass = {
  init: () => undefined,
  call: (m, self, args) => {
    if (!findMember(m, self.cls, 'call')) return unknown;
    build(m, self, input(args));
    return callMethod(m, self, 'call', args.positional, args.keyword);
  },
  attribute: (m, self, name) => {
    if (name === 'name') return string();
    if (/^(non_|)trainable_(variables|weights)$|^(variables|weights)$/.test(name))
      return { k: 'many', item: unknownTensor(m, LIBRARY) };
    if (/^(trainable|built|supports_masking)$/.test(name)) return bool();
    if (!self.attributes.has('built') && findMember(m, self.cls, 'build')) {
      // Code that is read on its own uses what the first call would have made.
      build(m, self, unknown);
      return self.attributes.get(name);
    }
    return undefined;
  },
  methods: baseMethods,
  expects: {
    build: (m) => [{ k: 'shape', shape: unknownTensor(m, LIBRARY).shape }],
    compute_output_shape: (m) => [{ k: 'shape', shape: unknownTensor(m, LIBRARY).shape }],
  },
};
export const layerBase: Class = {
  k: 'class',
  name: 'Layer',
  bases: [],
  members: new Map(),
  library: base,
};

/** `Model(inputs, outputs)`: the outputs, with the sizes of the inputs it is called with. */
const functional: Class = {
  k: 'class',
  name: 'Functional',
  bases: [layerBase],
  members: new Map(),
  library: {
    call: (m, self, args) => {
      const sizes = new Map<string, Poly>();
      match(m, self.attributes.get('inputs') ?? unknown, input(args), sizes);
      return renamed(m, self.attributes.get('outputs') ?? unknown, sizes);
    },
    methods: { get_layer: () => unknown },
  },
};
function match(m: Machine, mine: Value, given: Value, sizes: Map<string, Poly>): void {
  const [a, b] = [known(m, mine), known(m, given)];
  if (a.k === 'sequence') {
    const items = a.items.length === 1 && b.k !== 'sequence' ? [b] : elements(m, b).items;
    a.items.forEach((item, index) => match(m, item, items?.[index] ?? unknown, sizes));
  }
  if (a.k !== 'tensor' || b.k !== 'tensor') return;
  const [x, y] = [dimsOf(m, a), dimsOf(m, b)];
  x?.forEach((dim, index) => {
    const sym = symbolOf(dim);
    if (sym && y?.[index]) sizes.set(sym.key, y[index]);
  });
}
function renamed(m: Machine, value: Value, sizes: ReadonlyMap<string, Poly>): Value {
  const v = known(m, value);
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => renamed(m, item, sizes)) };
  const dims = v.k === 'tensor' ? dimsOf(m, v) : undefined;
  return v.k === 'tensor' && dims
    ? withShape(v, ranked(dims.map((dim) => substitute(dim, (sym) => sizes.get(sym.key)))))
    : unknown;
}

export const modelBase: Class = {
  k: 'class',
  name: 'Model',
  bases: [layerBase],
  members: new Map(),
  library: {
    make: (m, args) => {
      const [inputs, outputs] = ['inputs', 'outputs'].map(
        (name, index) => args.keyword.get(name) ?? args.positional[index] ?? unknown,
      );
      const attributes = new Map<string, Value>([
        ['inputs', inputs!],
        ['outputs', outputs!],
        ['output', outputs!],
        ['input', inputs!],
      ]);
      const self: Obj = { k: 'object', id: fresh(m), cls: functional, attributes };
      m.births.set(attributes, self.id);
      return self;
    },
    init: () => undefined,
  },
};
