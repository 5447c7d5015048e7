/** Lines that compute series of the whole model: states, usage, energy, outputs. */
import type { Line } from './equations';
import type { Steppable } from './steppable';

/** A series and the text of its line, which may depend on what else is recorded. */
export type SeriesText = readonly [
  series: string,
  text: string | ((has: (series: string) => boolean) => string),
];

/** The lines of those that are recorded, but for `done`: these have their line already. */
export function seriesLines(
  { series }: Steppable,
  texts: readonly SeriesText[],
  done: ReadonlySet<string> = new Set(),
): Line[] {
  const has = (name: string): boolean => series.includes(name);
  return texts.flatMap(([name, text]): Line[] => {
    if (!has(name) || done.has(name)) return [];
    const told = typeof text === 'string' ? text : text(has);
    return [{ text: told, computes: { kind: 'series', series: name } }];
  });
}

export const beforeBlocks: readonly SeriesText[] = [
  ['memory.slow', 'slow = W @ h + C @ x[t]'],
  [
    'memory.A',
    (has) =>
      has('memory.cosine')
        ? 'A = A + outer(values[t], keys[t])'
        : 'A = decay * A + rate * outer(h, h)',
  ],
  ['glimpse.location', 'location = next'],
  ['glimpse.patches', 'patches = retina(image, location)'],
  ['glimpse.g', 'g = relu(fc3 @ relu(fc1 @ patches) + fc4 @ relu(fc2 @ location))'],
  [
    'state.h',
    (has) => {
      if (has('glimpse.g')) return 'h = relu(i2h @ g + h2h @ h)';
      if (!has('memory.M')) return 'h = decoder(y[t-1], h)';
      return `${has('state.c') ? 'h, c' : 'h'} = controller(x[t], read[t-1])`;
    },
  ],
  ['glimpse.next', 'next = tanh(locator(h))'],
  ['memory.usage', 'usage = (usage + w_write[t-1] - usage * w_write[t-1]) * retention'],
];

/** Hopfield 1982: one unit at a time, or all at once. */
export const afterBlocks: readonly SeriesText[] = [
  ['energy.unit', 'i = order[t]'],
  [
    'energy.flipped',
    (has) =>
      has('energy.unit') ? 'flipped = sign(h[i]) != s[i]' : 'flipped = count(sign(h) != s)',
  ],
  ['energy.state', (has) => (has('energy.unit') ? 's[i] = sign(h[i])' : 's = sign(h)')],
  ['energy.field', 'h = W @ s + b'],
  ['energy.E', 'E = -1/2 * s @ W @ s - b @ s'],
  ['energy.overlap', 'overlap = patterns @ s / N'],
  [
    'output.y',
    (has) => {
      if (has('memory.M')) return 'y = output(h, read)';
      return has('state.0.fwd.h') ? 'y = h  # of the last layer' : 'y = output(w @ values)';
    },
  ],
  ['output.logits', (has) => `logits = output(${has('reader.g') ? 'g' : 'h'})`],
  ['output.ids', (has) => `ids = argmax(${has('output.logits') ? 'logits' : 'w'})`],
];
