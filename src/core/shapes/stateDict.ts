/** The tensors of a module by their names in its `state_dict()`, as torch's own layers define theirs. */
import type { ClassDef, Expr } from './ast';
import { libraryBase } from './interpret/attributes';
import { asInt, dimsOf, known, type Machine } from './machine';
import { ownerOf, type Owner } from './owners';
import {
  constant,
  constantOf,
  multiply,
  one,
  product,
  sum,
  symbol,
  type Poly,
  type Sym,
} from './poly';
import type { Class, Obj, Value } from './values';

export interface StateEntry {
  /** `*` stands for each of a number of blocks that are alike. */
  readonly name: string;
  /** Undefined: not known, nor is the rank. */
  readonly dims: readonly Poly[] | undefined;
  readonly isBuffer: boolean;
  /** The program decides whether there is one. */
  readonly isOptional?: boolean;
  /** How many there are, by the blocks. */
  readonly times: Poly;
  /** What is the same for two names of one tensor. */
  readonly tensor?: Value;
  /** From the outermost module inwards. */
  readonly owners: readonly Owner[];
}
export interface State {
  readonly entries: readonly StateEntry[];
  /** Some module could not be followed: there may be more tensors. */
  readonly isOpen: boolean;
}

type Dims = readonly (Poly | undefined)[];
type Layer = (size: (name: string) => Poly | undefined, flag: Flag) => Record<string, Dims>;
/** A yes or no that the layer was made with; undefined where it is not known. */
type Flag = (name: string, fallback: boolean) => boolean;

const scaled = (count: number, size: Poly | undefined): Poly | undefined =>
  size && multiply(constant(count), size);
const withBias = (has: boolean, weight: Dims, width: Poly | undefined, prefix = '') => ({
  [`${prefix}weight`]: weight,
  ...(has ? { [`${prefix}bias`]: [width] } : {}),
});

function attention(width: Poly | undefined, has: boolean, prefix = ''): Record<string, Dims> {
  return {
    [`${prefix}in_proj_weight`]: [scaled(3, width), width],
    ...(has ? { [`${prefix}in_proj_bias`]: [scaled(3, width)] } : {}),
    ...withBias(has, [width, width], width, `${prefix}out_proj.`),
  };
}
/** Keys or values of another width have projections of their own. */
const multihead: Layer = (size, flag) => {
  const [width, keys, values] = ['embed_dim', 'kdim', 'vdim'].map(size);
  const bias = flag('bias', true);
  const isSame = [keys, values].every((one) => !one || one.key === width?.key);
  if (isSame) return attention(width, bias);
  return {
    q_proj_weight: [width, width],
    k_proj_weight: [width, keys ?? width],
    v_proj_weight: [width, values ?? width],
    ...(bias ? { in_proj_bias: [scaled(3, width)] } : {}),
    ...withBias(bias, [width, width], width, 'out_proj.'),
  };
};
const transformerLayer =
  (crosses: boolean): Layer =>
  (size, flag) => {
    const [width, wide] = [size('d_model'), size('dim_feedforward')];
    const bias = flag('bias', true);
    return {
      ...attention(width, bias, 'self_attn.'),
      ...(crosses ? attention(width, bias, 'multihead_attn.') : {}),
      ...withBias(bias, [wide, width], wide, 'linear1.'),
      ...withBias(bias, [width, wide], width, 'linear2.'),
      ...withBias(bias, [width], width, 'norm1.'),
      ...withBias(bias, [width], width, 'norm2.'),
      ...(crosses ? withBias(bias, [width], width, 'norm3.') : {}),
    };
  };
const recurrent =
  (gates: number): Layer =>
  (size, flag) => {
    const [width, hidden] = [size('input_size'), size('hidden_size')];
    const layers = constantOf(size('num_layers') ?? one) ?? 0;
    const names = flag('bidirectional', false) ? ['', '_reverse'] : [''];
    const rows = scaled(gates, hidden);
    const cells = Array.from({ length: layers }, (_, layer) =>
      names.map((direction) => {
        const end = `_l${layer}${direction}`;
        const input = layer === 0 ? width : scaled(names.length, hidden);
        const biases = flag('bias', true)
          ? { [`bias_ih${end}`]: [rows], [`bias_hh${end}`]: [rows] }
          : {};
        return {
          [`weight_ih${end}`]: [rows, input],
          [`weight_hh${end}`]: [rows, hidden],
          ...biases,
        };
      }),
    );
    return Object.assign({}, ...cells.flat()) as Record<string, Dims>;
  };
const cell =
  (gates: number): Layer =>
  (size, flag) => {
    const rows = scaled(gates, size('hidden_size'));
    const biases = flag('bias', true) ? { bias_ih: [rows], bias_hh: [rows] } : {};
    return {
      weight_ih: [rows, size('input_size')],
      weight_hh: [rows, size('hidden_size')],
      ...biases,
    };
  };
const batchNorm: Layer = (size, flag) => {
  const width = [size('num_features')];
  return {
    ...(flag('affine', true) ? { weight: width, bias: width } : {}),
    ...(flag('track_running_stats', true)
      ? { running_mean: width, running_var: width, num_batches_tracked: [] }
      : {}),
  };
};
const instanceNorm: Layer = (size, flag) =>
  flag('affine', false) ? { weight: [size('num_features')], bias: [size('num_features')] } : {};
const bilinear: Layer = (size, flag) =>
  withBias(
    flag('bias', true),
    [size('out_features'), size('in1_features'), size('in2_features')],
    size('out_features'),
  );
const groupNorm: Layer = (size, flag) =>
  flag('affine', true) ? { weight: [size('num_channels')], bias: [size('num_channels')] } : {};

/** Layers whose tensors are not simply `weight` and `bias` as their rules keep them. */
const layers: Readonly<Record<string, Layer>> = {
  Bilinear: bilinear,
  BatchNorm1d: batchNorm,
  BatchNorm2d: batchNorm,
  BatchNorm3d: batchNorm,
  InstanceNorm1d: instanceNorm,
  InstanceNorm2d: instanceNorm,
  InstanceNorm3d: instanceNorm,
  GroupNorm: groupNorm,
  RNN: recurrent(1),
  GRU: recurrent(3),
  LSTM: recurrent(4),
  RNNCell: cell(1),
  GRUCell: cell(3),
  LSTMCell: cell(4),
  MultiheadAttention: multihead,
  TransformerEncoderLayer: transformerLayer(false),
  TransformerDecoderLayer: transformerLayer(true),
  PReLU: () => ({ weight: [one] }),
};
const plain = /^(?:Linear|Embedding|Conv(?:Transpose)?[123]d)$/;
const norms = /^(?:LayerNorm|RMSNorm)$/;
/** Made of parts that the rules do not keep apart. */
const opaque =
  /^(?:Transformer|TransformerEncoder|TransformerDecoder|ParameterList|ParameterDict)$/;
const buffers = /(?:^|\.)(?:running_mean|running_var|num_batches_tracked)$/;

export function stateOf(m: Machine, module: Obj): State {
  const entries: StateEntry[] = [];
  let isOpen = false;
  const visit = (
    object: Obj,
    prefix: string,
    times: Poly,
    depth: number,
    outer: readonly Owner[],
  ): void => {
    if (depth > 12 || entries.length > 20_000) {
      isOpen = true;
      return;
    }
    const item = (name: string, value: Value, count = times): void => {
      const v = known(m, value);
      if (v.k === 'object')
        visit(v, `${prefix}${name}.`, count, depth + 1, [...outer, ...ownerOf(m, object, name)]);
      else if (v.k !== 'none') isOpen = true;
    };
    const isOpaque = addLayer(m, object, prefix, times, entries, outer);
    isOpen ||= isOpaque;
    for (const [name, value] of object.attributes) {
      const given = known(m, value);
      // `Parameter(…) if bias else None`
      const some = given.k === 'union' ? given.options.filter((one) => one.k !== 'none') : [];
      const only = some.length === 1 && some[0]?.k === 'tensor' && some[0].role ? some[0] : given;
      const v = known(m, only);
      if (v.k === 'tensor' && v.role) {
        const dims = dimsOf(m, v);
        const isBuffer = v.role === 'buffer';
        // A buffer may have been made on one side of a branch.
        const isOptional = isBuffer || given.k === 'union';
        const owners = [...outer, ...ownerOf(m, object, name)];
        entries.push({ name: prefix + name, dims, isBuffer, isOptional, times, tensor: v, owners });
      } else if (v.k === 'object' && isModule(m, v)) item(name, v);
      else if (v.k === 'union' || v.k === 'unknown' || v.k === 'any')
        isOpen ||= v.k === 'union' || isUsedAsModule(object.cls, name);
      else if (name === 'items' && isContainer(m, object)) {
        const names = object.attributes.get('names');
        if (v.k === 'sequence') {
          v.items.forEach((one, index) => {
            const own = names?.k === 'sequence' ? names.items[index] : undefined;
            item(own?.k === 'string' && own.value !== undefined ? own.value : `${index}`, one);
          });
        } else if (v.k === 'many') {
          item('*', v.item, v.length ? multiply(times, v.length) : times);
          isOpen ||= !v.length;
        } else isOpen = true;
      }
    }
  };
  visit(module, '', one, 0, []);
  return { entries, isOpen };
}

const modulesUsed = new WeakMap<ClassDef, ReadonlySet<string>>();
/** Whether a class calls an attribute, or looks into it: what is not known there may be a module. */
function isUsedAsModule(cls: Class, name: string): boolean {
  if (!cls.def) return false;
  const known = modulesUsed.get(cls.def) ?? usedIn(cls.def);
  modulesUsed.set(cls.def, known);
  return known.has(name);
}
function usedIn(def: ClassDef): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { k, callee, object } = node as { k?: string; callee?: Expr; object?: Expr };
    const of = k === 'call' ? callee : k === 'attribute' ? object : undefined;
    if (of?.k === 'attribute') found.add(of.name);
    Object.values(node).forEach(visit);
  };
  visit(def.body);
  return found;
}

function addLayer(
  m: Machine,
  object: Obj,
  prefix: string,
  times: Poly,
  entries: StateEntry[],
  owners: readonly Owner[],
): boolean {
  const name = layerName(m, object);
  if (name === undefined) return false;
  const size = (field: string): Poly | undefined => {
    const value = object.attributes.get(field);
    return value && asInt(m, value);
  };
  const flag: Flag = (field, fallback) => {
    const value = object.attributes.get(field) ?? object.made?.keyword.get(field);
    const v = value && known(m, value);
    return v?.k === 'bool' && v.value !== undefined ? v.value : fallback;
  };
  const push = (field: string, dims: Dims | undefined, tensor?: Value, has = one): void => {
    const full = prefix + field;
    const all = dims?.every((dim) => dim !== undefined) ? (dims as readonly Poly[]) : undefined;
    entries.push({
      name: full,
      dims: all,
      isBuffer: buffers.test(full),
      times: multiply(times, has),
      owners,
      ...(tensor ? { tensor } : {}),
    });
  };
  const own = layers[name];
  if (own) for (const [field, dims] of Object.entries(own(size, flag))) push(field, dims);
  if (plain.test(name)) {
    for (const field of ['weight', 'bias']) {
      const v = known(m, object.attributes.get(field) ?? { k: 'none' });
      if (v.k === 'tensor')
        push(field, dimsOf(m, v), v, field === 'bias' ? hasBias(m, object) : one);
    }
  }
  if (norms.test(name) && flag('elementwise_affine', true)) {
    const shape = known(m, object.attributes.get('normalized_shape') ?? { k: 'unknown' });
    const dims =
      shape.k === 'sequence' ? shape.items.map((each) => asInt(m, each)) : [asInt(m, shape)];
    push('weight', dims);
    if (name === 'LayerNorm' && flag('bias', true)) push('bias', dims);
  }
  return opaque.test(name);
}

/** 1, or a symbol of its own where the program decides whether there is one. */
function hasBias(m: Machine, { made }: Obj): Poly {
  const given = made?.keyword.get('bias');
  const v = given && known(m, given);
  return v && !(v.k === 'bool' && v.value !== undefined) ? symbol(bias) : one;
}
const bias: Sym = { key: 'bias', name: 'bias' };

/** The layer of the library that an object is, or is derived from. */
export function layerName(m: Machine, object: Obj): string | undefined {
  let cls: Value = object.cls;
  while (cls.k === 'class' && !cls.library) cls = known(m, cls.bases[0] ?? { k: 'unknown' });
  return cls.k === 'class' && cls.name !== 'Module' ? cls.name : undefined;
}
export const isModule = (m: Machine, object: Obj): boolean =>
  libraryBase(m, object.cls, (library) => library.methods?.['state_dict']) !== undefined;
const isContainer = (m: Machine, object: Obj): boolean =>
  libraryBase(m, object.cls, (library) => library.iterate) !== undefined;

/** Σ numel of the parameters, shared ones once; undefined where one is not known. */
export function parameterCount({ entries, isOpen }: State): Poly | undefined {
  const seen = new Set<Value>();
  const counts: Poly[] = [];
  for (const { dims, isBuffer, isOptional, times, tensor } of entries) {
    if (isBuffer || (tensor && seen.has(tensor))) continue;
    if (isOptional) return undefined;
    if (tensor) seen.add(tensor);
    if (!dims) return undefined;
    counts.push(product([times, ...dims]));
  }
  return isOpen ? undefined : sum(counts);
}
