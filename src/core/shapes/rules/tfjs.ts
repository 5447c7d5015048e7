/** The rule table of TensorFlow.js: `tf.*`, the same as methods of tensors, layers and models. https://js.tensorflow.org/api/latest */
import { inDialect, type Rule, type Table } from '../library';
import { dimsOf, dtypeOf, fresh, known, type Machine } from '../machine';
import { constant, product } from '../poly';
import { withShape } from '../tensors';
import {
  int,
  native,
  none,
  string,
  unknown,
  type Class,
  type Native,
  type Tensor,
  type Value,
} from '../values';
import { addN, cast, castTo, losses, math } from './tfjsMath';
import { dialect, LIBRARY, onTensor, shapeArgument, typeArgument } from './tfjsCommon';
import { layersLookup } from './tfjsLayers';
import { modelClasses, models, trainers } from './tfjsModels';
import { browser, concatWith, images, ofRank, shapes } from './tfjsShapes';
import { tensorClasses } from './tfjsTypes';
import { windows } from './tfjsWindows';

const made = new Map<string, Native>();
function asNative(name: string, rule: Rule): Native {
  const seen =
    made.get(name) ?? native(name, (m, args) => inDialect(m, dialect, () => rule(m, args)));
  made.set(name, seen);
  return seen;
}

/** buffer(shape, dtype): values are set one by one, then it becomes a tensor. */
const bufferClass: Class = {
  k: 'class',
  name: 'TensorBuffer',
  bases: [],
  members: new Map(),
  library: {
    methods: {
      set: () => none,
      get: () => ({ k: 'float' }),
      toTensor: (_, self) => self.attributes.get('tensor') ?? unknown,
    },
    attribute: (m, self, name) =>
      name === 'shape'
        ? known(m, { k: 'shape', shape: (self.attributes.get('tensor') as Tensor).shape })
        : undefined,
  },
};
const buffer: Rule = (m, args) => {
  const shape = shapeArgument(m, args.positional[0]);
  const dtype = typeArgument(m, args.positional[1], 'float32');
  const t: Value = shape ? { k: 'tensor', shape, dtype, library: LIBRARY } : ofRank(m, undefined);
  return { k: 'object', id: fresh(m), cls: bufferClass, attributes: new Map([['tensor', t]]) };
};

const more = new Map<string, Rule>([
  ['buffer', buffer],
  ['TensorBuffer', buffer],
  ['cast', cast],
  ['addN', addN],
  ['dispose', () => none],
  ['keep', (_, args) => args.positional[0] ?? unknown],
  ['nextFrame', () => none],
  ['memory', () => unknown],
  ['ready', () => none],
  ['setBackend', () => none],
  ['loadLayersModel', () => unknown],
  ['loadGraphModel', () => unknown],
]);
const rules = new Map<string, Rule>([...math, ...shapes, ...windows, ...models, ...more]);

/** Functions that are no methods of tensors. */
const functionsOnly = new Set([
  ...models.keys(),
  ...more.keys(),
  ...'tensor scalar tensor1d tensor2d tensor3d tensor4d tensor5d tensor6d zeros ones fill randomNormal randomUniform truncatedNormal range linspace eye einsum moments multinomial'.split(
    ' ',
  ),
]);
const methods = new Map<string, Rule>([
  ...[...rules].filter(([name]) => !functionsOnly.has(name)),
  ['concat', concatWith],
  ['asType', cast],
  ['cast', cast],
  ['toFloat', castTo('float32')],
  ['toInt', castTo('int32')],
  ['toBool', castTo('bool')],
  ['clone', onTensor((_, t) => withShape(t, t.shape))],
  ['dispose', () => none],
  ['print', () => none],
  ['assign', () => none],
  ['toString', () => string()],
]);

/** The values of a tensor as JavaScript's own: numbers in one array, or nested as the shape is. */
const scalarOf = (m: Machine, t: Tensor): Value =>
  dtypeOf(m, t) === 'string' ? string() : { k: 'float' };
/** An array of one type: a tensor that is made of it has that type too, where plain numbers make float32. */
function flatValues(m: Machine, t: Tensor): Value {
  const dims = dimsOf(m, t);
  const isPlain = /^(float32|string)$/.test(dtypeOf(m, t) ?? '');
  const item = isPlain ? scalarOf(m, t) : unknown;
  return { k: 'many', item, ...(dims ? { length: product(dims) } : {}) };
}
function nestedValues(m: Machine, t: Tensor): Value {
  const dims = dimsOf(m, t);
  if (!dims) return unknown;
  return dims.reduceRight<Value>((item, length) => ({ k: 'many', item, length }), scalarOf(m, t));
}

const attributes: Record<string, (m: Machine, t: Tensor) => Value> = {
  shape: (m, t) => known(m, { k: 'shape', shape: t.shape }),
  rank: (m, t) => {
    const dims = dimsOf(m, t);
    return dims ? int(constant(dims.length)) : m.unknownInteger();
  },
  size: (m, t) => {
    const dims = dimsOf(m, t);
    return dims ? int(product(dims)) : m.unknownInteger();
  },
  dtype: (m, t) => string(dtypeOf(m, t)),
  dataSync: (_, t) => native('dataSync', (m) => flatValues(m, t)),
  data: (_, t) => native('data', (m) => flatValues(m, t)),
  arraySync: (_, t) => native('arraySync', (m) => nestedValues(m, t)),
  array: (_, t) => native('array', (m) => nestedValues(m, t)),
  // A weight of a layer gives its value.
  read: (_, t) => native('read', () => t),
  name: () => string(),
};

const packages = ['', '-core', '-layers', '-node', '-node-gpu', '-converter', '-data'].map(
  (end) => `@tensorflow/tfjs${end}`,
);
const namespaces = new Set(
  'layers losses train image browser util math data io metrics regularizers initializers constraints callbacks serialization linalg signal spectral node'.split(
    ' ',
  ),
);
const byNamespace: Record<string, ReadonlyMap<string, Rule>> = {
  losses,
  train: trainers,
  image: images,
  browser,
};

function lookup(path: string): Value | undefined {
  const [name, inner, ...rest] = path.split('.').slice(1);
  const whole: Value = { k: 'module', path: packages[0]! };
  if (name === undefined || (name === 'default' && inner === undefined)) return whole;
  if (rest.length > 0) return undefined;
  if (inner !== undefined) {
    if (name === 'layers') return inner === 'input' ? rule('input') : layersLookup(inner);
    const found = byNamespace[name]?.get(inner);
    if (found) return asNative(`${name}.${inner}`, found);
    return name === 'util' ? utilities(inner) : undefined;
  }
  if (namespaces.has(name)) return { k: 'module', path: `${packages[0]}.${name}` };
  return tensorClasses.get(name) ?? modelClasses.get(name) ?? rule(name);
}
const rule = (name: string): Value | undefined => {
  const found = rules.get(name);
  return found && asNative(name, found);
};
function utilities(name: string): Value | undefined {
  if (name === 'sizeFromShape')
    return native(name, (m, args) => {
      const dims = shapeArgument(m, args.positional[0]);
      return dims && dims.head === null ? int(product(dims.front)) : m.unknownInteger();
    });
  if (name === 'shuffle' || name === 'assert') return native(name, () => none);
  return undefined;
}

export const tfjs: Table = {
  dialect,
  packages,
  lookup,
  attribute: (m, t, name) => {
    const special = attributes[name];
    if (special) return special(m, t);
    const method = methods.get(name);
    return (
      method &&
      native(name, (machine, args) =>
        inDialect(machine, dialect, () =>
          method(machine, { ...args, positional: [t, ...args.positional] }),
        ),
      )
    );
  },
  isTensorAttribute: (name) => tensorOnly.has(name),
};
/** Properties that only tensors have. */
const tensorOnly = new Set(
  'shape rank dtype dataSync arraySync expandDims squeeze reshape matMul mul div sub square sqrt mean argMax argMin as1D as2D as3D as4D asType toFloat toInt oneHot softmax sigmoid relu tanh exp neg transpose gather tile'.split(
    ' ',
  ),
);
