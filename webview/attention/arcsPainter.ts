/** Paints queries at the left, keys at the right, a curve for each of the strongest weights between. */
import { number } from '../../src/core/draw/text';
import type { AccessBlock, Axis } from '../../src/core/trace/trace';
import type { Theme } from '../theme';
import { shortLabel } from './labels';

/** CSS pixels. */
export const rowHeight = 20;

export interface Arc {
  readonly query: number;
  readonly key: number;
  readonly weight: number;
}

export interface ArcsScene {
  readonly block: AccessBlock;
  /** Largest first. */
  readonly arcs: readonly Arc[];
  /** CSS pixels scrolled. */
  readonly top: number;
  readonly ratio: number;
  /** The only query whose arcs are shown. */
  readonly single: number | undefined;
  readonly key: number | undefined;
  readonly theme: Theme;
  readonly words: { readonly query: string; readonly key: string };
}

export function paintArcs(context: CanvasRenderingContext2D, scene: ArcsScene): void {
  const { block, arcs, top, ratio, single, theme, words } = scene;
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = `${theme.fontSize}px ${theme.font}`;
  context.textBaseline = 'middle';
  const wide = width / ratio;
  const left = Math.min(wide * 0.36, 132);
  const right = wide - left;
  const y = (index: number): number => (index + 1.5) * rowHeight - top;
  const middle = (left + right) / 2;
  // Weak arcs first, so that strong ones lie on top.
  for (const { query, key, weight } of [...arcs].reverse()) {
    context.beginPath();
    context.moveTo(left, y(query));
    context.bezierCurveTo(middle, y(query), middle, y(key), right, y(key));
    context.globalAlpha = Math.min(1, 0.2 + 0.8 * weight);
    context.lineWidth = 0.75 + 4 * weight;
    context.strokeStyle = theme.highContrast ? theme.foreground : theme.accent;
    context.stroke();
  }
  context.globalAlpha = 1;
  const reached = new Map(single === undefined ? [] : arcs.map(({ key, weight }) => [key, weight]));
  const write = (axis: Axis, at: 'left' | 'right'): void => {
    context.textAlign = at === 'left' ? 'right' : 'left';
    const first = Math.max(0, Math.floor(top / rowHeight) - 1);
    const last = Math.min(axis.length, Math.ceil((top + height / ratio) / rowHeight));
    for (let index = first; index < last; index++) {
      const weight = at === 'right' ? reached.get(index) : undefined;
      const strong = at === 'left' ? index === single : weight !== undefined;
      context.fillStyle = strong ? theme.foreground : theme.muted;
      const label = shortLabel(axis, index) + (weight === undefined ? '' : `  ${number(weight)}`);
      context.fillText(label, at === 'left' ? left - 8 : right + 8, y(index));
    }
  };
  write(block.rows, 'left');
  write(block.columns, 'right');
  // The heading stays while rows scroll below it.
  context.fillStyle = theme.background;
  context.fillRect(0, 0, wide, rowHeight);
  context.fillStyle = theme.muted;
  context.textAlign = 'right';
  context.fillText(words.query, left - 8, rowHeight / 2);
  context.textAlign = 'left';
  context.fillText(words.key, right + 8, rowHeight / 2);
}
