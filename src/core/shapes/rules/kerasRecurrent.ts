/** Recurrent layers of Keras, their cells and what wraps them. https://keras.io/api/layers/recurrent_layers */
import { call } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import {
  asInt,
  asTensor,
  dimAt,
  dimsOf,
  heldInt,
  known,
  requireRank,
  unknownSize,
  type Machine,
} from '../machine';
import { add, constant, multiply, product, type Poly } from '../poly';
import { spend } from '../tally';
import { editShape, make, withDtype, withShape } from '../tensors';
import {
  list,
  positional,
  ranked,
  tuple,
  unknown,
  type Args,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { spreadNames } from './array/common';
import { layer, LIBRARY } from './kerasBase';
import { kept, keptInt } from './layers/layer';

const flag = (m: Machine, self: Obj, name: string): boolean | undefined => {
  const v = known(m, kept(self, name));
  return v.k === 'bool' ? v.value : v.k === 'none' ? false : undefined;
};

/** What a layer of `units` gives for [batch, time, features]: outputs, states after them if asked. */
function outputs(m: Machine, self: Obj, t: Tensor, units: Poly, states: number): Value {
  const dims = requireRank(m, t, 3);
  const [sequences, state] = [flag(m, self, 'return_sequences'), flag(m, self, 'return_state')];
  if (!dims) return unknown;
  const last = withDtype(withShape(t, ranked([dims[0]!, units])), 'float32');
  const whole = withDtype(withShape(t, ranked([dims[0]!, dims[1]!, units])), 'float32');
  if (sequences === undefined || state === undefined) return unknown;
  const output = sequences ? whole : last;
  return state ? list([output, ...Array.from({ length: states }, () => last)]) : output;
}
function pay(m: Machine, t: Tensor, units: Poly, gates: number): void {
  const dims = dimsOf(m, t);
  if (dims?.length !== 3) return spend(m, undefined);
  const weights = multiply(units, add(dims[2]!, units));
  spend(m, product([constant(2 * gates), dims[0]!, dims[1]!, weights]), dims[1]);
}

/** `get_initial_state` takes a size, before Keras 3 the input that has it. */
function batchOf(m: Machine, args: Args): Poly {
  const given = args.positional[0] ?? args.keyword.get('batch_size') ?? args.keyword.get('inputs');
  const v = known(m, given ?? unknown);
  const isSize = v.k === 'int' || heldInt(m, v) !== undefined;
  const dim = isSize ? asInt(m, v) : v.k === 'tensor' ? dimAt(m, v, 0) : undefined;
  return dim ?? unknownSize(m);
}

const recurrent = (gates: number, states: number): LibraryClass => {
  const made = layer(
    'units activation=tanh return_sequences=False return_state=False go_backwards=False stateful=False',
    (m, self, t) => {
      const units = keptInt(m, self, 'units') ?? unknownSize(m);
      const result = outputs(m, self, t, units, states);
      pay(m, t, units, gates);
      return result;
    },
  );
  return {
    ...made,
    methods: {
      ...made.methods,
      get_initial_state: (m, self, args) => {
        const units = keptInt(m, self, 'units') ?? unknownSize(m);
        const state = make(LIBRARY, [batchOf(m, args), units], 'float32');
        return list(Array.from({ length: states }, () => state));
      },
    },
  };
};

/** A cell: the output and a list of the next states. */
const cell = (states: number): LibraryClass =>
  layer('units', (m, self, t) => {
    const units = keptInt(m, self, 'units') ?? unknownSize(m);
    const shape = editShape(m, t, -1, () => [units]);
    if (!shape) return unknown;
    const state = withDtype(withShape(t, shape), 'float32');
    return tuple([state, list(Array.from({ length: states }, () => state))]);
  });

/** A layer forwards and backwards, merged along the last axis. */
const bidirectional = layer('layer merge_mode=concat', (m, self, t) => {
  const inner = known(m, kept(self, 'layer'));
  const result = known(m, call(m, inner, positional(t)));
  const mode = known(m, kept(self, 'merge_mode'));
  const merged = (value: Value): Value => {
    const v = known(m, value);
    if (v.k !== 'tensor') return unknown;
    const word = mode.k === 'string' ? mode.value : undefined;
    if (word === undefined) return mode.k === 'none' ? list([v, v]) : unknown;
    const shape =
      word === 'concat' ? editShape(m, v, -1, (dim) => [multiply(constant(2), dim)]) : v.shape;
    return shape ? withShape(v, shape) : unknown;
  };
  const items = result.k === 'sequence' ? result.items : undefined;
  if (!items) return merged(result);
  const [first = unknown, ...states] = items;
  return list([merged(first), ...states, ...states]);
});

/** RNN(cell): as the layer of that cell. */
const rnn = layer('cell return_sequences=False return_state=False', (m, self, t) => {
  const runner = known(m, kept(self, 'cell'));
  const dims = requireRank(m, t, 3);
  if (!dims || runner.k !== 'object') return unknown;
  const x = withShape(t, ranked([dims[0]!, dims[2]!]));
  const units = keptInt(m, runner, 'units');
  if (units) return outputs(m, self, t, units, runner.cls.name === 'LSTMCell' ? 2 : 1);
  const step = elements(m, call(m, runner, positional(x, unknown))).items?.[0];
  const state = step && asTensor(m, step, LIBRARY);
  const width = state && dimAt(m, state, -1);
  return width && flag(m, self, 'return_state') === false ? outputs(m, self, t, width, 1) : unknown;
});

export const recurrentLayers = spreadNames<LibraryClass>({
  LSTM: recurrent(4, 2),
  GRU: recurrent(3, 1),
  SimpleRNN: recurrent(1, 1),
  LSTMCell: cell(2),
  'GRUCell SimpleRNNCell': cell(1),
  Bidirectional: bidirectional,
  RNN: rnn,
});
