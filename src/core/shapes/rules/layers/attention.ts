/** Multi-head attention and the parts of a transformer. */
import {
  asInt,
  asTensor,
  dimsOf,
  dtypeOf,
  equate,
  known,
  requireDtype,
  requireRank,
  write,
  type Machine,
} from '../../machine';
import { noteAttention } from '../../attention';
import { constant, type Poly } from '../../poly';
import { repeat, spend, spendProducts } from '../../tally';
import { vague, withShape } from '../../tensors';
import {
  argument,
  none,
  ranked,
  tuple,
  unknown,
  type Args,
  type LibraryClass,
  type Obj,
  type Value,
} from '../../values';
import { LIBRARY, kept, keptInt, isTrue, keeps, layer } from './layer';

export const multihead: LibraryClass = {
  init: keeps(
    'embed_dim num_heads dropout=0 bias=True add_bias_kv=False add_zero_attn=False kdim=None vdim=None batch_first=False',
  ),
  call: (m, self, args) => {
    const [q, k] = [
      asTensor(m, argument(args, 0, 'query'), LIBRARY),
      asTensor(m, argument(args, 1, 'key'), LIBRARY),
    ];
    if (!q || !k) return unknown;
    const dims = dimsOf(m, q) ?? requireRank(m, q, 3);
    const keys = dimsOf(m, k) ?? requireRank(m, k, 3);
    const v = asTensor(m, argument(args, 2, 'value'), LIBRARY);
    const values = v && dimsOf(m, v);
    const width = keptInt(m, self, 'embed_dim');
    if (!dims || !keys || dims.length !== 3 || keys.length !== 3)
      return tuple([vague(m, q), unknown]);
    if (width) equate(m, dims[2]!, width);
    const first = isTrue(m, kept(self, 'batch_first'));
    const weights = isTrue(m, args.keyword.get('need_weights') ?? { k: 'bool', value: true });
    const [batch, length, source] = first
      ? [dims[0]!, dims[1]!, keys[1]!]
      : [dims[1]!, dims[0]!, keys[0]!];
    // Vaswani et al. 2017, §3.2: projections of queries, keys, values and output; scores and their use.
    for (const [rows, from] of [
      [length, dims[2]],
      [source, keys[2]],
      [source, values?.at(-1) ?? keys[2]],
      [length, dims[2]],
    ] as const)
      spendProducts(m, batch, rows, from, width);
    for (const columns of [width, width]) spendProducts(m, batch, length, source, columns);
    const heads = keptInt(m, self, 'num_heads');
    const cached = isSelf(m, args) && width ? [constant(2), batch, source, width] : [];
    if (heads) noteAttention(m, [batch, heads, length, source], cached, dtypeOf(m, q));
    return tuple([
      withShape(q, ranked(dims)),
      weights === false
        ? none
        : first === undefined
          ? unknown
          : withShape(q, ranked([batch, length, source])),
    ]);
  },
};

/** Whether what is asked is also what is looked at. */
const isSelf = (m: Machine, args: Args): boolean => {
  const [query, key] = [argument(args, 0, 'query'), argument(args, 1, 'key')];
  return !!query && !!key && known(m, query) === known(m, key);
};

export const transformerPart = (signature: string): LibraryClass =>
  layer(keeps(signature), (m, self, t) => {
    const dims = dimsOf(m, t) ?? requireRank(m, t, 3);
    const inner = self.attributes.get('d_model') ?? encoderWidth(m, self);
    const width = inner && asInt(m, inner);
    if (dims && width) equate(m, dims.at(-1)!, width);
    requireDtype(m, t, 'float32');
    payEncoder(m, self, dims);
    return withShape(t, t.shape);
  });

/** One layer or a stack of them: attention as above, and two linear layers. */
function payEncoder(m: Machine, self: Obj, dims: readonly Poly[] | undefined): void {
  const inner = known(m, self.attributes.get('encoder_layer') ?? self);
  const layerOf = inner.k === 'object' ? inner : self;
  const [width, wide] = ['d_model', 'dim_feedforward'].map((name) => keptInt(m, layerOf, name));
  const first = isTrue(m, kept(layerOf, 'batch_first'));
  const length = first === undefined ? undefined : dims?.at(first ? -2 : 0);
  if (!/^TransformerEncoder/.test(self.cls.name) || !dims || !length) return spend(m, undefined);
  const before = m.tally;
  const rows = dims.slice(0, -1);
  for (let part = 0; part < 4; part += 1) spendProducts(m, ...rows, width, width);
  for (let part = 0; part < 2; part += 1) spendProducts(m, ...rows, length, width);
  for (let part = 0; part < 2; part += 1) spendProducts(m, ...rows, width, wide);
  if (layerOf !== self) repeat(m, before, keptInt(m, self, 'num_layers'));
}

function encoderWidth(m: Machine, self: Obj): Value | undefined {
  const inner = known(
    m,
    self.attributes.get('encoder_layer') ?? self.attributes.get('decoder_layer') ?? unknown,
  );
  return inner.k === 'object' ? inner.attributes.get('d_model') : undefined;
}

export const transformer: LibraryClass = {
  init: keeps(
    'd_model nhead num_encoder_layers=6 num_decoder_layers=6 dim_feedforward=2048 dropout=0 activation=relu',
  ),
  attribute: (m, self, name) => {
    if (name !== 'encoder' && name !== 'decoder') return undefined;
    const value: Value = {
      k: 'object',
      id: self.id + 0.5,
      cls: { k: 'class', name, bases: [], members: new Map(), library: transformerPart('d_model') },
      attributes: new Map([['d_model', kept(self, 'd_model')]]),
    };
    write(m, self.attributes, name, value);
    return value;
  },
  call: (m, self, args) => {
    spend(m, undefined);
    const width = keptInt(m, self, 'd_model');
    const sides = [argument(args, 0, 'src'), argument(args, 1, 'tgt')].map((value) =>
      asTensor(m, value, LIBRARY),
    );
    for (const side of sides) {
      const last = side && requireRank(m, side, 3)?.[2];
      if (last && width) equate(m, last, width);
    }
    return sides[1] ? withShape(sides[1], sides[1].shape) : unknown;
  },
};
