/** From a value to a position in the colour map. All scales are monotone, so pooling by maximum stays right. */

export type ScaleName = 'linear' | 'sqrt' | 'log' | 'diverging';
/** Those of a person's choice for weightings; `diverging` has 0 in the middle whatever the ends are. */
export const scaleNames = ['linear', 'sqrt', 'log'] as const;
export type WeightingScale = (typeof scaleNames)[number];

/** Decades that the logarithmic scale shows below the upper end of the domain. */
export const logDecades = 4;

export interface Domain {
  readonly low: number;
  readonly high: number;
}

/** Weightings are probabilities: the same colour means the same weight in every head. */
export const unit: Domain = { low: 0, high: 1 };

/** Where `value` lies in the domain, 0…1, clamped; NaN stays NaN, infinities lie at the ends. */
export function position(value: number, domain: Domain, scale: ScaleName): number {
  if (Number.isNaN(value)) return Number.NaN;
  const { low, high } = domain;
  if (scale === 'diverging') {
    if (value === 0) return 0.5;
    const end = value < 0 ? -low : high;
    return end > 0 ? clamp(0.5 + value / (2 * end)) : value < 0 ? 0 : 1;
  }
  if (scale === 'log') {
    if (value <= 0 || high <= 0) return 0;
    return clamp(1 + Math.log10(value / high) / logDecades);
  }
  const share = high > low ? clamp((value - low) / (high - low)) : value > low ? 1 : 0;
  return scale === 'sqrt' ? Math.sqrt(share) : share;
}

/** The value at a position: the inverse of `position` for finite results. */
export function valueAt(share: number, domain: Domain, scale: ScaleName): number {
  if (scale === 'log') return domain.high * 10 ** (logDecades * (share - 1));
  if (scale === 'diverging') return (share < 0.5 ? -domain.low : domain.high) * (2 * share - 1);
  const linear = scale === 'sqrt' ? share * share : share;
  return domain.low + linear * (domain.high - domain.low);
}

/** Places where a legend says the value, low to high. */
export function legendTicks(
  domain: Domain,
  scale: ScaleName,
): readonly { at: number; value: number }[] {
  const shares = scale === 'log' ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1];
  return shares.map((at) => ({ at, value: valueAt(at, domain, scale) }));
}

function clamp(share: number): number {
  return share < 0 ? 0 : share > 1 ? 1 : share;
}
