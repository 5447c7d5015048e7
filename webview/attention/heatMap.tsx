/** One head as a heat map: pan by drag, zoom by wheel or keys, a cell cursor that arrows move. */
import { signal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { AccessBlock } from '../../src/core/trace/trace';
import { arrivals, hover, options, report, select, selection, trace, transform } from '../state';
import { t } from '../strings';
import { theme } from '../theme';
import { resize, useBox } from '../useBox';
import { createGestures } from './gestures';
import { headPaint, received, thumbnails } from './heads';
import { fullLabel } from './labels';
import { paintHead, type PainterState } from './painter';
import { type Frame, frameOf, type Scene } from './scene';
import { createTileCache } from './tileCache';
import { clamp, fit, reveal, type Viewport, zoomAbout } from './viewport';

/** Bytes of tiles that are kept, as numbers and as pixels. */
const cacheLimit = 96 * 2 ** 20;
/** CSS pixels of the largest cell. */
const largestCell = 56;
/** Milliseconds without movement until the picture is at rest. */
const restAfter = 120;

const tilesArrived = signal(0);
export const tiles = createTileCache(cacheLimit, () => tilesArrived.value++, report);
/** Kept while heads change, so that two heads are compared at the same place. */
export const viewport = signal<Viewport | undefined>(undefined);
const resting = signal(true);
/** Device pixels of the canvas. */
const size = signal({ width: 0, height: 0, ratio: 1 });

// The cache belongs to one trace.
trace.subscribe(() => {
  tiles.clear();
  viewport.value = undefined;
});

let restTimer: ReturnType<typeof setTimeout> | undefined;
function moved(): void {
  resting.value = false;
  clearTimeout(restTimer);
  restTimer = setTimeout(() => (resting.value = true), restAfter);
}

function currentFrame(block: AccessBlock): Frame {
  return frameOf(block, size.value, size.value.ratio, theme.value.fontSize);
}

function currentViewport(block: AccessBlock, frame: Frame): Viewport {
  const { shape } = block.weighting;
  const most = largestCell * frame.ratio;
  return clamp(viewport.value ?? fit(shape, frame, comfortable * frame.ratio), shape, frame, most);
}
/** CSS pixels of a cell at most when the whole matrix is fitted. */
const comfortable = 40;

/** Zooms by a factor about the cursor, or about the middle; 0 shows the whole matrix. */
export function zoomBy(block: AccessBlock, factor: number): void {
  moved();
  if (factor === 0) {
    viewport.value = undefined;
    return;
  }
  const frame = currentFrame(block);
  const now = currentViewport(block, frame);
  const { query, key } = selection.peek();
  const x = key === undefined ? frame.width / 2 : (key + 0.5 - now.left) * now.zoom;
  const y = query === undefined ? frame.height / 2 : (query + 0.5 - now.top) * now.zoom;
  viewport.value = zoomAbout(now, factor, x, y);
}

/** Puts the cursor on a cell and has it on screen. */
export function moveCursor(block: AccessBlock, query: number, key: number | undefined): void {
  select({ block: block.id, query, ...(key !== undefined && { key }) });
  const frame = currentFrame(block);
  const now = currentViewport(block, frame);
  const next = reveal(now, frame, query, key);
  if (next.left !== now.left || next.top !== now.top) {
    moved();
    viewport.value = next;
  }
}

export function HeatMap({ block }: { block: AccessBlock }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const outer = useRef<HTMLDivElement>(null);
  const box = useBox(outer);
  const state = useRef<PainterState>({});
  const frameRequest = useRef(0);

  const paint = (): void => {
    frameRequest.current = 0;
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return;
    if (size.peek().width === 0) return;
    resize(element, box.peek());
    paintHead(context, sceneOf(block), tiles, state.current);
  };
  useSignalEffect(() => {
    const { width, height, ratio } = box.value;
    size.value = { width: Math.round(width * ratio), height: Math.round(height * ratio), ratio };
  });
  useSignalEffect(() => {
    // Reading here is what makes the picture follow these.
    void [theme.value, options.value, transform.value, selection.value, hover.value];
    void [viewport.value, resting.value, size.value, tilesArrived.value, arrivals.value];
    void [headPaint.value, thumbnails.get(block.id), received.get(block.id)];
    thumbnails.want([block]);
    received.want([block]);
    if (frameRequest.current === 0) frameRequest.current = requestAnimationFrame(paint);
  });
  useEffect(() => () => cancelAnimationFrame(frameRequest.current), []);
  const gestures = useMemo(
    () =>
      createGestures({
        mapped() {
          const frame = currentFrame(block);
          return {
            shape: block.weighting.shape,
            frame,
            viewport: currentViewport(block, frame),
            largest: largestCell * frame.ratio,
          };
        },
        move(to) {
          moved();
          viewport.value = to;
        },
        hover({ row, column, inRows, inColumns }) {
          const known = hover.peek();
          if (!inRows || !inColumns) hover.value = undefined;
          else if (known?.query !== row || known.key !== column) {
            hover.value = { query: row, key: column };
          }
          const outside = inRows
            ? inColumns
              ? ''
              : fullLabel(block.rows, row)
            : inColumns
              ? fullLabel(block.columns, column)
              : '';
          if (canvas.current && canvas.current.title !== outside) canvas.current.title = outside;
        },
        click({ row, column, inRows, inColumns }) {
          if (inRows && inColumns) select({ block: block.id, query: row, key: column });
          else if (inRows) select({ block: block.id, query: row });
        },
      }),
    [block],
  );
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    // Preact listens passively; zooming must keep the page from scrolling.
    element.addEventListener('wheel', gestures.onWheel, { passive: false });
    return () => element.removeEventListener('wheel', gestures.onWheel);
  }, [gestures]);
  return (
    <div ref={outer} class="map-box">
      <canvas
        ref={canvas}
        class="map"
        tabIndex={0}
        role="application"
        aria-roledescription={t.attention.map}
        aria-label={t.attention.mapLabel(block.rows.length, block.columns.length)}
        data-keys="map"
        onPointerDown={gestures.onPointerDown}
        onPointerMove={gestures.onPointerMove}
        onPointerUp={gestures.onPointerUp}
        onPointerLeave={() => (hover.value = undefined)}
      />
    </div>
  );
}

function sceneOf(block: AccessBlock): Scene {
  const frame = currentFrame(block);
  const { query, key } = selection.peek();
  const { query: rows, key: columns } = axisWords(block);
  return {
    block,
    transform: transform.peek(),
    paint: headPaint.peek(),
    theme: theme.peek(),
    viewport: currentViewport(block, frame),
    frame,
    thumbnail: thumbnails.get(block.id),
    received: received.get(block.id),
    query,
    key,
    words: { query: rows, key: columns, received: t.attention.received },
    resting: resting.peek(),
  };
}

/** What a row and a column are called: queries and keys for tokens, the axis's own kind otherwise. */
export function axisWords({ rows, columns }: AccessBlock): { query: string; key: string } {
  return {
    query: rows.kind === 'token' ? t.attention.query : t.axes[rows.kind],
    key: columns.kind === 'token' ? t.attention.key : t.axes[columns.kind],
  };
}

/** Device pixels per value of what is shown, for the legend. */
export function zoomOf(block: AccessBlock): number {
  void [viewport.value, size.value];
  return currentViewport(block, currentFrame(block)).zoom;
}
