/** The tensors of a module by their names in its `state_dict()`, as torch's own layers define theirs. */
import type { ClassDef, Expr } from './ast';
import { libraryBase } from './interpret/attributes';
import { asInt, dimsOf, known, type Machine } from './machine';
import { ownerOf, type Owner } from './owners';
import { constantOf, multiply, one, product, sum, symbol, type Poly, type Sym } from './poly';
import { layers, mostBlocks, type Dims, type Flag } from './stateLayers';
import type { Class, Obj, Value } from './values';

export interface StateEntry {
  /** `*` stands for each of a number of blocks that are alike. */
  readonly name: string;
  /** Undefined: not known, nor is the rank. */
  readonly dims: readonly Poly[] | undefined;
  readonly isBuffer: boolean;
  /** The program decides whether there is one. */
  readonly isOptional?: boolean;
  /** How many there are, by the blocks; where the number is known, an optional one is counted too. */
  readonly times: Poly | undefined;
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

const plain = /^(?:Linear|Embedding|Conv(?:Transpose)?[123]d)$/;
const norms = /^(?:LayerNorm|RMSNorm)$/;
/** Copies of a layer that was given, and perhaps a norm. */
const stacks = /^Transformer(?:En|De)coder$/;
/** Made of parts that the rules do not keep apart. */
const opaque = /^(?:ParameterList|ParameterDict)$/;
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
    const layer = layerName(m, object) ?? '';
    if (stacks.test(layer)) {
      const { attributes } = object;
      const copied = attributes.get('encoder_layer') ?? attributes.get('decoder_layer');
      const count = attributes.get('num_layers') && asInt(m, attributes.get('num_layers')!);
      const number = count && constantOf(count);
      const isWritten = number !== undefined && number <= mostBlocks;
      isOpen ||= !copied || !count;
      for (let index = 0; copied && isWritten && index < number; index += 1)
        item(`layers.${index}`, copied);
      if (copied && count && !isWritten) item('layers.*', copied, multiply(times, count));
      item('norm', attributes.get('norm') ?? { k: 'none' });
    }
    if (stacks.test(layer)) return;
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
        const count = given.k === 'union' ? undefined : times;
        const own = { dims, isBuffer, isOptional, times: count, tensor: v, owners };
        entries.push({ name: prefix + name, ...own });
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
  let isUnclear = false;
  const flag: Flag = (field, fallback) => {
    const value = object.attributes.get(field) ?? object.made?.keyword.get(field);
    const v = value && known(m, value);
    if (v?.k === 'bool' && v.value !== undefined) return v.value;
    isUnclear ||= !!v && field !== 'bias';
    return v ? true : fallback;
  };
  const push = (
    field: string,
    dims: Dims | undefined,
    tensor: Value | undefined,
    has: Poly | undefined,
    isOptional = false,
  ): void => {
    const full = prefix + field;
    const all = dims?.every((dim) => dim !== undefined) ? (dims as readonly Poly[]) : undefined;
    entries.push({
      name: full,
      dims: all,
      isBuffer: buffers.test(full),
      ...(isOptional ? { isOptional } : {}),
      times: has && multiply(times, has),
      owners,
      ...(tensor ? { tensor } : {}),
    });
  };
  const own = layers[name];
  for (const [field, part] of Object.entries(own?.(size, flag) ?? {})) {
    // What a part of it was replaced with is seen for itself.
    if (object.attributes.get(field.split('.')[0]!)?.k === 'object') continue;
    const { dims, times: several } = 'dims' in part ? part : { dims: part, times: one };
    const count = /bias/.test(field) ? several && multiply(several, hasBias(m, object)) : several;
    push(field, dims, undefined, isUnclear ? undefined : count, isUnclear || several !== one);
  }
  if (plain.test(name)) {
    for (const field of ['weight', 'bias']) {
      const v = known(m, object.attributes.get(field) ?? { k: 'none' });
      if (v.k === 'tensor')
        push(field, dimsOf(m, v), v, field === 'bias' ? hasBias(m, object) : one);
    }
  }
  if (norms.test(name)) {
    const shape = known(m, object.attributes.get('normalized_shape') ?? { k: 'unknown' });
    const dims =
      shape.k === 'sequence' ? shape.items.map((each) => asInt(m, each)) : [asInt(m, shape)];
    const isScaled = flag('elementwise_affine', true);
    for (const field of ['weight', 'bias']) {
      const v = known(m, object.attributes.get(field) ?? { k: 'none' });
      const has = isUnclear ? undefined : field === 'bias' ? hasBias(m, object) : one;
      if (isScaled && v.k !== 'none') push(field, dims, undefined, has, isUnclear);
    }
  }
  return opaque.test(name);
}

/** Where `bias` stands among what a layer is made with, when it is not named. */
const biasPlaces: Readonly<Record<string, number>> = {
  Linear: 2,
  RNNCell: 2,
  GRUCell: 2,
  LSTMCell: 2,
  Bilinear: 3,
  MultiheadAttention: 3,
};
const convolution = /^Conv/;

/** 1, or a symbol of its own where the program decides whether there is one. */
function hasBias(m: Machine, object: Obj): Poly {
  const { made } = object;
  const name = layerName(m, object) ?? '';
  const place = biasPlaces[name] ?? (convolution.test(name) ? 7 : -1);
  const given = made?.keyword.get('bias') ?? made?.positional[place];
  const v = given && known(m, given);
  return v && !(v.k === 'bool' && v.value !== undefined) ? symbol(bias) : one;
}
const bias: Sym = { key: 'bias', name: 'bias' };

/** The layer of the library that an object is, or is derived from. */
export function layerName(m: Machine, object: Obj): string | undefined {
  const nameOf = (cls: Class): string | undefined => {
    if (cls.library) return cls.name === 'Module' ? undefined : cls.name;
    for (const base of cls.bases) {
      const b = known(m, base);
      const name = b.k === 'class' ? nameOf(b) : undefined;
      if (name !== undefined) return name;
    }
    return undefined;
  };
  return nameOf(object.cls);
}
export const isModule = (m: Machine, object: Obj): boolean =>
  libraryBase(m, object.cls, (library) => library.methods?.['state_dict']) !== undefined;
const isContainer = (m: Machine, object: Obj): boolean =>
  libraryBase(m, object.cls, (library) => library.iterate) !== undefined;

/** Σ numel of the parameters, shared ones once; undefined where one is not known. */
export function parameterCount({ entries, isOpen }: State): Poly | undefined {
  const seen = new Set<Value>();
  const counts: Poly[] = [];
  for (const { dims, isBuffer, times, tensor } of entries) {
    if (isBuffer || (tensor && seen.has(tensor))) continue;
    if (tensor) seen.add(tensor);
    if (!dims || !times) return undefined;
    counts.push(product([times, ...dims]));
  }
  return isOpen ? undefined : sum(counts);
}
