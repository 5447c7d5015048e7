/** Optimizers and losses: optax, jax.example_libraries.optimizers, flax.training.train_state. https://optax.readthedocs.io */
import { type Rule } from '../library';
import { asTensor, dimsOf, fresh, known, type Machine } from '../machine';
import { make, reduceShape, vague, withDtype, withShape } from '../tensors';
import {
  argument,
  native,
  none,
  positional,
  tuple,
  unknown,
  type Args,
  type Class,
  type Obj,
  type Value,
} from '../values';
import { spreadNames } from './array/common';
import { dialect } from './jaxDialect';
import { asJaxTensor, mapTensors, traced } from './jaxTrees';
import { functions } from './numpyFunctions';

const LIBRARY = dialect.library;

const objectOf = (m: Machine, cls: Class, attributes: Iterable<readonly [string, Value]>): Obj => ({
  k: 'object',
  id: fresh(m),
  cls,
  attributes: new Map(attributes),
});
const classOf = (name: string, methods: NonNullable<Class['library']>['methods'] = {}): Class => ({
  k: 'class',
  name,
  bases: [],
  members: new Map(),
  library: { methods },
});
/** Parameters that an optimizer was given are arrays of JAX, whatever they were. */
const asParameters = (m: Machine, value: Value): Value =>
  mapTensors(m, value, asJaxTensor, (v) => v);

const stateClass = classOf('OptimizerState');
const heldBy = (m: Machine, state: Value | undefined): Value => {
  const v = state && known(m, state);
  return (v?.k === 'object' && v.cls === stateClass && v.attributes.get('params')) || unknown;
};
/** optimizers.adam(step_size): init_fn(params), update_fn(i, gradient, state), get_params(state). */
const threeFunctions: Rule = () =>
  tuple([
    native('init', (m, args) =>
      objectOf(m, stateClass, [['params', asParameters(m, args.positional[0] ?? unknown)]]),
    ),
    native('update', (_, args) => argument(args, 2, 'state') ?? unknown),
    native('get_params', (m, args) => heldBy(m, args.positional[0])),
  ]);
const exampleOptimizers = spreadNames<Rule>({
  'sgd momentum nesterov adagrad rmsprop rmsprop_momentum adam adamax sm3': threeFunctions,
});

/** init(params) → state; update(gradients, state, params) → (updates like the gradients, state). */
const transformation = classOf('GradientTransformation', {
  init: () => unknown,
  update: (m, _, args) =>
    tuple([
      traced(m, argument(args, 0, 'updates') ?? unknown),
      argument(args, 1, 'state') ?? unknown,
    ]),
});
const transformed: Rule = (m) => objectOf(m, transformation, []);

const overClasses: Rule = (m, args) => {
  const t = asTensor(m, argument(args, 0, 'logits'), LIBRARY);
  const shape = t && dimsOf(m, t) && reduceShape(m, t, [-1], false);
  return t ? (shape ? withShape(t, shape) : vague(m, t)) : unknown;
};
const eachElement: Rule = (m, args) => {
  const [a, b] = [0, 1].map((index) => known(m, args.positional[index] ?? none));
  const both = [...args.keyword].filter(([name]) => /^(labels|targets)$/.test(name));
  const second = b!.k === 'none' ? both[0]?.[1] : b;
  const result = second ? functions.get('subtract')!(m, positional(a!, second)) : a!;
  const v = known(m, result);
  return v.k === 'tensor' ? withDtype(v, dialect.promote(m, v, { k: 'float' })) : v;
};
const optaxRules = spreadNames<Rule>({
  'adabelief adadelta adagrad adafactor adam adamax adamaxw adamw amsgrad fromage lamb lars lbfgs lion nadam nadamw noisy_sgd novograd optimistic_gradient_descent radam rmsprop rprop sgd sm3 yogi chain masked clip clip_by_global_norm add_decayed_weights scale scale_by_adam scale_by_schedule scale_by_learning_rate apply_if_finite multi_transform inject_hyperparams identity set_to_zero':
    transformed,
  apply_updates: (_, args) => argument(args, 0, 'params') ?? unknown,
  'global_norm tree_utils.tree_l2_norm': () => make(LIBRARY, [], 'float32'),
  'softmax_cross_entropy softmax_cross_entropy_with_integer_labels safe_softmax_cross_entropy cosine_similarity cosine_distance kl_divergence':
    overClasses,
  'sigmoid_binary_cross_entropy l2_loss squared_error huber_loss log_cosh hinge_loss': eachElement,
});

const newState = (m: Machine, args: Args): Value =>
  objectOf(m, trainState, [['step', make(LIBRARY, [], 'int32')], ...args.keyword]);
/** The state of a training: what it is created with, kept from step to step. */
const trainState: Class = {
  k: 'class',
  name: 'TrainState',
  bases: [],
  members: new Map([['create', native('create', newState)]]),
  library: {
    methods: {
      apply_gradients: (m, self, args) =>
        objectOf(
          m,
          trainState,
          [...self.attributes, ...args.keyword].filter(([name]) => name !== 'grads'),
        ),
      replace: (m, self, args) => objectOf(m, trainState, [...self.attributes, ...args.keyword]),
    },
  },
};

/** By the whole path. */
export function optimizerRule(path: string): Rule | undefined {
  const [, example] = /^jax\.example_libraries\.optimizers\.(\w+)$/.exec(path) ?? [];
  if (example) return exampleOptimizers.get(example);
  const [, name] = /^optax\.(?:losses\.)?([\w.]+)$/.exec(path) ?? [];
  return name ? optaxRules.get(name) : undefined;
}
export const trainStateClass = (path: string): Class | undefined =>
  /^flax\.training\.(train_state\.)?TrainState$/.test(path) ? trainState : undefined;
