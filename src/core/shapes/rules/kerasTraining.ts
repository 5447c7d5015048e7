/** Losses, metrics and schedules of Keras. https://keras.io/api/losses https://keras.io/api/metrics */
import { findMember } from '../interpret/attributes';
import { callMethod } from '../interpret/calls';
import { asTensor, fresh, known, type Machine } from '../machine';
import { make, reduceShape, vague, withDtype, withShape } from '../tensors';
import {
  argument,
  none,
  unknown,
  type Args,
  type Class,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { dtypeNamed } from './dtypes';
import { keeps } from './layers/layer';
import { shapeGiven } from './numpyShapes';
import { LIBRARY, weight } from './kerasBase';

const scalar = (dtype: string | number = 'float32'): Tensor => make(LIBRARY, [], dtype);

/** A number for each item: the last axis of what was predicted is gone. */
export const eachItem = (m: Machine, args: Args): Value => {
  const t = asTensor(m, argument(args, 1, 'y_pred'), LIBRARY);
  const shape = t && reduceShape(m, t, [-1], false);
  return t ? withDtype(shape ? withShape(t, shape) : vague(m, t), 'float32') : unknown;
};

/** A number, or one for each item with `reduction='none'`. */
const loss: LibraryClass = {
  init: keeps('from_logits=False'),
  call: (m, self, args) => {
    const own = findMember(m, self.cls, 'call')
      ? callMethod(m, self, 'call', args.positional, args.keyword)
      : undefined;
    const given = self.made?.keyword.get('reduction');
    const reduction = given && known(m, given);
    if (!reduction) return self.made?.rest ? unknown : scalar();
    if (reduction.k === 'none') return own ?? eachItem(m, args);
    if (reduction.k !== 'string' || reduction.value === undefined) return unknown;
    return reduction.value === 'none' ? (own ?? eachItem(m, args)) : scalar();
  },
};

/** What a metric has come to. */
const resultOf = (m: Machine, self: Obj): Value =>
  findMember(m, self.cls, 'result') ? callMethod(m, self, 'result', []) : scalar();
const metric: LibraryClass = {
  init: keeps('name=None'),
  call: (m, self, args) => {
    if (findMember(m, self.cls, 'update_state'))
      callMethod(m, self, 'update_state', args.positional, args.keyword);
    return resultOf(m, self);
  },
  methods: {
    add_weight: (m, _, args) => weight(m, args),
    add_variable: (m, _, args) => weight(m, args),
    update_state: () => none,
    reset_state: () => none,
    result: (m, self) => resultOf(m, self),
  },
};

const schedule: LibraryClass = {
  init: keeps('initial_learning_rate'),
  call: () => scalar(),
  expects: { __call__: (m) => [scalar(fresh(m))] },
};

/** Weights of a shape. https://keras.io/api/layers/initializers */
const initializer: LibraryClass = {
  init: keeps('seed=None'),
  call: (m, _, args) => {
    const shape = shapeGiven(m, argument(args, 0, 'shape'));
    const dtype = dtypeNamed(m, argument(args, 1, 'dtype'), 'float32') ?? 'float32';
    return shape ? { k: 'tensor', shape, dtype, library: LIBRARY } : unknown;
  },
};

const made = new Map<string, Class>();
/** The class of a name: each has its own, so that instances are of one kind. */
function classOf(name: string, library: LibraryClass): Class {
  const seen = made.get(name) ?? { k: 'class', name, bases: [], members: new Map(), library };
  made.set(name, seen);
  return seen;
}

export const initializerClass = (name: string): Class => classOf(name, initializer);

/** A class of `keras.losses`, `keras.metrics` or `keras.optimizers.schedules`. */
export function trainingClass(part: string, name: string): Class | undefined {
  if (part === 'losses') return classOf(name, loss);
  if (part === 'schedules') return classOf(name, schedule);
  return part === 'metrics' ? classOf(name, metric) : undefined;
}
