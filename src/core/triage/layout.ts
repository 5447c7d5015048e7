/** Where a checkpoint keeps the query, key, value and output weights of its heads, by tensor names alone. */
import type { Config, Tensors } from '../model/architecture';
import { headCounts, usesRotary } from './headCounts';

/**
 * `heads · size` vectors, head after head: the rows of a tensor, or its columns, from place `first` on.
 * Query, key and value vectors map the width to a number; output vectors are written to the width.
 */
export interface Factor {
  readonly tensor: string;
  readonly along: 'rows' | 'columns';
  readonly first: number;
  readonly heads: number;
  /** Vectors per head. */
  readonly size: number;
  /** Length of a vector. */
  readonly width: number;
}

export interface AttentionLayer {
  /** Path of the attention module. */
  readonly name: string;
  readonly query: Factor;
  readonly key: Factor;
  readonly value: Factor;
  readonly output: Factor;
}

export interface AttentionLayout {
  readonly layers: readonly AttentionLayer[];
  /** Most heads of a layer. */
  readonly heads: number;
  /** Rotary positions: W_Q·W_Kᵀ then holds for two tokens at distance 0 only (Su et al. 2021, section 3.2). */
  readonly rotary: boolean;
  /** What no config says and was taken by convention. */
  readonly assumed?: string;
}

/** Names of the four projections below a common path; an output of several alternatives. */
interface Separate {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: readonly string[];
}

const separate: readonly Separate[] = [
  { query: 'q_proj', key: 'k_proj', value: 'v_proj', output: ['o_proj', 'out_proj', 'dense'] },
  { query: 'self.query', key: 'self.key', value: 'self.value', output: ['output.dense'] },
  {
    query: 'attention.query',
    key: 'attention.key',
    value: 'attention.value',
    output: ['output.dense'],
  },
  { query: 'q_lin', key: 'k_lin', value: 'v_lin', output: ['out_lin'] },
  { query: 'wq', key: 'wk', value: 'wv', output: ['wo'] },
  { query: 'q', key: 'k', value: 'v', output: ['o'] },
  { query: 'to_q', key: 'to_k', value: 'to_v', output: ['to_out.0', 'to_out'] },
  { query: 'attn_q', key: 'attn_k', value: 'attn_v', output: ['attn_output'] },
];

/** Query, key and value in one tensor, [3 width, width] or (Conv1D) [width, 3 width]. */
const fused: readonly { readonly input: string; readonly output: string }[] = [
  { input: 'c_attn.weight', output: 'c_proj.weight' },
  { input: 'in_proj_weight', output: 'out_proj.weight' },
  { input: 'attn_qkv.weight', output: 'attn_output.weight' },
];
/** What the names of all inputs end with: most names of a checkpoint need no closer look. */
const ending = 'weight';

// Blocks in the order of their numbers: `h.2` before `h.10`.
const natural = new Intl.Collator('en', { numeric: true });

/** The layout; undefined when no attention is recognised or its heads cannot be told apart. */
export function findAttention(
  tensors: Tensors,
  config: Config,
  metadata: Iterable<readonly [string, string]> = [],
): AttentionLayout | undefined {
  const counts = headCounts(config, metadata);
  const layers: AttentionLayer[] = [];
  let assumed: string | undefined;
  for (const name of tensors.keys()) {
    if (!name.endsWith(ending)) continue;
    const found = fusedLayer(tensors, name) ?? separateLayer(tensors, name);
    if (!found) continue;
    const heads = counts(found.query.length, found.key.length, found.name);
    if (!heads) continue;
    assumed ??= heads.assumed;
    const layer = split(found, heads.query, heads.key);
    if (layer) layers.push(layer);
  }
  if (layers.length === 0) return undefined;
  layers.sort((x, y) => natural.compare(x.name, y.name));
  return {
    layers,
    heads: layers.reduce((most, { query }) => Math.max(most, query.heads), 0),
    rotary: usesRotary(config, tensors, metadata),
    ...(assumed !== undefined && { assumed }),
  };
}

/** A projection before its heads are known: `length` vectors of `width`. */
interface Projection {
  readonly tensor: string;
  readonly along: Factor['along'];
  readonly first: number;
  readonly length: number;
  readonly width: number;
}
type Projections = Readonly<Record<'query' | 'key' | 'value' | 'output', Projection>> & {
  readonly name: string;
};

function fusedLayer(tensors: Tensors, name: string): Projections | undefined {
  for (const { input, output: outputName } of fused) {
    if (!name.endsWith(input)) continue;
    const path = name.slice(0, name.length - input.length);
    const [rows = 0, columns = 0, ...more] = tensors.get(name)!.shape;
    const output = tensors.get(path + outputName);
    const width = Math.min(rows, columns);
    if (more.length > 0 || width < 1 || Math.max(rows, columns) !== 3 * width) return undefined;
    if (output?.shape.length !== 2 || output.shape.some((length) => length !== width))
      return undefined;
    const along = rows > columns ? 'rows' : 'columns';
    const part = (index: number): Projection => {
      return { tensor: name, along, first: index * width, length: width, width };
    };
    // Conv1D writes its columns and reads its rows; a Linear the other way round.
    const written = { along: along === 'rows' ? 'columns' : 'rows', first: 0 } as const;
    return {
      name: path.replace(/\.$/, ''),
      query: part(0),
      key: part(1),
      value: part(2),
      output: { tensor: output.name, length: width, width, ...written },
    };
  }
  return undefined;
}

function separateLayer(tensors: Tensors, name: string): Projections | undefined {
  for (const names of separate) {
    const input = `${names.query}.weight`;
    if (!name.endsWith(input)) continue;
    const path = name.slice(0, name.length - input.length);
    if (path !== '' && !path.endsWith('.')) continue;
    const linear = (module: string, along: Factor['along']): Projection | undefined => {
      const [rows, columns, ...more] = tensors.get(`${path}${module}.weight`)?.shape ?? [];
      if (!rows || !columns || more.length > 0) return undefined;
      const [length, width] = along === 'rows' ? [rows, columns] : [columns, rows];
      return { tensor: `${path}${module}.weight`, along, first: 0, length, width };
    };
    const [query, key, value] = [names.query, names.key, names.value].map((m) => linear(m, 'rows'));
    const output = names.output.flatMap((module) => linear(module, 'columns') ?? [])[0];
    if (query && key && value && output) {
      return { name: path.replace(/\.$/, ''), query, key, value, output };
    }
  }
  return undefined;
}

/** Cuts into heads; undefined when the numbers do not fit. */
function split(found: Projections, heads: number, keyHeads: number): AttentionLayer | undefined {
  const cut = ({ length, ...rest }: Projection, count: number): Factor => {
    return { ...rest, heads: count, size: length / count };
  };
  const layer = {
    name: found.name,
    query: cut(found.query, heads),
    key: cut(found.key, keyHeads),
    value: cut(found.value, keyHeads),
    output: cut(found.output, heads),
  };
  const { query, key, value, output } = layer;
  const fits =
    Number.isInteger(query.size) &&
    query.size === key.size &&
    value.size === output.size &&
    Number.isInteger(value.size) &&
    heads % keyHeads === 0;
  return fits ? layer : undefined;
}
