/** Where a memory network reads: sentences down, hops across (Sukhbaatar et al. 2015, figures 2 and 3). */
import { cssColor } from './colormap';
import type { Paint } from './raster';
import { position } from './scale';
import { page, text } from './svg';
import { middle, share } from './text';

export interface HopsPicture {
  /** Sentence about the model. */
  readonly model: string;
  readonly verdict?: string;
  readonly sentences: readonly string[];
  readonly hops: readonly string[];
  /** [hops, sentences] */
  readonly data: Float32Array;
  readonly paint: Paint;
}

const advance = 6.1;
const row = 20;
const column = 56;
const longestSentence = 60;

/** Complete in itself, black on white; every weight is written in its cell. */
export function hopsSvg({ model, verdict, sentences, hops, data, paint }: HopsPicture): string {
  const labels = sentences.map((sentence) => middle(sentence, longestSentence));
  const left = 16 + advance * Math.max(1, ...labels.map(({ length }) => length));
  const top = 28;
  const cells = labels.flatMap((label, i) => {
    const y = top + i * row;
    return [
      text(left - 6, y + 14, label, 'text-anchor="end"'),
      ...hops.map((_, k) => {
        const weight = data[k * sentences.length + i] ?? NaN;
        const at = position(weight, paint.domain, paint.scale);
        const x = left + k * column;
        const fill = Number.isNaN(at) ? 'url(#nan)' : cssColor(paint.map, at);
        const ink = at > 0.6 ? '#000' : '#fff';
        return (
          `<rect x="${x}" y="${y}" width="${column - 1}" height="${row - 1}" fill="${fill}"/>` +
          text(x + column / 2, y + 14, share(weight), `text-anchor="middle" fill="${ink}"`)
        );
      }),
    ];
  });
  const lines = [model, ...(verdict === undefined ? [] : [verdict])];
  const longest = Math.max(...lines.map(({ length }) => length)) * advance;
  const end = top + labels.length * row;
  return page(
    [Math.max(left + hops.length * column, 16 + longest) + 16, end + 24 + 16 * lines.length],
    model,
    [
      ...hops.map((hop, k) =>
        text(left + (k + 0.5) * column, top - 8, hop, 'text-anchor="middle"'),
      ),
      ...cells,
      ...lines.map((line, i) => text(16, end + 20 + 16 * i, line)),
    ],
  );
}
