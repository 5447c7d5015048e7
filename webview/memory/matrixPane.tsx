/** The memory at the step: before, after, what changed; which rows were written and read; the order of writing (DNC). */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { rasterize } from '../../src/core/draw/raster';
import type { Series } from '../../src/core/trace/trace';
import { options, trace } from '../state';
import { step } from '../steps/state';
import { t } from '../strings';
import { theme } from '../theme';
import { resize, useBox } from '../useBox';
import { slotAt } from './crop';
import { cell, matrixKind, type MatrixKind, memoryHeads, seriesNamed, slot } from './state';
import { paintLinks } from './linkPainter';
import { crop, shownSlot } from './stripLayout';
import { matrixPaint } from './seriesPaint';
import { isWhole, rowAt, valueAt } from './values';

/** A row counts as written or read from this weight on. */
const marked = 0.1;
/** CSS pixels of the marks on both sides. */
const margin = 16;
/** Share of the width that arrows from slot to slot have beside the link matrix. */
const linkShare = 0.4;

/** Memory as slots × width, [steps + 1, N, M], or any other square that is kept at every step (fast weights). */
export function memorySeries(): Series | undefined {
  const named = seriesNamed('memory.M') ?? seriesNamed('memory.A');
  return (
    named ??
    trace.value?.series.find(({ name, shape }) => name.startsWith('memory') && shape.length === 2)
  );
}

const linkSeries = (): Series | undefined => seriesNamed('memory.link');

export function MatrixPane() {
  const memory = memorySeries();
  const link = linkSeries();
  if (!memory) return null;
  const hasBefore = memory.steps.length > (memoryHeads.value[0]?.rows.length ?? Infinity);
  const kinds: readonly MatrixKind[] = [
    ...(hasBefore ? (['before'] as const) : []),
    'after',
    'change',
    ...(link ? (['link'] as const) : []),
  ];
  const kind = kinds.includes(matrixKind.value) ? matrixKind.value : 'after';
  const words = t.memory;
  const [slots = 0, width = 0] = kind === 'link' && link ? link.shape : memory.shape;
  return (
    <section class="matrix-pane" aria-label={words.memory}>
      <div class="pane-bar">
        <h2>
          {kind === 'link' ? words.link : words.memory}{' '}
          <span class="quiet figure">
            {slots} × {width}
          </span>
        </h2>
        <div class="switch" role="tablist" aria-label={words.memory}>
          {kinds.map((one) => (
            <button
              key={one}
              role="tab"
              aria-selected={kind === one}
              onClick={() => (matrixKind.value = one)}
            >
              {words.matrixKinds[one]}
            </button>
          ))}
        </div>
      </div>
      {isWhole(memory) ? (
        <MatrixMap
          series={kind === 'link' && link ? link : memory}
          kind={kind}
          before={hasBefore}
        />
      ) : (
        <p class="quiet">{words.tooLarge}</p>
      )}
    </section>
  );
}

interface MapProps {
  readonly series: Series;
  readonly kind: MatrixKind;
  readonly before: boolean;
}

/** Values of the step on screen, [rows, columns]. */
function shownValues({ series, kind, before }: MapProps, at: number): Float32Array | undefined {
  const after = before && kind !== 'link' ? at + 1 : at;
  if (kind === 'before') return valueAt(series, at);
  const now = valueAt(series, after);
  if (kind !== 'change') return now;
  const last = after > 0 ? valueAt(series, after - 1) : now;
  return now && last && now.map((value, i) => value - last[i]!);
}

function MatrixMap(props: MapProps) {
  const { series, kind } = props;
  const outer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const request = useRef(0);
  const box = useBox(outer);
  const now = useSignal(props);
  now.value = props;
  const isSquare = kind === 'link';
  const [, columns = 1] = series.shape;
  const rows = (): number =>
    series.shape[0] === crop.peek().slots ? crop.peek().count : series.shape[0]!;
  const rowSlot = (row: number): number =>
    series.shape[0] === crop.peek().slots ? slotAt(crop.peek(), row) : row;
  const columnAt = (column: number): number => (isSquare ? rowSlot(column) : column);
  const shownColumns = (): number => (isSquare ? rows() : columns);
  const paint = (): void => {
    request.current = 0;
    const context = canvas.current?.getContext('2d', { alpha: false });
    if (!canvas.current || !context || box.peek().width === 0) return;
    resize(canvas.current, box.peek());
    const { width, height, ratio } = box.peek();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.imageSmoothingEnabled = false;
    context.fillStyle = theme.peek().background;
    context.fillRect(0, 0, width, height);
    const values = shownValues(now.peek(), step.peek());
    const count = rows();
    const across = shownColumns();
    const wide = (width - 2 * margin) * (isSquare ? 1 - linkShare : 1);
    const frame = { x: margin, y: 1, width: wide, height: height - 2 };
    if (values) {
      const cells = new Float32Array(count * across);
      for (let row = 0; row < count; row++) {
        for (let column = 0; column < across; column++) {
          cells[row * across + column] = values[rowSlot(row) * columns + columnAt(column)]!;
        }
      }
      const picture = new OffscreenCanvas(across, count);
      const pixels = rasterize(cells, matrixPaint(series, kind));
      picture.getContext('2d')?.putImageData(new ImageData(pixels, across, count), 0, 0);
      context.drawImage(picture, frame.x, frame.y, frame.width, frame.height);
    }
    context.strokeStyle = theme.peek().separator;
    context.lineWidth = 1;
    context.strokeRect(frame.x - 0.5, frame.y - 0.5, frame.width + 1, frame.height + 1);
    const tall = frame.height / count;
    if (isSquare && values) {
      const link = (row: number, column: number): number =>
        values[rowSlot(row) * columns + rowSlot(column)] ?? 0;
      paintLinks(context, link, count, {
        x: frame.x + frame.width + 2 * margin,
        y: frame.y,
        width: width - frame.x - frame.width - 2 * margin,
        height: frame.height,
      });
    }
    for (const { id, act, weighting } of memoryHeads.peek()) {
      const weights = rowAt(id, weighting, step.peek());
      if (!weights || series.shape[0] !== weights.length) continue;
      context.textBaseline = 'middle';
      context.textAlign = act === 'write' ? 'right' : 'left';
      context.font = `${Math.min(14, Math.max(9, tall))}px ${theme.peek().font}`;
      for (let row = 0; row < count; row++) {
        const weight = weights[rowSlot(row)]!;
        if (!(weight >= marked)) continue;
        context.globalAlpha = 0.35 + 0.65 * Math.min(1, weight);
        context.fillStyle = theme.peek().foreground;
        const x = act === 'write' ? margin - 3 : frame.x + frame.width + 3;
        context.fillText(act === 'write' ? '▸' : '◃', x, frame.y + (row + 0.5) * tall);
      }
      context.globalAlpha = 1;
    }
    const chosen = shownSlot.peek();
    for (let row = 0; chosen !== undefined && row < count; row++) {
      if (rowSlot(row) !== chosen) continue;
      context.strokeStyle = theme.peek().cursor;
      const y = Math.round(frame.y + row * tall);
      context.strokeRect(
        frame.x - 0.5,
        y - 0.5,
        frame.width + 1,
        Math.max(2, Math.round(tall)) + 1,
      );
    }
  };
  useSignalEffect(() => {
    void [theme.value, options.value, box.value, crop.value, shownSlot.value];
    void [shownValues(now.value, step.value), matrixPaint(now.value.series, now.value.kind)];
    for (const { id, weighting } of memoryHeads.value) void rowAt(id, weighting, step.value);
    if (request.current === 0) request.current = requestAnimationFrame(paint);
  });
  useEffect(() => () => cancelAnimationFrame(request.current), []);
  const under = (event: MouseEvent): { slot: number; column: number } | undefined => {
    const { width, height } = box.peek();
    const wide = (width - 2 * margin) * (isSquare ? 1 - linkShare : 1);
    const x = (event.offsetX - margin) / wide;
    const y = event.offsetY / height;
    if (y < 0 || y >= 1 || (isSquare && x >= 1)) return undefined;
    const column = Math.max(0, Math.min(shownColumns() - 1, Math.floor(x * shownColumns())));
    return { slot: rowSlot(Math.floor(y * rows())), column: columnAt(column) };
  };
  return (
    <div ref={outer} class="matrix-box">
      <canvas
        ref={canvas}
        role="img"
        aria-label={t.memory.matrixLabel(t.memory.matrixKinds[kind], String(step.value))}
        onPointerMove={(event) => (cell.value = under(event))}
        onPointerLeave={() => (cell.value = undefined)}
        onClick={(event) => {
          const at = under(event);
          if (at) slot.value = at.slot;
        }}
      />
    </div>
  );
}

/** The value of the memory under the pointer, in the kind that is shown. */
export function valueUnder(at: {
  readonly slot: number;
  readonly column: number;
}): number | undefined {
  const memory = memorySeries();
  const kind = matrixKind.value;
  const series = kind === 'link' ? linkSeries() : memory;
  if (!series) return undefined;
  const before = series.steps.length > (memoryHeads.value[0]?.rows.length ?? Infinity);
  const values = shownValues({ series, kind, before }, step.value);
  return values?.[at.slot * (series.shape[1] ?? 1) + at.column];
}
