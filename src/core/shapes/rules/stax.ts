/** jax.example_libraries.stax: layers as pairs of an initialiser and a function. https://docs.jax.dev/en/latest/jax.example_libraries.stax.html */
import { call } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import { type Rule } from '../library';
import {
  asInt,
  asNumber,
  asTensor,
  dimAt,
  dimsOf,
  known,
  unknownSize,
  type Machine,
} from '../machine';
import { product, type Poly } from '../poly';
import { concatenate, make, withShape } from '../tensors';
import {
  argument,
  int,
  list,
  native,
  positional,
  ranked,
  string,
  tuple,
  unknown,
  type Tensor,
  type Value,
} from '../values';
import { spreadNames } from './array/common';
import { axesOfWindow, convolved, dense } from './channelsLast';
import { dialect } from './jaxDialect';

const LIBRARY = dialect.library;

type Run = (m: Machine, inputs: Value) => Value;

/** Arrays of the shapes that an initialiser is given: one, or a list of them. */
function inputsOf(m: Machine, shapes: Value): Value {
  const { items } = elements(m, shapes);
  const all = items?.map((one) => known(m, one));
  if (!all) return unknown;
  return all.every(({ k }) => k === 'sequence')
    ? list(all.map((one) => inputsOf(m, one)))
    : make(
        LIBRARY,
        all.map((one) => asInt(m, one) ?? unknownSize(m)),
        'float32',
      );
}
function shapesOf(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'sequence') return list(v.items.map((one) => shapesOf(m, one)));
  const dims = v.k === 'tensor' ? dimsOf(m, v) : undefined;
  return dims ? tuple(dims.map(int)) : unknown;
}

/** The pair of a layer: init(rng, input_shape) → (output_shape, params), apply(params, inputs). */
const layer = (run: Run, params: Run = () => tuple([])): Value =>
  tuple([
    native('init', (m, args) => {
      const inputs = inputsOf(m, argument(args, 1, 'input_shape') ?? unknown);
      return tuple([shapesOf(m, run(m, inputs)), params(m, inputs)]);
    }),
    native('apply', (m, args) => run(m, argument(args, 1, 'inputs') ?? unknown)),
  ]);
/** On one array. */
const onArray =
  (rule: (m: Machine, t: Tensor) => Value): Run =>
  (m, inputs) => {
    const t = asTensor(m, inputs, LIBRARY);
    return t ? rule(m, t) : unknown;
  };
const same = layer(onArray((_, t) => withShape(t, t.shape)));
const weights = (m: Machine, ...shapes: (readonly (Poly | undefined)[])[]): Value =>
  tuple(
    shapes.map((dims) =>
      make(
        LIBRARY,
        dims.map((dim) => dim ?? unknownSize(m)),
        'float32',
      ),
    ),
  );

/** A window over the axes between the first and the last, with channels or over each of them. */
const windowed =
  (place: number): Rule =>
  (m, args) => {
    const kernel = argument(args, place, place ? 'filter_shape' : 'window_shape') ?? unknown;
    const window = {
      kernel,
      stride: argument(args, place + 1, 'strides'),
      padding: argument(args, place + 2, 'padding') ?? string('valid'),
    };
    const out = place ? (asInt(m, argument(args, 0, 'out_chan')) ?? unknownSize(m)) : undefined;
    return layer(
      onArray((machine, t) => {
        const spatial = axesOfWindow(machine, kernel);
        return spatial === undefined ? unknown : convolved(machine, t, spatial, out, window);
      }),
      () => (place ? unknown : tuple([])),
    );
  };

/** Applies all pairs, one after the other or each to its own input. */
const applied =
  (inSeries: boolean): Rule =>
  (m, args) => {
    const pairs = args.positional.map((one) => elements(m, one).items ?? []);
    const parts = (m2: Machine, inputs: Value, part: 0 | 1): readonly Value[] => {
      const each = elements(m2, inputs).items;
      let current = inputs;
      return pairs.map((pair, index) => {
        const own = inSeries ? current : (each?.[index] ?? unknown);
        const out = call(m2, pair[1] ?? unknown, positional(unknown, own));
        current = out;
        if (part === 1) return out;
        const made = elements(
          m2,
          call(m2, pair[0] ?? unknown, positional(unknown, shapesOf(m2, own))),
        );
        return made.items?.[1] ?? unknown;
      });
    };
    return layer(
      (m2, inputs) => {
        const outs = parts(m2, inputs, 1);
        return inSeries ? (outs.at(-1) ?? inputs) : list(outs);
      },
      (m2, inputs) => list(parts(m2, inputs, 0)),
    );
  };

const layers = spreadNames<Rule>({
  Dense: (m, args) => {
    const out = asInt(m, argument(args, 0, 'out_dim'));
    return layer(
      onArray((machine, t) => dense(machine, t, out)),
      onArray((machine, t) => weights(machine, [dimAt(machine, t, -1), out], [out])),
    );
  },
  Conv: windowed(1),
  'MaxPool AvgPool SumPool': windowed(0),
  'Dropout BatchNorm': () => same,
  FanOut: (m, args) => {
    const length = asNumber(m, args.positional[0]);
    return layer((_, inputs) =>
      length === undefined ? unknown : list(Array.from({ length }, () => inputs)),
    );
  },
  FanInConcat: () =>
    layer((m, inputs) => {
      const all = elements(m, inputs).items?.map((one) => asTensor(m, one, LIBRARY));
      return (all?.every((t) => t) && concatenate(m, all as Tensor[], -1)) || unknown;
    }),
  serial: applied(true),
  parallel: applied(false),
});
const constants = spreadNames<Value>({
  'Relu Tanh Exp LogSoftmax Softmax Softplus Sigmoid Elu LeakyRelu Selu Gelu Identity': same,
  Flatten: layer(
    onArray((m, t) => {
      const dims = dimsOf(m, t);
      return dims ? withShape(t, ranked([dims[0]!, product(dims.slice(1))])) : unknown;
    }),
  ),
  FanInSum: layer((m, inputs) => elements(m, inputs).items?.[0] ?? unknown),
});

export const staxConstant = (name: string): Value | undefined => constants.get(name);
export const staxLayer = (name: string): Rule | undefined => layers.get(name);
