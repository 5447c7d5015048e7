/**
 * Rotary positions (Su et al. 2021, section 3.2): pairs of a head's dimensions are turned by an angle that grows with the
 * place. Frequencies as transformers' modeling_rope_utils.py computes them, in float32.
 */
import type { GraphBuilder, Value } from '../graph/graph';
import type { Config } from './architecture';
import { number, record, text, type Reading } from './reading';

export interface Rotary {
  /** Angle per place of each pair, size / 2 of them; [pairs]. */
  readonly frequencies: readonly number[];
  /** What cosine and sine are multiplied by (Peng et al. 2023, section 3.4). */
  readonly factor: number;
}

const f = Math.fround;

/** How rotary positions are told in a config: all layers alike, or those of one kind of layer. */
export type RotarySettings = Readonly<Record<string, unknown>>;

/** `rope_parameters` of transformers 5, else `rope_theta` and `rope_scaling` of those before. */
export function rotarySettings(config: Config): RotarySettings {
  const now = record(config['rope_parameters']);
  if (now) return now;
  const scaling = record(config['rope_scaling']) ?? {};
  const base = number(config, 'rope_theta') ?? number(config, 'rotary_emb_base');
  return { ...(base === undefined ? {} : { rope_theta: base }), ...scaling };
}

/** How many of a head's dimensions are turned. */
export function rotarySize(config: Config, size: number): number {
  const told = record(config['rope_parameters']) ?? {};
  const part =
    number(told, 'partial_rotary_factor') ??
    number(config, 'partial_rotary_factor') ??
    number(config, 'rotary_pct') ??
    1;
  return Math.floor(size * part);
}

/** `size` dimensions are turned. A kind of scaling that is not known becomes a problem. */
export function rotaryOf(
  reading: Reading,
  config: Config,
  size: number,
  settings: RotarySettings = rotarySettings(config),
): Rotary {
  const base = number(settings, 'rope_theta') ?? 10000;
  const kind = text(settings, 'rope_type') ?? text(settings, 'type') ?? 'default';
  const plain = Array.from({ length: Math.floor(size / 2) }, (_, i) =>
    f(1 / f(base ** f((2 * i) / size))),
  );
  const factor = number(settings, 'factor') ?? 1;
  switch (kind) {
    case 'default':
    case 'dynamic':
      // The second has other frequencies only for texts that are longer than the model's own.
      return { frequencies: plain, factor: 1 };
    case 'linear':
      return { frequencies: plain.map((frequency) => f(frequency / factor)), factor: 1 };
    case 'llama3':
      return { frequencies: plain.map((one) => llama3(one, settings, config)), factor: 1 };
    case 'yarn':
      return yarn(settings, config, size, base);
    default:
      reading.problem(`config says rope_type ${JSON.stringify(kind)}, which is not run yet`);
      return { frequencies: plain, factor: 1 };
  }
}

function originalLength(settings: RotarySettings, config: Config): number {
  const key = 'original_max_position_embeddings';
  return (
    number(settings, key) ?? number(config, key) ?? number(config, 'max_position_embeddings') ?? 1
  );
}

/** Slow turns are made slower, those between are blended (Llama 3.1). */
function llama3(frequency: number, settings: RotarySettings, config: Config): number {
  const factor = number(settings, 'factor') ?? 8;
  const low = number(settings, 'low_freq_factor') ?? 1;
  const high = number(settings, 'high_freq_factor') ?? 4;
  const length = originalLength(settings, config);
  const turns = (length * frequency) / (2 * Math.PI);
  if (turns > high) return frequency;
  if (turns < low) return f(frequency / factor);
  const smooth = (turns - low) / (high - low);
  return f(((1 - smooth) * frequency) / factor + smooth * frequency);
}

/** Peng et al. 2023, section 3.2 to 3.4. */
function yarn(settings: RotarySettings, config: Config, size: number, base: number): Rotary {
  const length = originalLength(settings, config);
  const longest = number(config, 'max_position_embeddings') ?? length;
  const factor = number(settings, 'factor') ?? longest / length;
  const dimension = (rotations: number) =>
    (size * Math.log(length / (rotations * 2 * Math.PI))) / (2 * Math.log(base));
  const whole = settings['truncate'] !== false;
  const fast = dimension(number(settings, 'beta_fast') ?? 32);
  const slow = dimension(number(settings, 'beta_slow') ?? 1);
  const low = Math.max(0, whole ? Math.floor(fast) : fast);
  const end = Math.min(size - 1, whole ? Math.ceil(slow) : slow);
  const high = low === end ? end + 0.001 : end;
  const frequencies = Array.from({ length: size / 2 }, (_, i) => {
    const period = f(base ** f((2 * i) / size));
    const ramp = Math.min(1, Math.max(0, (i - low) / (high - low)));
    return f((1 / (factor * period)) * ramp + (1 / period) * (1 - ramp));
  });
  const scale = (by: number) => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
  const [one, all] = [number(settings, 'mscale'), number(settings, 'mscale_all_dim')];
  const told = number(settings, 'attention_factor');
  return { frequencies, factor: told ?? (one && all ? scale(one) / scale(all) : scale(1)) };
}

/**
 * Turns x [heads, tokens, size] by the places of its tokens, [tokens]: dimension i with dimension i + half of what is
 * turned, as transformers stores them. `frequencies` is [pairs].
 */
export function rotate(
  g: GraphBuilder,
  x: Value,
  places: Value,
  frequencies: Value,
  {
    pairs,
    size,
    factor,
  }: { readonly pairs: number; readonly size: number; readonly factor: number },
): Value {
  const angles = g.mul(g.toFloat(g.reshape(places, [-1, 1])), g.reshape(frequencies, [1, pairs]));
  const times = (value: Value) => (factor === 1 ? value : g.mul(value, factor));
  const [cos, sin] = [times(g.cos(angles)), times(g.sin(angles))];
  const first = g.slice(x, 0, pairs, 2);
  const second = g.slice(x, pairs, 2 * pairs, 2);
  const turned = [
    g.sub(g.mul(first, cos), g.mul(second, sin)),
    g.add(g.mul(second, cos), g.mul(first, sin)),
  ];
  return g.concat(2 * pairs < size ? [...turned, g.slice(x, 2 * pairs, size, 2)] : turned, 2);
}
