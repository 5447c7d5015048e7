/** Paints strips and the cursor over them. Lengths are CSS pixels; the context is scaled. */
import { cssColor, nanColor } from '../../src/core/draw/colormap';
import { type Paint, rasterize } from '../../src/core/draw/raster';
import { thinned } from '../../src/core/draw/text';
import type { TraceEvent } from '../../src/core/trace/trace';
import { nanHatch } from '../attention/painter';
import type { Theme } from '../theme';
import type { Span } from './state';
import type { Placed } from './stripLayout';
import { type Cells, cellsOf, exactAt, storeOf } from './stripTiles';

/** Heights of the rows below the strips. */
export const eventsHeight = 16;
export const axisHeight = 20;

/** Right answer and wrong bits of the output from a step on. */
export interface Answer {
  readonly target: Placed['strip'];
  readonly wrong: Placed['strip'];
  readonly from: number;
}

export interface StripScene {
  readonly placed: readonly Placed[];
  readonly span: Span;
  readonly width: number;
  readonly ratio: number;
  readonly theme: Theme;
  readonly events: readonly TraceEvent[];
  readonly answer: Answer | undefined;
  paintOf(strip: Placed['strip']): Paint;
}

interface Kept {
  readonly key: string;
  readonly picture: OffscreenCanvas;
  readonly hasNaN: boolean;
  readonly cells: Cells;
}
const pictures = new WeakMap<Placed['strip'], Kept>();
const paintIds = new WeakMap<Paint, number>();
let paints = 0;

function pictureOf(one: Placed, scene: StripScene): Kept {
  const { strip, rows, rowAt, height } = one;
  const { span, width, ratio } = scene;
  const paint = scene.paintOf(strip);
  let id = paintIds.get(paint);
  if (id === undefined) paintIds.set(paint, (id = ++paints));
  const { version } = storeOf(strip);
  const order = [0, 1, rows >> 1, rows - 1].map(rowAt).join();
  const key = [span.from, span.to, width, ratio, height, rows, order, id, version.peek()].join();
  const known = pictures.get(strip);
  if (known?.key === key) return known;
  const cells = cellsOf(strip, span, Math.round(width * ratio), rows, rowAt);
  const picture = new OffscreenCanvas(cells.columns, Math.max(1, rows));
  const image = new ImageData(rasterize(cells.data, paint), cells.columns, Math.max(1, rows));
  picture.getContext('2d')?.putImageData(image, 0, 0);
  const made = { key, picture, hasNaN: cells.data.some(Number.isNaN), cells };
  pictures.set(strip, made);
  return made;
}

/** Steps and rows that one cell of the strip stands for, as it is on screen. */
export function poolOf(strip: Placed['strip']): Cells['pool'] {
  return pictures.get(strip)?.cells.pool ?? [1, 1];
}

export function paintStrips(context: CanvasRenderingContext2D, scene: StripScene): void {
  const { placed, span, width, theme } = scene;
  context.imageSmoothingEnabled = false;
  for (const one of placed) {
    const { top, height, strip } = one;
    const { picture, hasNaN, cells } = pictureOf(one, scene);
    if (hasNaN) {
      context.fillStyle = nanHatch(context);
      context.fillRect(0, top, width, height);
    }
    if (strip.role === 'modes') paintModes(context, one, cells, scene);
    else context.drawImage(picture, 0, top, width, height);
    paintMissing(context, one, cells, width, theme);
    if (strip.role === 'output') paintAnswer(context, one, scene);
    context.strokeStyle = theme.separator;
    context.lineWidth = 1;
    context.strokeRect(-0.5, top - 0.5, width + 1, height + 1);
  }
  const last = placed.at(-1);
  const below = last ? last.top + last.height + 4 : 0;
  paintEvents(context, scene, below);
  paintAxis(context, scene, below + eventsHeight, span);
}

/** Steps whose values have not come are empty, never a colour. */
function paintMissing(
  context: CanvasRenderingContext2D,
  { top, height }: Placed,
  { missing, columns }: Cells,
  width: number,
  theme: Theme,
): void {
  context.fillStyle = theme.background;
  missing.forEach((isMissing, x) => {
    if (!isMissing) return;
    const left = Math.floor((x / columns) * width);
    context.fillRect(left, top, Math.ceil(((x + 1) / columns) * width) - left, height);
  });
}

/** Colours of reading backward, by content, forward. */
export const modeColors = [0.2, 0.6, 0.95].map((at) => cssColor('viridis', at));

/** Shares that a head reads backward, by content and forward, stacked to 1; one band to each head. */
function paintModes(
  context: CanvasRenderingContext2D,
  { top, height, rows }: Placed,
  { data, columns }: Cells,
  { width }: StripScene,
): void {
  const shares = 3;
  const heads = Math.max(1, Math.round(rows / shares));
  const band = height / heads;
  // The file holds backward, forward, content; what lies between stands in the middle.
  const order = [0, 2, 1];
  for (let x = 0; x < columns; x++) {
    const left = Math.floor((x / columns) * width);
    const right = Math.ceil(((x + 1) / columns) * width);
    for (let head = 0; head < heads; head++) {
      let y = top + head * band;
      order.forEach((share, i) => {
        const tall = (data[(head * shares + share) * columns + x] ?? 0) * (band - 2);
        context.fillStyle = modeColors[i]!;
        context.fillRect(left, y, right - left, tall);
        y += tall;
      });
    }
  }
}

/** The right answer is outlined, wrong bits are crossed; where cells are small, wrong steps are marked below. */
function paintAnswer(
  context: CanvasRenderingContext2D,
  { top, height, rows }: Placed,
  { answer, span, width, theme }: StripScene,
): void {
  if (!answer) return;
  const { target, wrong, from } = answer;
  const [steps] = target.source.weighting.shape;
  const wide = width / (span.to - span.from);
  const tall = height / rows;
  if (wide < 5 || tall < 5) {
    paintWrongSteps(context, { answer, span, width, theme }, top + height + 1);
    return;
  }
  for (let row = 0; row < steps; row++) {
    const step = from + row;
    if (step < span.from || step >= span.to) continue;
    const x = (step - span.from) * wide;
    for (let column = 0; column < rows; column++) {
      const y = top + column * tall;
      if (exactAt(target, row, column) === 1) {
        context.strokeStyle = theme.foreground;
        context.lineWidth = 1;
        context.strokeRect(x + 1, y + 1, wide - 2, tall - 2);
      }
      if (exactAt(wrong, row, column) !== 1) continue;
      context.strokeStyle = theme.error;
      context.lineWidth = 2;
      const arm = Math.min(4, Math.min(wide, tall) / 2 - 1);
      const [middle, center] = [x + wide / 2, y + tall / 2];
      context.beginPath();
      context.moveTo(middle - arm, center - arm);
      context.lineTo(middle + arm, center + arm);
      context.moveTo(middle + arm, center - arm);
      context.lineTo(middle - arm, center + arm);
      context.stroke();
    }
  }
}

/** Where cells are small, steps with a wrong bit are marked below the strip. */
function paintWrongSteps(
  context: CanvasRenderingContext2D,
  { answer, span, width, theme }: Pick<StripScene, 'answer' | 'span' | 'width' | 'theme'>,
  top: number,
): void {
  if (!answer) return;
  const { wrong, from } = answer;
  const [steps] = wrong.source.weighting.shape;
  const part = { from: Math.max(0, span.from - from), to: Math.min(steps, span.to - from) };
  if (part.to <= part.from) return;
  const wide = width / (span.to - span.from);
  const { data, columns, rows } = cellsOf(
    wrong,
    part,
    (part.to - part.from) * wide,
    wrong.rows,
    (row) => row,
  );
  const each = ((part.to - part.from) * wide) / columns;
  const left = (part.from + from - span.from) * wide;
  context.fillStyle = theme.error;
  for (let x = 0; x < columns; x++) {
    let isWrong = false;
    for (let row = 0; row < rows; row++) isWrong ||= data[row * columns + x] === 1;
    if (isWrong) context.fillRect(left + x * each, top, Math.max(1, each), 3);
  }
}

/** What an event looks like: a filled dot for writes, a ring for reads, a triangle for what is not finite. */
export function eventSign({ of, what }: TraceEvent): '●' | '○' | '▲' | '◆' {
  if (/^(NaN|infinite)/.test(what)) return '▲';
  // A block, or as a trace file names its head.
  const [act] = /^(?:memory\.)?(write|read)(?=[.\d])/.exec(of)?.slice(1) ?? [];
  if (act === 'write') return '●';
  return act === 'read' ? '○' : '◆';
}

function paintEvents(context: CanvasRenderingContext2D, scene: StripScene, top: number): void {
  const { events, span, width, theme } = scene;
  context.font = `${theme.fontSize}px ${theme.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const event of events) {
    if (event.step < span.from || event.step >= span.to) continue;
    const x = ((event.step + 0.5 - span.from) / (span.to - span.from)) * width;
    const sign = eventSign(event);
    context.fillStyle = sign === '▲' ? nanColor : theme.foreground;
    context.fillText(sign, x, top + eventsHeight / 2);
  }
}

function paintAxis(
  context: CanvasRenderingContext2D,
  { width, theme }: StripScene,
  top: number,
  { from, to }: Span,
): void {
  const wide = width / (to - from);
  const character = theme.fontSize * 0.61;
  context.fillStyle = theme.muted;
  context.strokeStyle = theme.separator;
  context.lineWidth = 1;
  for (const at of thinned(from, to - 1, wide, (String(to).length + 3) * character)) {
    const x = Math.round((at + 0.5 - from) * wide) + 0.5;
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, top + 4);
    context.stroke();
    const text = String(at);
    const half = (text.length * character) / 2;
    context.fillText(text, Math.max(half, Math.min(width - half, x)), top + 12);
  }
}

export interface CursorScene {
  readonly placed: readonly Placed[];
  readonly span: Span;
  readonly width: number;
  readonly height: number;
  readonly step: number;
  readonly pointed: number | undefined;
  /** The row of the selected slot in strips of slots. */
  readonly slotRow: number | undefined;
  /** The unit that is drawn as a line over the gates of its layer. */
  readonly unit: Unit | undefined;
  paintOf(strip: Placed['strip']): Paint;
  readonly theme: Theme;
}

/** The step as a column over all strips, the slot as a row; outlined, never recoloured. */
export function paintStepCursor(context: CanvasRenderingContext2D, scene: CursorScene): void {
  const { placed, span, width, height, step, pointed, slotRow, theme } = scene;
  const wide = width / (span.to - span.from);
  const column = (at: number, color: string): void => {
    if (at < span.from || at >= span.to) return;
    const x = Math.round((at - span.from) * wide);
    context.strokeStyle = theme.background;
    context.lineWidth = 3;
    const box = [x - 0.5, -0.5, Math.max(1, Math.round(wide)) + 1, height + 1] as const;
    context.strokeRect(...box);
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.strokeRect(...box);
  };
  if (slotRow !== undefined) {
    for (const { strip, top, height: tall, rows } of placed) {
      if (!strip.isSlots || slotRow >= rows) continue;
      const y = Math.round(top + (slotRow / rows) * tall);
      const high = Math.max(2, Math.round(tall / rows));
      context.strokeStyle = theme.cursor;
      context.lineWidth = 1;
      context.strokeRect(-0.5, y - 0.5, width + 1, high + 1);
    }
  }
  if (scene.unit) {
    const { layer, index } = scene.unit;
    for (const one of placed) {
      if (one.strip.role === 'gate' && layerOf(one.strip) === layer)
        paintUnit(context, one, index, scene);
    }
  }
  if (pointed !== undefined && pointed !== step) column(pointed, theme.muted);
  column(step, theme.cursor);
}

/** One unit of a recurrent layer. */
export interface Unit {
  /** `state.0.fwd` */
  readonly layer: string;
  readonly index: number;
}

export function layerOf({ name }: Pick<Placed['strip'], 'name'>): string {
  return name.slice(0, name.lastIndexOf('.'));
}

/** The values of one unit as a line over the strip, from the least to the largest of the strip's colours. */
function paintUnit(
  context: CanvasRenderingContext2D,
  { strip, top, height }: Placed,
  unit: number,
  { span, width, theme, paintOf }: CursorScene,
): void {
  const { low, high } = paintOf(strip).domain;
  const wide = width / (span.to - span.from);
  const every = Math.max(1, Math.floor(1 / wide));
  context.beginPath();
  let isDrawn = false;
  for (let at = span.from; at < span.to; at += every) {
    const value = exactAt(strip, at, unit);
    if (value === undefined || !Number.isFinite(value)) continue;
    const x = (at + 0.5 - span.from) * wide;
    const y = top + height - 2 - ((value - low) / (high - low)) * (height - 4);
    if (isDrawn) context.lineTo(x, y);
    else context.moveTo(x, y);
    isDrawn = true;
  }
  context.lineJoin = 'round';
  for (const [color, line] of [
    [theme.background, 4],
    [theme.foreground, 1.5],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = line;
    context.stroke();
  }
}
