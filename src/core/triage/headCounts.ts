/** How many heads a layer has: the config says it, or convention does. */
import type { Config, Tensors } from '../model/architecture';

/** Width of a head where neither config nor metadata tells their number. */
const conventional = 64;

const queryKeys = [
  'num_attention_heads',
  'n_head',
  'n_heads',
  'num_heads',
  'attention_heads',
  'nhead',
];
const keyKeys = ['num_key_value_heads', 'n_kv_heads', 'n_head_kv', 'num_kv_heads'];

export interface HeadCounts {
  readonly query: number;
  readonly key: number;
  readonly assumed?: string;
}

/**
 * From the vectors of the query and key projections to numbers of heads. GGUF says them as
 * `….attention.head_count`; encoders and decoders may differ.
 */
export function headCounts(
  config: Config,
  metadata: Iterable<readonly [string, string]>,
): (query: number, key: number, path: string) => HeadCounts | undefined {
  const said = new Map(metadata);
  const first = (keys: readonly string[], ending: RegExp): number | undefined => {
    for (const key of keys) {
      const value = whole(config[key]);
      if (value !== undefined) return value;
    }
    for (const [key, value] of said) if (ending.test(key)) return whole(value);
    return undefined;
  };
  const queries = first(queryKeys, /\.attention\.head_count$/);
  const keys = first(keyKeys, /\.attention\.head_count_kv$/);
  const size = first(['head_dim', 'd_kv'], /\.attention\.key_length$/);
  return (query, key, path) => {
    const side = /(?:^|\.)(encoder|decoder)\./.exec(path)?.[1];
    const own = side === undefined ? undefined : whole(config[`${side}_attention_heads`]);
    const told = own ?? queries ?? (size ? query / size : undefined);
    const heads = told ?? (query % conventional === 0 ? query / conventional : undefined);
    if (heads === undefined || heads < 1 || query % heads !== 0) return undefined;
    const perHead = query / heads;
    const keyHeads = key === query ? heads : (keys ?? key / perHead);
    if (!Number.isInteger(keyHeads) || keyHeads < 1 || keyHeads * perHead !== key) return undefined;
    if (told !== undefined) return { query: heads, key: keyHeads };
    return { query: heads, key: keyHeads, assumed: `${heads} × ${conventional}` };
  };
}

/** Configs that have come through a table of texts hold numbers as text. */
function whole(value: unknown): number | undefined {
  const count = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : undefined;
}

/** transformers 5 writes `rope_parameters`, older ones `rope_theta`; some models save the frequencies. */
export function usesRotary(
  config: Config,
  tensors: Tensors,
  metadata: Iterable<readonly [string, string]>,
): boolean {
  const keys = ['rope_theta', 'rope_parameters', 'rope_scaling', 'rotary_dim', 'rotary_pct'];
  if (keys.some((key) => config[key] !== undefined && config[key] !== null)) return true;
  if (config['position_embedding_type'] === 'rotary') return true;
  for (const [key] of metadata) if (/\.rope\./.test(key)) return true;
  for (const name of tensors.keys())
    if (/(rotary_emb|rope)\.(inv_freq|freqs)/.test(name)) return true;
  return false;
}
