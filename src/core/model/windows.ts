/** How far back the tokens of each layer see (Beltagy et al. 2020, section 3.1; `layer_types` of transformers 5). */
import type { Config } from './architecture';
import { flag, number, text } from './reading';

/** More than any text: a layer that sees everything before it. */
export const unlimited = 1e9;

/** Places that a token of each layer sees, its own counted; `sliding` says which layers have a window by convention. */
export function windowsOf(
  config: Config,
  layers: number,
  sliding: (layer: number) => boolean = usual(config),
): readonly number[] {
  const window = number(config, 'sliding_window') ?? unlimited;
  const told: unknown = config['layer_types'];
  const types = Array.isArray(told) && told.length === layers ? told : undefined;
  return Array.from({ length: layers }, (_, layer) => {
    const isSliding = types ? types[layer] === 'sliding_attention' : sliding(layer);
    return isSliding ? window : unlimited;
  });
}

/** Qwen has windows from a layer on where they are asked for, Mistral everywhere, Llama nowhere. */
function usual(config: Config): (layer: number) => boolean {
  const type = text(config, 'model_type') ?? '';
  if (type.startsWith('qwen')) {
    const first = number(config, 'max_window_layers') ?? 0;
    return (layer) => flag(config, 'use_sliding_window') === true && layer >= first;
  }
  return () => type !== 'llama';
}
