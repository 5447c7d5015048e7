/** A descent as SVG: E over the steps, overlaps with the patterns, states as images. */
import { cssColor } from './colormap';
import { levelLabels } from './levelLabels';
import { escape, page, text } from './svg';
import { integer, middle, number, thinned } from './text';

export interface EnergyPicture {
  /** Sentence about the model. */
  readonly model: string;
  readonly verdict?: string;
  /** E of every state, [steps + 1]. */
  readonly energy: ArrayLike<number>;
  /** Units that changed at each step, [steps]. */
  readonly flipped?: ArrayLike<number>;
  /** E of stored patterns with their names. */
  readonly levels: readonly { readonly name: string; readonly energy: number }[];
  /** Overlap of each pattern at the places where it is known, [places]. */
  readonly overlaps: readonly {
    readonly name: string;
    readonly steps: readonly number[];
    readonly values: ArrayLike<number>;
  }[];
  readonly states: readonly {
    readonly label: string;
    readonly values: ArrayLike<number>;
    readonly columns: number;
  }[];
}

const left = 72;
const width = 480;
const right = 88;
const colours = ['#1f77b4', '#d97706', '#2e8b57', '#8457b8', '#d1393b', '#8a6d00'];
const imageEdge = 96;

/** Complete in itself, black on white. */
export function energySvg(picture: EnergyPicture): string {
  const { model, verdict, states, overlaps } = picture;
  const parts: string[] = [];
  let top = 28;
  parts.push(...energyPlot(picture, top, 200));
  top += 200 + 44;
  if (overlaps.length > 0) {
    parts.push(...overlapPlot(picture, top, 120));
    top += 120 + 28;
  }
  let across = left;
  const isBinary = states.every(({ values }) =>
    Array.from(values).every((value) => Math.abs(value) === 1),
  );
  for (const state of states) {
    parts.push(image(state, isBinary, across, top + 12), text(across, top + 6, state.label));
    across += imageEdge + 16;
  }
  if (states.length > 0) top += imageEdge + 32;
  const lines = [model, ...(verdict === undefined ? [] : [verdict])];
  parts.push(...lines.map((line, i) => text(left, top + 8 + 16 * i, line)));
  const total = Math.max(
    left + width + right,
    across + 16,
    88 + 6.1 * Math.max(...lines.map((line) => line.length)),
  );
  return page([total, top + 16 * lines.length + 8], model, parts);
}

function energyPlot({ energy, flipped, levels }: EnergyPicture, top: number, height: number) {
  const finite = [...Array.from(energy), ...levels.map((one) => one.energy)].filter(
    Number.isFinite,
  );
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const last = Math.max(1, energy.length - 1);
  const x = (step: number) => left + (step / last) * width;
  const y = (value: number) => top + (high > low ? (high - value) / (high - low) : 0.5) * height;
  const ticks = new Set<number>();
  for (let i = 0; i < (flipped?.length ?? 0); i++) if (flipped![i]! > 0) ticks.add(round(x(i + 1)));
  return [
    text(left, top - 12, 'E'),
    frame(top, height),
    ...levels.map(
      (one) =>
        `<path d="M${left} ${round(y(one.energy))}H${left + width}" stroke="#888" stroke-dasharray="4 4"/>`,
    ),
    ...levelLabels(
      levels.map((one) => ({ at: y(one.energy), name: one.name })),
      11,
    ).map(({ at, label }) => text(left + width + 6, at + 3, middle(label, 12))),
    line(Array.from(energy), x, y, colours[0]!, 1.5),
    `<path d="${[...ticks].map((at) => `M${at} ${top + height + 3}v5`).join('')}" stroke="#d97706"/>`,
    text(left - 6, y(high) + 3, number(high), 'text-anchor="end"'),
    high > low ? text(left - 6, y(low) + 3, number(low), 'text-anchor="end"') : '',
    ...thinned(0, last, width / last, 56).map((step) =>
      text(x(step), top + height + 20, integer(step), 'text-anchor="middle"'),
    ),
  ];
}

function overlapPlot({ overlaps, energy }: EnergyPicture, top: number, height: number): string[] {
  const last = Math.max(1, energy.length - 1);
  const x = (step: number) => left + (step / last) * width;
  const y = (value: number) => top + ((1 - value) / 2) * height;
  const ends = overlaps.map(({ name, values }) => ({
    at: y(values[values.length - 1] ?? 0),
    name,
  }));
  return [
    text(left, top - 8, 'overlap with each pattern'),
    frame(top, height),
    `<path d="M${left} ${y(0)}h${width}" stroke="#ccc"/>`,
    ...[-1, 0, 1].map((value) => text(left - 6, y(value) + 3, number(value), 'text-anchor="end"')),
    ...overlaps.map(({ steps, values }, i) =>
      line(
        Array.from(values),
        (place) => x(steps[place] ?? 0),
        y,
        colours[i % colours.length]!,
        1.2,
      ),
    ),
    ...levelLabels(ends, 11).map(({ at, label }) =>
      text(left + width + 6, at + 3, middle(label, 12)),
    ),
  ];
}

/** No more than two points to a pixel: the least and the largest of what falls on it. */
function line(
  values: readonly number[],
  x: (place: number) => number,
  y: (value: number) => number,
  colour: string,
  thick: number,
): string {
  const stride = Math.max(1, Math.floor(values.length / width));
  let path = '';
  for (let from = 0; from < values.length; from += stride) {
    const some = values.slice(from, from + stride).filter(Number.isFinite);
    if (some.length === 0) continue;
    const [high, low] = [Math.max(...some), Math.min(...some)];
    path += `${path === '' ? 'M' : 'L'}${round(x(from))} ${round(y(high))}`;
    if (low < high) path += `V${round(y(low))}`;
  }
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${thick}"/>`;
}

/** Black and white where all states are of ±1, else the signed colours. */
function image(
  { label, values, columns }: EnergyPicture['states'][number],
  isBinary: boolean,
  x: number,
  y: number,
): string {
  const rows = Math.ceil(values.length / columns);
  const cell = imageEdge / Math.max(rows, columns);
  const all = Array.from(values);
  const most = all.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  const place = (i: number) =>
    `M${round(x + (i % columns) * cell)} ${round(y + Math.floor(i / columns) * cell)}h${round(cell)}v${round(cell)}h${-round(cell)}z`;
  const byColour = new Map<string, string>();
  all.forEach((value, i) => {
    if (isBinary && value < 0) return;
    const colour = isBinary ? '#000' : cssColor('signed', 0.5 + value / (2 * most));
    byColour.set(colour, (byColour.get(colour) ?? '') + place(i));
  });
  const cells = [...byColour].map(([colour, path]) => `<path d="${path}" fill="${colour}"/>`);
  const box = `width="${round(columns * cell)}" height="${round(rows * cell)}"`;
  return `<g><title>${escape(label)}</title>${cells.join('')}<rect x="${x}" y="${y}" ${box} fill="none" stroke="#999"/></g>`;
}

function frame(top: number, height: number): string {
  return `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="#ccc"/>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
