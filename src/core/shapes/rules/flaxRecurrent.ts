/** Recurrent cells of flax.linen and what runs them over time. */
import { callMethod } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import { asTensor, dimAt, dimsOf, known, shapeOf, unknownSize, type Machine } from '../machine';
import { add, constant, type Poly } from '../poly';
import { spend, spendProducts } from '../tally';
import { editShape, insertAxis, sizesOf, vague, withDtype, withShape } from '../tensors';
import {
  argument,
  bool,
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
import { inDialect } from '../library';
import { truthy } from './array/common';
import { dialect } from './jaxDialect';
import { kept, keptInt, keeps, set } from './layers/layer';

const LIBRARY = dialect.library;
type Call = (m: Machine, callee: Value, args: Args) => Value;

/** A state of `features` for the batch axes of the input: one, or a pair. */
function states(m: Machine, self: Obj, batch: Tensor['shape'], pair: boolean): Value {
  const features = keptInt(m, self, 'features') ?? unknownSize(m);
  const { front, head, tail } = shapeOf(m, batch);
  const shape =
    head === null ? ranked([...front, features]) : { front, head, tail: [...tail, features] };
  const state: Tensor = { k: 'tensor', shape, dtype: 'float32', library: LIBRARY };
  return pair ? tuple([state, state]) : state;
}

/** cell(carry, x) → (carry, h). The carry is a pair (c, h) for LSTM. */
const cell = (pair: boolean, gates: number): LibraryClass => ({
  init: keeps('features'),
  call: (m, self, args) =>
    inDialect(m, dialect, () => {
      const t = asTensor(m, argument(args, 1, 'inputs'), LIBRARY);
      if (!t) return unknown;
      // The state that is given decides, whatever the field says.
      const carry = known(m, argument(args, 0, 'carry') ?? unknown);
      const last = carry.k === 'sequence' ? carry.items.at(-1) : carry;
      const before = last && known(m, last);
      const given = before?.k === 'tensor' ? dimAt(m, before, -1) : undefined;
      const features = given ?? keptInt(m, self, 'features') ?? unknownSize(m);
      const shape = editShape(m, t, -1, () => [features]);
      const state = withDtype(
        shape ? withShape(t, shape) : vague(m, t),
        dialect.promote(m, t, { ...t, dtype: 'float32' }),
      );
      const width = dimAt(m, t, -1);
      const dims = dimsOf(m, state);
      if (dims && width) spendProducts(m, constant(gates), ...dims, add(features, width));
      else spend(m, undefined);
      return tuple([pair ? tuple([state, state]) : state, state]);
    }),
  methods: {
    initialize_carry: (m, self, args) => {
      const given = argument(args, 1, 'input_shape');
      const shape = given && sizesOf(m, [given]);
      if (!shape) return unknown;
      const { front, head, tail } = shapeOf(m, shape);
      const batch = tail.length
        ? { front, head, tail: tail.slice(0, -1) }
        : { front: front.slice(0, -1), head, tail };
      return head !== null && tail.length === 0 ? unknown : states(m, self, batch, pair);
    },
  },
  attribute: (_, __, name) =>
    name === 'num_feature_axes' ? { k: 'int', value: constant(1) } : undefined,
});

/** RNN(cell): the cell over axis 1, or 0 with time_major; outputs, with the last carry before them if asked. */
const rnn = (call: Call): LibraryClass => ({
  init: keeps('cell time_major=False return_carry=False reverse=False'),
  call: (m, self, args) =>
    inDialect(m, dialect, () => {
      const t = asTensor(m, argument(args, 0, 'inputs'), LIBRARY);
      if (!t) return unknown;
      const major = truthy(m, args.keyword.get('time_major') ?? kept(self, 'time_major'));
      const axis = major ? 0 : 1;
      const length: Poly = dimAt(m, t, axis) ?? unknownSize(m);
      const shape = editShape(m, t, axis, () => []);
      const x = shape ? withShape(t, shape) : vague(m, t);
      const runner = kept(self, 'cell');
      const carry =
        args.keyword.get('initial_carry') ??
        callMethod(m, runner, 'initialize_carry', [
          unknown,
          known(m, { k: 'shape', shape: x.shape }),
        ]);
      const { items } = elements(m, call(m, runner, positional(carry, x)));
      if (items?.length !== 2) return unknown;
      const outputs = stacked(m, items[1]!, axis, length);
      const wanted = known(m, args.keyword.get('return_carry') ?? kept(self, 'return_carry'));
      if (wanted.k !== 'bool' || wanted.value === undefined) return unknown;
      return wanted.value ? tuple([items[0]!, outputs]) : outputs;
    }),
});
function stacked(m: Machine, value: Value, axis: number, length: Poly): Value {
  const v = known(m, value);
  if (v.k === 'sequence')
    return { ...v, items: v.items.map((item) => stacked(m, item, axis, length)) };
  return v.k === 'tensor' ? insertAxis(m, v, axis, length) : unknown;
}

/** Both directions, concatenated along the last axis. */
const bidirectional = (call: Call): LibraryClass => ({
  init: (m, self, args) => {
    set(m, self, 'forward_rnn', argument(args, 0, 'forward_rnn') ?? unknown);
    set(m, self, 'backward_rnn', argument(args, 1, 'backward_rnn') ?? unknown);
  },
  call: (m, self, args) => {
    const [x, y] = ['forward_rnn', 'backward_rnn'].map((name) =>
      asTensor(
        m,
        call(m, kept(self, name), {
          positional: args.positional.slice(0, 1),
          keyword: new Map([['return_carry', bool(false)]]),
        }),
      ),
    );
    const width = y && dimAt(m, y, -1);
    const shape = x && width && editShape(m, x, -1, (dim) => [add(dim, width)]);
    return x && shape && args.keyword.size === 0 ? withShape(x, shape) : unknown;
  },
});

export const recurrentLayers = (call: Call): Record<string, LibraryClass> => ({
  'LSTMCell OptimizedLSTMCell': cell(true, 4),
  GRUCell: cell(false, 3),
  MGUCell: cell(false, 2),
  SimpleCell: cell(false, 1),
  RNN: rnn(call),
  Bidirectional: bidirectional(call),
});
