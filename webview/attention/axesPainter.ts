/** Paints what surrounds the cells of a head: cursor, labels on both axes, received strip. */
import { colorAt, wantsBlackText } from '../../src/core/draw/colormap';
import { position } from '../../src/core/draw/scale';
import { columnsOf, middle, share, thinned } from '../../src/core/draw/text';
import type { Axis } from '../../src/core/trace/trace';
import { shortLabel } from './labels';
import { type AxesScene, type Scene, space, strip } from './scene';
import type { Size } from './viewport';

/** Row, column and cell are outlined, never recoloured. */
export function paintCursor(
  context: CanvasRenderingContext2D,
  scene: AxesScene,
  shown: Size,
): void {
  const { viewport, query, key, frame, theme } = scene;
  const line = Math.max(1, Math.round(frame.ratio));
  const span = (at: number, start: number): readonly [number, number] => {
    const from = Math.round((at - start) * viewport.zoom);
    return [from, Math.max(line, Math.round((at + 1 - start) * viewport.zoom) - from)];
  };
  context.save();
  context.beginPath();
  context.rect(-line, -line, shown.width + 2 * line, shown.height + 2 * line);
  context.clip();
  const outline = (x: number, y: number, width: number, height: number, strong: boolean): void => {
    const box = [x - line / 2, y - line / 2, width + line, height + line] as const;
    context.lineWidth = strong ? 3 * line : line;
    context.strokeStyle = theme.background;
    if (strong) context.strokeRect(...box);
    context.lineWidth = line;
    context.strokeStyle = strong ? theme.foreground : theme.cursor;
    context.strokeRect(...box);
  };
  if (query !== undefined) {
    const [y, height] = span(query, viewport.top);
    outline(0, y, shown.width, height, false);
  }
  if (key !== undefined) {
    const [x, width] = span(key, viewport.left);
    outline(x, 0, width, shown.height, false);
    if (query !== undefined) {
      const [y, height] = span(query, viewport.top);
      outline(x, y, width, height, true);
    }
  }
  context.restore();
  context.lineWidth = line;
  context.strokeStyle = theme.separator;
  context.strokeRect(-line / 2, -line / 2, shown.width + line, shown.height + line);
}

export function paintLabels(
  context: CanvasRenderingContext2D,
  scene: AxesScene,
  shown: Size,
): void {
  const { block, frame, theme, viewport, words } = scene;
  const { left, top, ratio, font } = frame;
  context.font = `${font}px ${theme.font}`;
  context.textBaseline = 'middle';
  const room = (strip + 3 * space) * ratio;
  const axis = (labels: Axis, start: number, pixels: number, selected: number | undefined) => {
    const last = Math.min(labels.length - 1, Math.floor(start + pixels / viewport.zoom - 0.5));
    const gap = font + ratio / 2;
    const at = thinned(Math.ceil(start - 0.5), last, viewport.zoom, gap);
    const place = (index: number): number => (index + 0.5 - start) * viewport.zoom;
    // The selected place is always named; what would overlap it steps back.
    const kept =
      selected === undefined || selected < start - 0.5 || selected > last
        ? at
        : [...at.filter((index) => Math.abs(place(index) - place(selected)) >= gap), selected];
    return kept.map((index) => ({ index, at: place(index), label: shortLabel(labels, index) }));
  };
  const write = (
    label: string,
    index: number,
    selected: number | undefined,
    length: number,
  ): void => {
    context.fillStyle = index === selected ? theme.foreground : theme.muted;
    context.fillText(middle(label, Math.max(1, Math.floor(length / frame.character))), 0, 0);
  };
  context.textAlign = 'right';
  for (const { index, at, label } of axis(block.rows, viewport.top, shown.height, scene.query)) {
    context.setTransform(1, 0, 0, 1, left - 2 * space * ratio, top + at);
    write(label, index, scene.query, left - font - 3 * space * ratio);
  }
  context.textAlign = 'left';
  for (const { index, at, label } of axis(block.columns, viewport.left, shown.width, scene.key)) {
    context.setTransform(0, -1, 1, 0, left + at, top - room);
    write(label, index, scene.key, top - room - font - space * ratio);
  }
  context.fillStyle = theme.muted;
  context.textAlign = 'center';
  const title = (font + space * ratio) / 2;
  context.setTransform(1, 0, 0, 1, left + shown.width / 2, title);
  context.fillText(words.key, 0, 0);
  context.setTransform(0, -1, 1, 0, title, top + shown.height / 2);
  context.fillText(words.query, 0, 0);
  if (left > frame.character * (columnsOf(words.received) + 2)) {
    context.textAlign = 'right';
    context.setTransform(
      1,
      0,
      0,
      1,
      left - 2 * space * ratio,
      top - (strip / 2 + 2 * space) * ratio,
    );
    context.fillText(words.received, 0, 0);
  }
  if (viewport.zoom >= 5.5 * frame.character) paintNumbers(context, scene);
}

/** Weights in the cells, when they have the room. */
function paintNumbers(context: CanvasRenderingContext2D, scene: AxesScene): void {
  const { thumbnail, viewport, frame, block, paint } = scene;
  if (!thumbnail || thumbnail.pool > 1) return;
  context.textAlign = 'center';
  const { zoom } = viewport;
  const end = (start: number, pixels: number, length: number): number =>
    Math.min(length, Math.ceil(start + pixels / zoom));
  for (
    let row = Math.floor(viewport.top);
    row < end(viewport.top, frame.height, block.rows.length);
    row++
  ) {
    for (
      let column = Math.floor(viewport.left);
      column < end(viewport.left, frame.width, block.columns.length);
      column++
    ) {
      const value = thumbnail.data[row * thumbnail.columns + column] ?? 0;
      if (!(value >= 0.005)) continue;
      const x = frame.left + (column + 0.5 - viewport.left) * zoom;
      const y = frame.top + (row + 0.5 - viewport.top) * zoom;
      if (x < frame.left || y < frame.top) continue;
      const color = colorAt(paint.map, position(value, paint.domain, paint.scale));
      context.fillStyle = wantsBlackText(color) ? '#000' : '#fff';
      context.setTransform(1, 0, 0, 1, x, y);
      context.fillText(share(value), 0, 0);
    }
  }
}

/** How much each key receives, as bars over its column; the largest fills the strip. */
export function paintReceived(
  context: CanvasRenderingContext2D,
  scene: Pick<Scene, 'received' | 'frame' | 'viewport' | 'theme'>,
  shown: Size,
): void {
  const { received, frame, viewport, theme } = scene;
  if (!received) return;
  const { ratio } = frame;
  const tall = strip * ratio;
  const base = frame.top - 2 * space * ratio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  let most = 0;
  for (const value of received) if (value > most) most = value;
  context.fillStyle = theme.accent;
  // A bar per column, or per pixel where columns are narrower.
  const step = Math.max(1, 1 / viewport.zoom);
  const first = step > 1 ? viewport.left : Math.floor(viewport.left);
  const end = viewport.left + shown.width / viewport.zoom;
  for (let from = first; from < end - 1e-6; from += step) {
    const to = from + step;
    let peak = 0;
    for (let i = Math.floor(from); i < to && i < received.length; i++) {
      peak = Math.max(peak, received[i] ?? 0);
    }
    const x0 = Math.max(0, Math.round((from - viewport.left) * viewport.zoom));
    const x1 = Math.min(shown.width, Math.round((to - viewport.left) * viewport.zoom));
    const gap = x1 - x0 > 4 * ratio ? ratio : 0;
    const length = most > 0 ? Math.round((peak / most) * tall) : 0;
    context.fillRect(frame.left + x0, base - length, Math.max(1, x1 - x0 - gap), length);
  }
  context.fillStyle = theme.separator;
  context.fillRect(frame.left, base, shown.width, Math.max(1, Math.round(ratio)));
}
