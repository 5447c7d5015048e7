/** Models of TensorFlow.js: sequential and functional, what they predict, and training. https://js.tensorflow.org/api/latest/#Models */
import { call } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import { type Rule } from '../library';
import { dimsOf, fresh, known, unknownTensor, write, type Machine } from '../machine';
import { constantOf, substitute, symbolOf, type Poly } from '../poly';
import { withShape } from '../tensors';
import {
  list,
  none,
  positional,
  ranked,
  unknown,
  type Args,
  type Class,
  type LibraryClass,
  type Obj,
  type Value,
} from '../values';
import { isTrue, LIBRARY, option, tensor } from './tfjsCommon';
import { apply, declaredInput, layerBase, makeLayer } from './tfjsLayers';

const held = (self: Obj, name: string): Value => self.attributes.get(name) ?? unknown;

/** The outputs, with the sizes of the inputs that the model is given; lists of one are that one. */
function outputsFor(m: Machine, self: Obj, given: Value): Value {
  const sizes = new Map<string, Poly>();
  match(m, held(self, 'inputs'), known(m, given), sizes);
  const outputs = renamed(m, held(self, 'outputs'), sizes);
  return outputs.k === 'sequence' && outputs.items.length === 1 ? outputs.items[0]! : outputs;
}
function match(m: Machine, mine: Value, given: Value, sizes: Map<string, Poly>): void {
  const [a, b] = [known(m, mine), known(m, given)];
  if (a.k === 'sequence') {
    const items = b.k === 'sequence' ? b.items : [b];
    a.items.forEach((item, index) => match(m, item, items[index] ?? unknown, sizes));
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

const asList = (m: Machine, value: Value | undefined): Value => {
  const v = known(m, value ?? unknown);
  return v.k === 'sequence' ? v : list([v]);
};
function set(m: Machine, self: Obj, name: string, value: Value): void {
  if (self.id <= m.pureFrom) m.impure = true;
  write(m, self.attributes, name, value);
}

/** `model.add(layer)`: what the model gives grows by one layer. */
function add(m: Machine, self: Obj, layer: Value): void {
  const v = known(m, layer);
  const { items, item } = elements(m, held(self, 'layers'));
  set(m, self, 'layers', items ? list([...items, v]) : { k: 'many', item: item ?? v });
  if (v.k !== 'object') return set(m, self, 'outputs', unknown);
  const isFirst = !self.attributes.has('outputs');
  const config = v.attributes.get('config');
  const first = isFirst ? declaredInput(m, config) : undefined;
  if (first) set(m, self, 'inputs', list([first]));
  const inner = v.attributes.get('inputs');
  if (isFirst && !first && inner) set(m, self, 'inputs', inner);
  const before = isFirst
    ? (first ?? (inner && single(m, inner)))
    : single(m, held(self, 'outputs'));
  set(m, self, 'outputs', before ? asList(m, apply(m, v, positional(before))) : unknown);
}
const single = (m: Machine, value: Value): Value => {
  const v = known(m, value);
  return v.k === 'sequence' && v.items.length === 1 ? v.items[0]! : v;
};

/** A number, or one for each loss and metric. */
const score = (m: Machine, self: Obj): Value => {
  const config = self.attributes.get('compiled');
  const isPlain = config && !option(m, config, 'metrics');
  const outputs = known(m, held(self, 'outputs'));
  return isPlain && outputs.k === 'sequence' && outputs.items.length === 1
    ? tensor([])
    : { k: 'many', item: tensor([]) };
};

const predict = (m: Machine, self: Obj, args: Args): Value =>
  outputsFor(m, self, args.positional[0] ?? unknown);
const methods: NonNullable<LibraryClass['methods']> = {
  apply: predict,
  predict,
  predictOnBatch: predict,
  execute: predict,
  call: predict,
  add: (m, self, args) => {
    add(m, self, args.positional[0] ?? unknown);
    return none;
  },
  compile: (m, self, args) => {
    set(m, self, 'compiled', args.positional[0] ?? unknown);
    return none;
  },
  evaluate: score,
  summary: () => none,
  fit: () => unknown,
  fitDataset: () => unknown,
  trainOnBatch: () => unknown,
  save: () => unknown,
  getLayer: (m, self, args) => {
    const { items } = elements(m, held(self, 'layers'));
    const wanted = known(m, args.positional.at(-1) ?? unknown);
    if (wanted.k === 'int') return items?.[constantOf(wanted.value) ?? -1] ?? unknown;
    const found = items?.find((item) => {
      const v = known(m, item);
      const name = v.k === 'object' && option(m, v.attributes.get('config'), 'name');
      return name && name.k === 'string' && wanted.k === 'string' && name.value === wanted.value;
    });
    return found ?? unknown;
  },
};

const modelClass: Class = {
  k: 'class',
  name: 'LayersModel',
  bases: [layerBase],
  members: new Map(),
  library: {
    init: (m, self, args) => {
      const [config] = args.positional;
      for (const name of ['inputs', 'outputs'])
        write(m, self.attributes, name, asList(m, option(m, config, name)));
      write(m, self.attributes, 'config', config ?? none);
    },
    call: predict,
    methods,
    attribute: (m, self, name) => {
      if (name === 'output') return single(m, held(self, 'outputs'));
      return name === 'input' ? single(m, held(self, 'inputs')) : undefined;
    },
  },
};
const sequentialClass: Class = {
  ...modelClass,
  name: 'Sequential',
  bases: [modelClass],
  library: {
    ...modelClass.library,
    init: (m, self, args) => {
      const [config] = args.positional;
      write(m, self.attributes, 'config', config ?? none);
      write(m, self.attributes, 'layers', list([]));
      const layers = option(m, config, 'layers');
      for (const layer of layers ? (elements(m, layers).items ?? [unknown]) : [])
        add(m, self, layer);
    },
  },
};

const made =
  (cls: Class): Rule =>
  (m, args) =>
    makeLayer(m, cls, args);

/** Something that computes gradients: its functions run. */
const run = (m: Machine, args: Args, index = 0): Value =>
  call(m, args.positional[index] ?? unknown, positional());

const tidy: Rule = (m, args) => {
  const fn = args.positional.find((value) => known(m, value).k !== 'string') ?? unknown;
  return call(m, fn, positional());
};
/** grad(f)(x) is as x is. */
const grad: Rule = (_, args) => ({
  k: 'native',
  name: 'grad',
  call: (m, inner) => {
    const given = inner.positional[0] ?? unknown;
    const list_ = known(m, given);
    call(
      m,
      args.positional[0] ?? unknown,
      list_.k === 'sequence' ? positional(...list_.items) : inner,
    );
    return given;
  },
});
const valueAndGrad: Rule = (_, args) => ({
  k: 'native',
  name: 'valueAndGrad',
  call: (m, inner) => {
    const given = inner.positional[0] ?? unknown;
    const items = known(m, given);
    const value = call(
      m,
      args.positional[0] ?? unknown,
      items.k === 'sequence' ? positional(...items.items) : inner,
    );
    const key = items.k === 'sequence' ? 'grads' : 'grad';
    return {
      k: 'dict',
      entries: new Map([
        ['value', value],
        [key, given],
      ]),
    };
  },
});
/** variableGrads(f): the value, and a gradient by the name of each variable. */
const variableGrads: Rule = (m, args) => ({
  k: 'dict',
  entries: new Map<string, Value>([
    ['value', run(m, args)],
    ['grads', { k: 'dict', entries: new Map(), other: unknownTensor(m, LIBRARY) }],
  ]),
});

const optimizerClass: Class = {
  k: 'class',
  name: 'Optimizer',
  bases: [],
  members: new Map(),
  library: {
    methods: {
      minimize: (m, _, args) => {
        const cost = run(m, args);
        const returns = isTrue(m, args.positional[1]);
        return returns === undefined ? unknown : returns ? cost : none;
      },
      computeGradients: (m, _, args) => variableGrads(m, args),
      applyGradients: () => none,
      setWeights: () => none,
    },
  },
};
const optimizer: Rule = (m) => ({
  k: 'object',
  id: fresh(m),
  cls: optimizerClass,
  attributes: new Map(),
});

export const trainers = new Map<string, Rule>(
  'sgd momentum adagrad adadelta adam adamax rmsprop'.split(' ').map((name) => [name, optimizer]),
);
export const models = new Map<string, Rule>([
  ['model', made(modelClass)],
  ['sequential', made(sequentialClass)],
  ['tidy', tidy],
  ['profile', (m, args) => (run(m, args), unknown)],
  ['grad', grad],
  ['grads', grad],
  ['valueAndGrad', valueAndGrad],
  ['valueAndGrads', valueAndGrad],
  ['variableGrads', variableGrads],
  ['input', (m, args) => declaredInput(m, args.positional[0]) ?? unknown],
]);
export const modelClasses = new Map<string, Class>([
  ['LayersModel', modelClass],
  ['Sequential', sequentialClass],
]);
