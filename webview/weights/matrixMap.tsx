/** A matrix as a heat map over tiles: drag pans, the wheel zooms, a cell cursor that arrows move. */
import { signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Paint } from '../../src/core/draw/raster';
import { integer } from '../../src/core/draw/text';
import { createGestures, type Place } from '../attention/gestures';
import type { PainterState } from '../attention/painter';
import type { Frame } from '../attention/scene';
import type { TileCache, TileSource } from '../attention/tileCache';
import { clamp, fit, pooled, reveal, type Viewport, zoomAbout } from '../attention/viewport';
import { t } from '../strings';
import { theme } from '../theme';
import { resize, useBox } from '../useBox';
import { paintWeights, weightFrame, type WeightScene } from './weightScene';

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** What a map shows and where what a person does with it is kept. Read inside effects, so that the picture follows. */
export interface MatrixModel {
  readonly source: TileSource;
  readonly tiles: TileCache;
  /** Counts the tiles that have come. */
  arrived(): number;
  paint(): Paint;
  /** Norms beside the matrix; undefined until they are known. */
  norms?(): Pick<WeightScene, 'rowNorms' | 'columnNorms'> | undefined;
  /** Undefined: the whole matrix. */
  viewport(): Viewport | undefined;
  putViewport(to: Viewport | undefined): void;
  cursor(): Cell | undefined;
  putCursor(cell: Cell): void;
  hover(cell: Cell | undefined): void;
  /** What a strip beside the matrix says at a place. */
  titleAt?(place: Place): string;
  readonly words: WeightScene['words'];
  /** Names the canvas, with the numbers of rows and columns. */
  label(rows: string, columns: string): string;
}

/** CSS pixels of the largest cell, and of the largest when the whole is fitted. */
const largestCell = 72;
const comfortable = 40;
/** Milliseconds without movement until the picture is at rest. */
const restAfter = 120;

// One map is on a page.
const resting = signal(true);
/** Device pixels of the canvas. */
const size = signal({ width: 0, height: 0, ratio: 1 });

let restTimer: ReturnType<typeof setTimeout> | undefined;
function moved(): void {
  resting.value = false;
  clearTimeout(restTimer);
  restTimer = setTimeout(() => (resting.value = true), restAfter);
}

const shapeOf = ({ source }: MatrixModel): readonly [number, number] => source.weighting.shape;

const frameOf = (of: MatrixModel): Frame =>
  weightFrame(
    shapeOf(of),
    size.value,
    size.value.ratio,
    theme.value.fontSize,
    of.norms !== undefined,
  );

function viewOf(of: MatrixModel, frame: Frame): Viewport {
  const shape = shapeOf(of);
  const whole = fit(shape, frame, comfortable * frame.ratio);
  return clamp(of.viewport() ?? whole, shape, frame, largestCell * frame.ratio);
}

/** Values along the edge of the square that one pixel stands for. */
export function pooledEdge(of: MatrixModel): number {
  return pooled(viewOf(of, frameOf(of)).zoom);
}

/** Zooms by a factor about the cursor, or about the middle; 0 shows the whole. */
export function zoomMatrix(of: MatrixModel, factor: number): void {
  moved();
  if (factor === 0) return of.putViewport(undefined);
  const frame = frameOf(of);
  const now = viewOf(of, frame);
  const cell = of.cursor();
  const x = cell ? (cell.column + 0.5 - now.left) * now.zoom : frame.width / 2;
  const y = cell ? (cell.row + 0.5 - now.top) * now.zoom : frame.height / 2;
  of.putViewport(zoomAbout(now, factor, x, y));
}

/** Puts the cursor on a cell and has it on screen. */
export function goToCell(of: MatrixModel, row: number, column: number): void {
  const [rows, columns] = shapeOf(of);
  const inside = (at: number, length: number): number => Math.max(0, Math.min(length - 1, at));
  const cell = { row: inside(row, rows), column: inside(column, columns) };
  of.putCursor(cell);
  if (size.peek().width === 0) return;
  const frame = frameOf(of);
  const now = viewOf(of, frame);
  const next = reveal(now, frame, cell.row, cell.column);
  if (next.left === now.left && next.top === now.top) return;
  moved();
  of.putViewport(next);
}

const far = 10;
const page = 50;
const zoomStep = 1.5;

const arrows: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** What a key does with the map; undefined for keys that it leaves to others. */
export function matrixKey(
  of: MatrixModel,
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
): (() => void) | undefined {
  if (key === '+' || key === '=') return () => zoomMatrix(of, zoomStep);
  if (key === '-') return () => zoomMatrix(of, 1 / zoomStep);
  if (key === '0') return () => zoomMatrix(of, 0);
  const cell = of.cursor();
  const { row, column } = cell ?? { row: 0, column: 0 };
  const speed = shiftKey ? far : 1;
  const steps = arrows[key];
  // The first arrow puts the cursor on the first cell.
  if (steps && !cell) return () => goToCell(of, 0, 0);
  if (steps) return () => goToCell(of, row + steps[0] * speed, column + steps[1] * speed);
  if (key === 'Home') return () => goToCell(of, row, 0);
  if (key === 'End') return () => goToCell(of, row, shapeOf(of)[1] - 1);
  if (key === 'PageUp') return () => goToCell(of, row - page, column);
  if (key === 'PageDown') return () => goToCell(of, row + page, column);
  return undefined;
}

interface Props {
  readonly of: MatrixModel;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function MatrixMap({ of, onKeyDown }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const outer = useRef<HTMLDivElement>(null);
  const box = useBox(outer);
  const state = useRef<PainterState>({});
  const request = useRef(0);
  const shown = useSignal(of);
  useEffect(() => void (shown.value = of), [of]);
  const draw = (): void => {
    request.current = 0;
    const context = canvas.current?.getContext('2d', { alpha: false });
    if (!canvas.current || !context || size.peek().width === 0) return;
    resize(canvas.current, box.peek());
    paintWeights(context, sceneOf(of), of.tiles, state.current);
  };
  useSignalEffect(() => {
    const { width, height, ratio } = box.value;
    size.value = { width: Math.round(width * ratio), height: Math.round(height * ratio), ratio };
  });
  useSignalEffect(() => {
    // Reading here is what makes the picture follow these.
    void [shown.value, theme.value, resting.value, size.value];
    void [of.paint(), of.arrived(), of.cursor(), of.viewport(), of.norms?.()];
    if (request.current === 0) request.current = requestAnimationFrame(draw);
  });
  useEffect(() => () => cancelAnimationFrame(request.current), []);
  const gestures = useMemo(
    () =>
      createGestures({
        mapped() {
          const frame = frameOf(of);
          const largest = largestCell * frame.ratio;
          return { shape: shapeOf(of), frame, viewport: viewOf(of, frame), largest };
        },
        move(to) {
          moved();
          of.putViewport(to);
        },
        hover(place) {
          const { row, column, inRows, inColumns } = place;
          of.hover(inRows && inColumns ? { row, column } : undefined);
          const title = of.titleAt?.(place) ?? '';
          if (canvas.current && canvas.current.title !== title) canvas.current.title = title;
        },
        click({ row, column, inRows, inColumns }) {
          if (inRows && inColumns) of.putCursor({ row, column });
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
  const [rows, columns] = shapeOf(of);
  return (
    <div ref={outer} class="map-box">
      <canvas
        ref={canvas}
        class="map"
        tabIndex={0}
        role="application"
        aria-roledescription={t.weights.map}
        aria-label={of.label(integer(rows), integer(columns))}
        onPointerDown={gestures.onPointerDown}
        onPointerMove={gestures.onPointerMove}
        onPointerUp={gestures.onPointerUp}
        onPointerLeave={() => of.hover(undefined)}
        {...(onKeyDown && { onKeyDown })}
      />
    </div>
  );
}

function sceneOf(of: MatrixModel): WeightScene {
  const frame = frameOf(of);
  const norms = of.norms?.();
  return {
    source: of.source,
    paint: of.paint(),
    theme: theme.peek(),
    viewport: viewOf(of, frame),
    frame,
    rowNorms: norms?.rowNorms,
    columnNorms: norms?.columnNorms,
    cursor: of.cursor(),
    words: of.words,
    resting: resting.peek(),
    version: of.arrived(),
  };
}
