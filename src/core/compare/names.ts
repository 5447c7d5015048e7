/** One tensor under the names that different programs give it. */

/** What wrappers and model classes put before a module's own names; any of them, repeated. */
const prefixes =
  /^(?:(?:model|module|transformer|base_model|state_dict|_orig_mod|_forward_module|net|network|bert|roberta|distilbert|gpt_neox)\.)+/;

/** The name without what was put before it: `_orig_mod.transformer.h.0.ln_1.weight` → `h.0.ln_1.weight`. */
export function withoutPrefix(name: string): string {
  return name.replace(prefixes, '');
}

/** GGUF name of a tensor outside of the blocks → its names in Hugging Face checkpoints, without prefix. */
const outside: Readonly<Record<string, readonly string[]>> = {
  token_embd: ['embed_tokens', 'wte'],
  position_embd: ['wpe'],
  output: ['lm_head'],
  output_norm: ['norm', 'ln_f'],
};
/** The same inside of a block (llama.cpp, gguf-py/gguf/tensor_mapping.py: llama-like models and GPT-2). */
const inside: Readonly<Record<string, readonly string[]>> = {
  attn_q: ['self_attn.q_proj'],
  attn_k: ['self_attn.k_proj'],
  attn_v: ['self_attn.v_proj'],
  attn_qkv: ['attn.c_attn'],
  attn_output: ['self_attn.o_proj', 'attn.c_proj'],
  attn_q_norm: ['self_attn.q_norm'],
  attn_k_norm: ['self_attn.k_norm'],
  attn_norm: ['input_layernorm', 'ln_1'],
  ffn_norm: ['post_attention_layernorm', 'ln_2'],
  ffn_gate: ['mlp.gate_proj'],
  ffn_up: ['mlp.up_proj', 'mlp.c_fc'],
  ffn_down: ['mlp.down_proj', 'mlp.c_proj'],
};

const reversed = (table: Readonly<Record<string, readonly string[]>>) =>
  new Map(Object.entries(table).flatMap(([gguf, names]) => names.map((name) => [name, gguf])));
const ggufOutside = reversed(outside);
const ggufInside = reversed(inside);

/** The name that llama.cpp's converter gives a tensor of a Hugging Face checkpoint, where it is known. */
export function ggufName(name: string): string | undefined {
  const [, block, module = '', ending = ''] =
    /^(?:(?:layers|h)\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(withoutPrefix(name)) ?? [];
  const known = (block === undefined ? ggufOutside : ggufInside).get(module);
  if (known === undefined) return undefined;
  return `${block === undefined ? '' : `blk.${block}.`}${known}.${ending}`;
}

/** Projections that Hugging Face's GPT-2 keeps as Conv1D, [in, out], where others have a Linear, [out, in]. */
export const isConv1D = (name: string): boolean =>
  /(^|\.)(c_attn|q_attn|c_proj|c_fc)\.weight$/.test(name);
