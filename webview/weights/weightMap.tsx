/** A slice as a heat map: pans, zooms and has a cursor as the attention map does. */
import { signal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { integer, number } from '../../src/core/draw/text';
import { createGestures } from '../attention/gestures';
import type { PainterState } from '../attention/painter';
import type { Frame } from '../attention/scene';
import { clamp, fit, pooled, reveal, type Viewport, zoomAbout } from '../attention/viewport';
import { t } from '../strings';
import { theme } from '../theme';
import { resize, useBox } from '../useBox';
import { cursorOf, hovered, paint, putCursor, putViewport, viewportOf } from './look';
import { type OpenSlice, tiles, tilesArrived } from './slices';
import { paintWeights, weightFrame } from './weightScene';

/** CSS pixels of the largest cell, and of the largest when the whole is fitted. */
const largestCell = 72;
const comfortable = 40;
/** Milliseconds without movement until the picture is at rest. */
const restAfter = 120;

const resting = signal(true);
/** Device pixels of the canvas. */
const size = signal({ width: 0, height: 0, ratio: 1 });

let restTimer: ReturnType<typeof setTimeout> | undefined;
function moved(): void {
  resting.value = false;
  clearTimeout(restTimer);
  restTimer = setTimeout(() => (resting.value = true), restAfter);
}

const frameOf = ({ shape }: OpenSlice): Frame =>
  weightFrame(shape, size.value, size.value.ratio, theme.value.fontSize);

function viewOf(of: OpenSlice, frame: Frame): Viewport {
  const whole = fit(of.shape, frame, comfortable * frame.ratio);
  return clamp(viewportOf(of) ?? whole, of.shape, frame, largestCell * frame.ratio);
}

/** Values along the edge of the square that one pixel stands for. */
export function pooledEdge(of: OpenSlice): number {
  return pooled(viewOf(of, frameOf(of)).zoom);
}

/** Zooms by a factor about the cursor, or about the middle; 0 shows the whole. */
export function zoomSlice(of: OpenSlice, factor: number): void {
  moved();
  if (factor === 0) return putViewport(of, undefined);
  const frame = frameOf(of);
  const now = viewOf(of, frame);
  const cell = cursorOf(of);
  const x = cell ? (cell.column + 0.5 - now.left) * now.zoom : frame.width / 2;
  const y = cell ? (cell.row + 0.5 - now.top) * now.zoom : frame.height / 2;
  putViewport(of, zoomAbout(now, factor, x, y));
}

/** Puts the cursor on a cell and has it on screen. */
export function goToCell(of: OpenSlice, row: number, column: number): void {
  const inside = (at: number, length: number): number => Math.max(0, Math.min(length - 1, at));
  const cell = { row: inside(row, of.shape[0]), column: inside(column, of.shape[1]) };
  putCursor(of, cell);
  if (size.peek().width === 0) return;
  const frame = frameOf(of);
  const now = viewOf(of, frame);
  const next = reveal(now, frame, cell.row, cell.column);
  if (next.left === now.left && next.top === now.top) return;
  moved();
  putViewport(of, next);
}

export function WeightMap({ of }: { of: OpenSlice }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const outer = useRef<HTMLDivElement>(null);
  const box = useBox(outer);
  const state = useRef<PainterState>({});
  const request = useRef(0);
  const draw = (): void => {
    request.current = 0;
    const context = canvas.current?.getContext('2d', { alpha: false });
    if (!canvas.current || !context || size.peek().width === 0) return;
    resize(canvas.current, box.peek());
    const frame = frameOf(of);
    const found = of.survey.peek()?.found;
    const { rows, columns } = of.slice;
    const scene = {
      source: of,
      paint: paint.peek(),
      theme: theme.peek(),
      viewport: viewOf(of, frame),
      frame,
      rowNorms: found?.rowNorms,
      columnNorms: found?.columnNorms,
      cursor: cursorOf(of),
      words: {
        query: rows === undefined ? '' : t.weights.axis(rows),
        key: columns === undefined ? '' : t.weights.axis(columns),
        received: t.weights.columnNorms,
      },
      resting: resting.peek(),
      version: tilesArrived.peek(),
    };
    paintWeights(context, scene, tiles, state.current);
  };
  useSignalEffect(() => {
    const { width, height, ratio } = box.value;
    size.value = { width: Math.round(width * ratio), height: Math.round(height * ratio), ratio };
  });
  useSignalEffect(() => {
    // Reading here is what makes the picture follow these.
    void [theme.value, paint.value, resting.value, size.value, tilesArrived.value];
    void [cursorOf(of), viewportOf(of), of.survey.value?.found];
    if (request.current === 0) request.current = requestAnimationFrame(draw);
  });
  useEffect(() => () => cancelAnimationFrame(request.current), []);
  const gestures = useMemo(
    () =>
      createGestures({
        mapped() {
          const frame = frameOf(of);
          const largest = largestCell * frame.ratio;
          return { shape: of.shape, frame, viewport: viewOf(of, frame), largest };
        },
        move(to) {
          moved();
          putViewport(of, to);
        },
        hover({ row, column, inRows, inColumns }) {
          const known = hovered.peek();
          if (!inRows || !inColumns) hovered.value = undefined;
          else if (known?.row !== row || known.column !== column) hovered.value = { row, column };
          const found = of.survey.peek()?.found;
          const norms = inRows === inColumns ? undefined : found;
          const title = !norms
            ? ''
            : inRows
              ? `${row}: ${t.weights.rowNorm(number(norms.rowNorms[row] ?? NaN))}`
              : `${column}: ${t.weights.columnNorm(number(norms.columnNorms[column] ?? NaN))}`;
          if (canvas.current && canvas.current.title !== title) canvas.current.title = title;
        },
        click({ row, column, inRows, inColumns }) {
          if (inRows && inColumns) putCursor(of, { row, column });
        },
      }),
    [of],
  );
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    // Preact listens passively; zooming must keep the page from scrolling.
    element.addEventListener('wheel', gestures.onWheel, { passive: false });
    return () => element.removeEventListener('wheel', gestures.onWheel);
  }, [gestures]);
  const [rows, columns] = of.shape;
  return (
    <div ref={outer} class="map-box">
      <canvas
        ref={canvas}
        class="map"
        tabIndex={0}
        role="application"
        aria-roledescription={t.weights.map}
        aria-label={t.weights.mapLabel(integer(rows), integer(columns))}
        onPointerDown={gestures.onPointerDown}
        onPointerMove={gestures.onPointerMove}
        onPointerUp={gestures.onPointerUp}
        onPointerLeave={() => (hovered.value = undefined)}
      />
    </div>
  );
}
