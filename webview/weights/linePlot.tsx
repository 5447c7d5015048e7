/** Values along one axis as a line between the least and the largest of what each pixel stands for. */
import { signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { nanColor } from '../../src/core/draw/colormap';
import { integer, number } from '../../src/core/draw/text';
import type { LineData } from '../../src/protocol/weights';
import { host } from '../host';
import { t } from '../strings';
import { theme } from '../theme';
import { resize, useBox } from '../useBox';
import { cursorOf, hovered, putCursor } from './look';
import { fails, type OpenSlice } from './slices';

const margin = { left: 72, right: 12, top: 20, bottom: 24 } as const;

/** What is drawn, for the line below it. */
export const drawnLine = signal<{ readonly pool: number; readonly sampled: number } | undefined>(
  undefined,
);

export function LinePlot({ of }: { of: OpenSlice }) {
  const outer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useBox(outer);
  const line = useSignal<LineData | undefined>(undefined);
  const length = of.shape[1];
  const bins = Math.floor(box.value.width - margin.left - margin.right);
  useEffect(() => {
    if (bins <= 0) return;
    let isLatest = true;
    host.call('weightLine', { ...of.ref, start: 0, end: length, bins }).then(
      (found) => {
        if (!isLatest) return;
        line.value = found;
        drawnLine.value = found;
      },
      (error) => isLatest && fails(of, error),
    );
    return () => {
      isLatest = false;
    };
  }, [of, bins]);
  useSignalEffect(() => {
    const context = canvas.current?.getContext('2d', { alpha: false });
    const { width, height, ratio } = box.value;
    if (!canvas.current || !context || width === 0) return;
    resize(canvas.current, box.value);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = theme.value.background;
    context.fillRect(0, 0, width, height);
    if (line.value) drawLine(context, line.value, length, width, height, cursorOf(of)?.column);
  });
  const placeOf = (event: PointerEvent): number | undefined => {
    const share = (event.offsetX - margin.left) / (box.value.width - margin.left - margin.right);
    return share < 0 || share >= 1 ? undefined : Math.floor(share * length);
  };
  return (
    <div ref={outer} class="map-box line-box">
      <canvas
        ref={canvas}
        class="map"
        tabIndex={0}
        role="application"
        aria-roledescription={t.weights.line}
        aria-label={t.weights.lineLabel(integer(length))}
        onPointerMove={(event) => {
          const column = placeOf(event);
          hovered.value = column === undefined ? undefined : { row: 0, column };
        }}
        onPointerUp={(event) => {
          const column = placeOf(event);
          if (column !== undefined) putCursor(of, { row: 0, column });
        }}
        onPointerLeave={() => (hovered.value = undefined)}
      />
    </div>
  );
}

function drawLine(
  context: CanvasRenderingContext2D,
  { low, high }: LineData,
  length: number,
  width: number,
  height: number,
  cursor: number | undefined,
): void {
  const { foreground, muted, separator, accent, cursor: outline, font, fontSize } = theme.value;
  const finite = [...low, ...high].filter(Number.isFinite);
  const top = Math.max(0, ...finite);
  const bottom = Math.min(0, ...finite);
  const span = top > bottom ? top - bottom : 1;
  const plot = {
    width: width - margin.left - margin.right,
    height: height - margin.top - margin.bottom,
  };
  const y = (value: number): number => margin.top + ((top - value) / span) * plot.height;
  const x = (place: number): number => margin.left + (place / length) * plot.width;
  const inside = (value: number): number => Math.max(bottom, Math.min(top, value));
  context.font = `${fontSize}px ${font}`;
  context.fillStyle = muted;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const value of new Set([top, 0, bottom])) {
    if (value !== 0 && Math.abs(y(value) - y(0)) < fontSize) continue;
    context.fillText(number(value), margin.left - 8, y(value));
  }
  context.textBaseline = 'top';
  context.textAlign = 'left';
  context.fillText('0', margin.left, height - margin.bottom + 4);
  context.textAlign = 'right';
  context.fillText(integer(length - 1), width - margin.right, height - margin.bottom + 4);
  context.fillStyle = separator;
  context.fillRect(margin.left, Math.round(y(0)), plot.width, 1);
  let labelled = -Infinity;
  for (let bin = 0; bin < low.length; bin++) {
    const [least = NaN, most = NaN] = [low[bin], high[bin]];
    const from = x((bin * length) / low.length);
    const wide = Math.max(
      1,
      x(((bin + 1) * length) / low.length) - from - (plot.width > 4 * low.length ? 1 : 0),
    );
    if (Number.isNaN(least)) {
      context.fillStyle = nanColor;
      context.fillRect(from, margin.top, wide, plot.height);
    }
    if (!Number.isFinite(least) || !Number.isFinite(most)) {
      // Neighbours share one label.
      if (from > labelled + 32) {
        context.fillStyle = foreground;
        context.textAlign = 'center';
        context.fillText(number(Number.isFinite(most) ? least : most), from + wide / 2, 4);
        labelled = from;
      }
      if (Number.isNaN(least)) continue;
    }
    // Bars stand on 0; between bins that hold many values only their spread is drawn.
    const upper = low.length < length ? inside(most) : Math.max(0, inside(most));
    const lower = low.length < length ? inside(least) : Math.min(0, inside(least));
    context.fillStyle = accent;
    context.fillRect(from, y(upper), wide, Math.max(1, y(lower) - y(upper)));
  }
  if (cursor === undefined) return;
  context.strokeStyle = outline;
  context.strokeRect(
    Math.round(x(cursor)) - 0.5,
    margin.top - 4.5,
    Math.max(2, Math.round(plot.width / length) + 1),
    plot.height + 8,
  );
}
