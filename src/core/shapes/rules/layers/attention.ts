/** Multi-head attention and the parts of a transformer. */
import {
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
import { add, constant, type Poly } from '../../poly';
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
import { LIBRARY, kept, keptInt, isTrue, keeps, layer, parameter } from './layer';

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
    if (!dims || !keys || dims.length !== 3 || keys.length !== 3) {
      spend(m, undefined);
      return tuple([vague(m, q), unknown]);
    }
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
    const looked = first === undefined ? undefined : lookedAt(m, self, source);
    for (const columns of [width, width]) spendProducts(m, batch, length, looked, columns);
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

/** The keys with those that the layer adds: a learnt one, one of zeros. */
function lookedAt(m: Machine, self: Obj, source: Poly): Poly | undefined {
  const added = ['add_bias_kv', 'add_zero_attn'].map((name) => isTrue(m, kept(self, name)));
  return added.some((one) => one === undefined)
    ? undefined
    : add(source, constant(added.filter((one) => one).length));
}

/** Whether what is asked is also what is looked at. */
const isSelf = (m: Machine, args: Args): boolean => {
  const [query, key] = [argument(args, 0, 'query'), argument(args, 1, 'key')];
  return !!query && !!key && known(m, query) === known(m, key);
};

export const transformerPart = (signature: string): LibraryClass =>
  layer(keeps(signature), (m, self, t, args) => {
    const dims = dimsOf(m, t) ?? requireRank(m, t, 3);
    const width = keptInt(m, layerOf(m, self), 'd_model');
    if (dims && width) equate(m, dims.at(-1)!, width);
    requireDtype(m, t, 'float32');
    const memory = asTensor(m, argument(args, 1, 'memory'), LIBRARY);
    const isDecoder = /^TransformerDecoder/.test(self.cls.name);
    payStack(m, self, dims, isDecoder ? ((memory && dimsOf(m, memory)) ?? 'open') : undefined);
    return withShape(t, t.shape);
  });

/** The layer that a stack is made of; of a layer itself. */
function layerOf(m: Machine, self: Obj): Obj {
  const { attributes } = self;
  const inner = attributes.get('encoder_layer') ?? attributes.get('decoder_layer');
  const v = inner && known(m, inner);
  return v?.k === 'object' ? v : self;
}

/**
 * One layer or a stack of them: attention as above, over itself and over what an encoder gave (`memory`: its sizes), and
 * two linear layers (Vaswani et al. 2017, §3.1).
 */
function payStack(
  m: Machine,
  self: Obj,
  dims: readonly Poly[] | undefined,
  memory?: readonly Poly[] | 'open',
): void {
  const inner = layerOf(m, self);
  const [width, wide] = ['d_model', 'dim_feedforward'].map((name) => keptInt(m, inner, name));
  const first = isTrue(m, kept(inner, 'batch_first'));
  const lengthIn = (of: readonly Poly[]) => of.at(first ? -2 : 0);
  const isKnown = dims && first !== undefined && memory !== 'open';
  if (!isKnown || !/^Transformer(?:En|De)coder/.test(self.cls.name)) return spend(m, undefined);
  const before = m.tally;
  const rows = dims.slice(0, -1);
  for (const from of memory ? [dims, memory] : [dims]) {
    const others = from.slice(0, -1);
    for (const each of [rows, rows, others, others]) spendProducts(m, ...each, width, width);
    for (let part = 0; part < 2; part += 1) spendProducts(m, ...rows, lengthIn(from), width);
  }
  for (let part = 0; part < 2; part += 1) spendProducts(m, ...rows, width, wide);
  if (inner !== self) repeat(m, before, keptInt(m, self, 'num_layers'));
}

/** The stack of one side of a `Transformer`, as its constructor makes it. */
function sideOf(m: Machine, self: Obj, side: 'encoder' | 'decoder'): Obj {
  let cls = self.cls;
  while (!cls.library && cls.bases[0]?.k === 'class') [cls] = cls.bases as [typeof cls];
  const isEncoder = side === 'encoder';
  const part = (id: number, name: string, attributes: Obj['attributes']): Obj => ({
    k: 'object',
    id: self.id + id,
    cls: { k: 'class', name, bases: cls.bases, members: new Map(), library: stack },
    attributes,
  });
  const sizes = [...self.attributes].filter(([, value]) => value.k !== 'object');
  const name = isEncoder ? 'TransformerEncoder' : 'TransformerDecoder';
  const inner = part(isEncoder ? 0.25 : 0.5, `${name}Layer`, new Map(sizes));
  const vector = parameter(m, [keptInt(m, self, 'd_model')]);
  const norm = part(
    isEncoder ? 0.125 : 0.375,
    'LayerNorm',
    new Map<string, Value>([
      ['normalized_shape', kept(self, 'd_model')],
      ['weight', vector],
      ['bias', isTrue(m, kept(self, 'bias')) === false ? none : vector],
    ]),
  );
  return part(
    isEncoder ? 0.625 : 0.75,
    name,
    new Map<string, Value>([
      [`${side}_layer`, inner],
      ['num_layers', kept(self, `num_${side}_layers`)],
      ['norm', norm],
    ]),
  );
}
const stack = transformerPart('');

export const transformer: LibraryClass = {
  init: keeps(
    'd_model=512 nhead=8 num_encoder_layers=6 num_decoder_layers=6 dim_feedforward=2048 dropout=0 activation=relu custom_encoder=None custom_decoder=None layer_norm_eps=0 batch_first=False norm_first=False bias=True',
  ),
  attribute: (m, self, name) => {
    if (name !== 'encoder' && name !== 'decoder') return undefined;
    const value = sideOf(m, self, name);
    write(m, self.attributes, name, value);
    return value;
  },
  call: (m, self, args) => {
    const width = keptInt(m, self, 'd_model');
    const sides = [argument(args, 0, 'src'), argument(args, 1, 'tgt')].map((value) =>
      asTensor(m, value, LIBRARY),
    );
    const sizes = sides.map((side) => side && requireRank(m, side, 3));
    for (const all of sizes) if (all && width) equate(m, all[2]!, width);
    const isWhole = ['custom_encoder', 'custom_decoder', 'encoder', 'decoder'].every(
      (each) => known(m, self.attributes.get(each) ?? none).k === 'none',
    );
    if (isWhole) {
      payStack(m, sideOf(m, self, 'encoder'), sizes[0]);
      payStack(m, sideOf(m, self, 'decoder'), sizes[1], sizes[0] ?? 'open');
    } else spend(m, undefined);
    return sides[1] ? withShape(sides[1], sides[1].shape) : unknown;
  },
};
