/** The order of writing as arrows: from the slot that was written to the one that was written after it. */
import { number } from '../../src/core/draw/text';
import { theme } from '../theme';

/** A link weaker than this share of the strongest is no arrow. */
const leastShare = 0.5;
/** Links of a memory that nothing was written to. */
const nothing = 1e-4;
/** Arrows that are drawn, the strongest. */
const most = 64;

export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * `link(i, j)`: how far slot i was written after slot j, 0 … 1 (Graves et al. 2016, methods, temporal memory linkage).
 * Slots lie from top to bottom over `frame`. The strongest link is written above.
 */
export function paintLinks(
  context: CanvasRenderingContext2D,
  link: (row: number, column: number) => number,
  count: number,
  frame: Frame,
): void {
  const arrows: { readonly to: number; readonly from: number; readonly weight: number }[] = [];
  for (let to = 0; to < count; to++) {
    for (let from = 0; from < count; from++) {
      const weight = link(to, from);
      if (weight >= nothing) arrows.push({ to, from, weight });
    }
  }
  arrows.sort((a, b) => a.weight - b.weight);
  const strongest = arrows.at(-1)?.weight ?? 1;
  const shown = arrows.slice(-most).filter(({ weight }) => weight >= leastShare * strongest);
  const middle = (row: number): number => frame.y + ((row + 0.5) * frame.height) / count;
  context.fillStyle = theme.peek().muted;
  for (let row = 0; row < count; row++) context.fillRect(frame.x - 4, middle(row) - 0.5, 4, 1);
  for (const { to, from, weight } of shown) {
    const share = weight / strongest;
    // Longer ways lie farther out.
    const out = frame.x + frame.width * (0.25 + (0.75 * Math.abs(to - from)) / Math.max(1, count));
    context.globalAlpha = 0.2 + 0.8 * share;
    context.strokeStyle = context.fillStyle = theme.peek().foreground;
    context.lineWidth = 0.5 + 1.5 * share;
    context.beginPath();
    context.moveTo(frame.x, middle(from));
    context.bezierCurveTo(out, middle(from), out, middle(to), frame.x + 6, middle(to));
    context.stroke();
    context.beginPath();
    context.moveTo(frame.x, middle(to));
    context.lineTo(frame.x + 7, middle(to) - 3);
    context.lineTo(frame.x + 7, middle(to) + 3);
    context.fill();
  }
  context.globalAlpha = 1;
  context.lineWidth = 1;
  if (arrows.length === 0) return;
  context.fillStyle = theme.peek().muted;
  context.font = `${theme.peek().fontSize - 2}px ${theme.peek().font}`;
  context.textAlign = 'right';
  context.textBaseline = 'top';
  context.fillText(`≤ ${number(strongest)}`, frame.x + frame.width, frame.y);
}
