/** The few lines that a person reads at a glance. */
import type { Answer } from './analysis/analyse';

/** `attn: float32 [B, n_head, T, T]`, then the values that symbols are known to have. */
export function hoverText(name: string, answer: Answer): string {
  const shape = `[${answer.shape.join(', ')}]`;
  const first = `${name}: ${answer.dtype ? `${answer.dtype} ` : ''}${shape}`;
  const seen = Object.entries(answer.seen ?? {}).map(([word, value]) => `${word} = ${value}`);
  return seen.length > 0 ? `${first}\n${seen.join(', ')} where it is called` : first;
}

/** Elements of a shape at chosen sizes; undefined while a size is not known. */
export function elementsAt(
  shape: Answer['shape'],
  sizes: ReadonlyMap<string, number>,
): number | undefined {
  let total = 1;
  for (const dim of shape) {
    const size = typeof dim === 'number' ? dim : sizes.get(dim);
    if (size === undefined) return undefined;
    total *= size;
  }
  return total;
}
