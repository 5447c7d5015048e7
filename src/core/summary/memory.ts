/** What a model takes: to hold its weights, to train it, and to keep keys and values of a context. All in bytes. */
import type { Step } from './flow';

/** Bytes per parameter. */
export const loadRules = [
  ['fp32', 4],
  ['fp16 / bf16', 2],
  ['int8', 1],
  ['int4', 0.5],
] as const;

/**
 * Adam in mixed precision, all parameters: half-precision weights and gradients (2 + 2), a float32 copy of the weights
 * and two float32 moments (4 + 4 + 4). Activations come on top (Rajbhandari et al. 2020, ZeRO, section 3.1).
 */
export const trainingBytes = 16;

export interface KeyValueCache {
  readonly layers: number;
  /** Heads that have keys and values of their own; undefined where only their common width is known. */
  readonly heads?: number;
  readonly headWidth?: number;
  /** Numbers that a layer keeps of a token's keys, as many again of its values. */
  readonly width: number;
  /** For 1,000 tokens with 2 bytes a number. */
  readonly bytes: number;
}

type Facts = readonly (readonly [key: string, value: string])[];

/**
 * From the config (Hugging Face's names, or GGUF's metadata), else from the key projection of a block. Undefined when
 * neither tells, and for models that keep a compressed cache.
 */
export function keyValueCache(
  config: Facts,
  metadata: Facts,
  flow: readonly Step[],
): KeyValueCache | undefined {
  const given = new Map([
    ...metadata.map(([key, value]) => [ggufKey(key), value] as const),
    ...config,
  ]);
  if (given.has('kv_lora_rank') || given.has('attention.kv_lora_rank')) return undefined;
  const number = (...names: readonly string[]): number | undefined => {
    for (const name of names) {
      const value = Number(given.get(name) ?? NaN);
      if (Number.isSafeInteger(value) && value > 0) return value;
    }
    return undefined;
  };
  const shapes = fromShapes(flow);
  const layers =
    number('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'block_count') ??
    shapes?.layers;
  const queries = number(
    'num_attention_heads',
    'n_head',
    'n_heads',
    'num_heads',
    'attention.head_count',
  );
  const width = number('hidden_size', 'n_embd', 'd_model', 'embedding_length');
  const isShared = given.get('multi_query') === 'true';
  const heads = isShared
    ? 1
    : (number('num_key_value_heads', 'num_kv_heads', 'attention.head_count_kv') ?? queries);
  const headWidth =
    number('head_dim', 'attention.key_length') ??
    (queries !== undefined && width !== undefined && width % queries === 0
      ? width / queries
      : undefined);
  if (layers === undefined) return undefined;
  if (heads !== undefined && headWidth !== undefined) {
    const all = heads * headWidth;
    return { layers, heads, headWidth, width: all, bytes: cacheBytes(layers, all) };
  }
  return shapes && { layers, width: shapes.width, bytes: cacheBytes(layers, shapes.width) };
}

const cacheBytes = (layers: number, width: number): number => 2 * layers * width * 2 * 1000;

/** `llama.block_count` → `block_count`. */
const ggufKey = (key: string): string =>
  key.replace(/^[a-z0-9-]+\.(?=(block_count|embedding_length|attention\.))/, '');

/** The largest run of blocks whose key projection has a name of its own, or is a third of q, k and v in one. */
function fromShapes(flow: readonly Step[]): { layers: number; width: number } | undefined {
  let best: { layers: number; width: number } | undefined;
  for (const step of flow) {
    if (step.kind !== 'blocks') continue;
    for (const { name, role, to } of step.parts) {
      if (role !== 'linear' || to === undefined) continue;
      const isKey = /(^|[._])(k_proj|wk|key|attn_k|k_lin)$/.test(name);
      const isAll = /(^|[._])(c_attn|in_proj|qkv|qkv_proj|Wqkv)$/.test(name) && to % 3 === 0;
      const width = isKey ? to : isAll ? to / 3 : undefined;
      if (width !== undefined && step.count > (best?.layers ?? 0))
        best = { layers: step.count, width };
    }
  }
  return best;
}
