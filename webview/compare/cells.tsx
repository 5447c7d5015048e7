/** A small matrix as a picture: one cell per value, a cursor for the keyboard, labels where they are given. */
import { useEffect, useRef } from 'preact/hooks';
import { cssColor, nanColor, type ColorMapName } from '../../src/core/draw/colormap';
import { rasterize } from '../../src/core/draw/raster';
import type { Domain } from '../../src/core/draw/scale';
import { number, thinned } from '../../src/core/draw/text';
import { theme } from '../theme';
import { resize, useBox, type Box } from '../useBox';

export interface Place {
  readonly row: number;
  readonly column: number;
}

interface Props {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
  readonly map: ColorMapName;
  readonly domain: Domain;
  readonly label: string;
  /** CSS pixels of a cell, at most. */
  readonly largest: number;
  /** Numbers of rows and columns at the edges. */
  readonly numbered?: boolean;
  /** What is not a number is not known yet, instead of broken. */
  readonly blank?: boolean;
  readonly cursor?: Place | undefined;
  readonly onCursor: (place: Place) => void;
  /** A second press on the cell of the cursor, or Enter. */
  readonly onOpen?: (place: Place) => void;
  /** Other keys; true when it was taken. */
  readonly onKey?: (key: string) => boolean;
}

/** Room for the numbers of rows and columns, CSS pixels. */
const edges = { left: 32, top: 20 } as const;
const none = { left: 0, top: 0 } as const;
/** CSS pixels that a picture of few rows is high, at least. */
const lowest = 48;

export function Cells(props: Props) {
  const { rows, columns, label, cursor, onCursor, onOpen, onKey } = props;
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useBox(holder);
  const edge = props.numbered ? edges : none;
  const across = Math.max(0, box.value.width - edge.left) / Math.max(1, columns);
  const down = Math.max(0, box.value.height - edge.top) / Math.max(1, rows);
  const width = Math.min(props.largest, across, down);
  const cell = { width, height: Math.min(props.largest, down, Math.max(width, lowest / rows)) };
  useEffect(() => {
    const { current } = canvas;
    if (current && width > 0) paint(current, props, box.value, cell, edge);
  }, [props.data, props.map, props.domain, cursor, box.value, theme.value]);
  const placeAt = ({
    offsetX,
    offsetY,
  }: Pick<MouseEvent, 'offsetX' | 'offsetY'>): Place | undefined => {
    const column = Math.floor((offsetX - edge.left) / cell.width);
    const row = Math.floor((offsetY - edge.top) / cell.height);
    return row >= 0 && column >= 0 && row < rows && column < columns ? { row, column } : undefined;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = steps[event.key];
    const from = cursor ?? { row: 0, column: 0 };
    if (step) {
      const by = event.shiftKey ? 10 : 1;
      const inside = (at: number, length: number) => Math.max(0, Math.min(length - 1, at));
      onCursor({
        row: inside(from.row + step.row * by, rows),
        column: inside(from.column + step.column * by, columns),
      });
    } else if (event.key === 'Home' || event.key === 'End') {
      onCursor({ row: from.row, column: event.key === 'Home' ? 0 : columns - 1 });
    } else if (event.key === 'Enter' && onOpen) onOpen(from);
    else if (!onKey?.(event.key)) return;
    event.preventDefault();
  };
  return (
    <div class="cells" ref={holder}>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={label}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const place = placeAt(event);
          if (!place) return;
          const again = place.row === cursor?.row && place.column === cursor.column;
          if (again && onOpen) onOpen(place);
          else onCursor(place);
        }}
      />
    </div>
  );
}

const steps: Readonly<Record<string, Place>> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

function paint(
  canvas: HTMLCanvasElement,
  { rows, columns, data, map, domain, cursor, numbered, blank }: Props,
  box: Box,
  cell: Pick<Box, 'width' | 'height'>,
  edge: { readonly left: number; readonly top: number },
): void {
  const [width, height] = [edge.left + columns * cell.width, edge.top + rows * cell.height];
  resize(canvas, { ...box, width: Math.ceil(width), height: Math.ceil(height) });
  const context = canvas.getContext('2d');
  if (!context || rows === 0 || columns === 0) return;
  const { background, muted, cursor: outline, font, fontSize } = theme.value;
  context.setTransform(box.ratio, 0, 0, box.ratio, 0, 0);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  // What is not a number is transparent in the picture: this shows through.
  context.fillStyle = blank ? background : nanColor;
  context.fillRect(edge.left, edge.top, columns * cell.width, rows * cell.height);
  const picture = new OffscreenCanvas(columns, rows);
  const pixels = rasterize(data, { map, scale: 'linear', domain });
  picture.getContext('2d')?.putImageData(new ImageData(pixels, columns, rows), 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, edge.left, edge.top, columns * cell.width, rows * cell.height);
  if (numbered) {
    context.fillStyle = muted;
    context.font = `${fontSize}px ${font}`;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const row of thinned(0, rows - 1, cell.height, 16)) {
      context.fillText(String(row), edge.left - 6, edge.top + (row + 0.5) * cell.height);
    }
    context.textAlign = 'center';
    for (const column of thinned(0, columns - 1, cell.width, 28)) {
      context.fillText(String(column), edge.left + (column + 0.5) * cell.width, edge.top - 10);
    }
  }
  if (!cursor) return;
  context.strokeStyle = outline;
  context.lineWidth = 2;
  context.strokeRect(
    edge.left + cursor.column * cell.width,
    edge.top + cursor.row * cell.height,
    Math.max(cell.width, 4),
    Math.max(cell.height, 4),
  );
}

/** The colours from the low end of the scale to the high one, with their values. */
export function Scale({ map, domain }: { map: ColorMapName; domain: Domain }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    for (let i = 0; i < 128; i++) {
      context.fillStyle = cssColor(map, i / 127);
      context.fillRect(i, 0, 1, 8);
    }
  }, [map]);
  return (
    <span class="cell-scale figure">
      {number(domain.low)}
      <canvas ref={canvas} width={128} height={8} aria-hidden="true" />
      {number(domain.high)}
    </span>
  );
}
