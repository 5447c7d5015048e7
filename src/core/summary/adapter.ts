/** A low-rank adapter in a few words. */
import { findAdapter } from '../compare/adapter';

export interface AdapterFacts {
  readonly kind: 'PEFT' | 'kohya';
  /** Smallest and largest; mostly the same. */
  readonly ranks: readonly [number, number];
  /** Last parts of the adapted modules' names, the most frequent first: `q_proj`, `v_proj`. */
  readonly modules: readonly string[];
  readonly count: number;
  /** The model that it was trained for, where the config beside it or the file itself says so. */
  readonly base?: string;
}

/** Keys of PEFT's `adapter_config.json` and of kohya's metadata. */
const baseKeys = ['base_model_name_or_path', 'ss_sd_model_name', 'ss_base_model_version'];

type Facts = readonly (readonly [key: string, value: string])[];

/** What a checkpoint adapts, by names and shapes; undefined when it is no adapter. */
export function adapterFacts(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  config: Facts,
  metadata: Facts,
): AdapterFacts | undefined {
  const adapter = findAdapter(tensors);
  if (!adapter) return undefined;
  const counts = new Map<string, number>();
  for (const { module } of adapter.targets) {
    const name = lastPart(module);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const ranks = adapter.targets.map(({ rank }) => rank);
  const known = new Map([...metadata, ...config]);
  const base = baseKeys.map((key) => known.get(key)).find((name) => name);
  return {
    kind: adapter.kind,
    ranks: [ranks.reduce((a, b) => Math.min(a, b)), ranks.reduce((a, b) => Math.max(a, b))],
    modules: [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name),
    count: adapter.targets.length,
    ...(base !== undefined && { base }),
  };
}

/** `….layers.3.self_attn.q_proj` and `lora_unet_…_blocks_3_attn1_to_q` after the number of their block. */
const lastPart = (module: string): string =>
  module
    .replace(/^.*[._]\d+[._](?=\D)/, '')
    .split('.')
    .at(-1) ?? module;
