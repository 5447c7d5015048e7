/** The image that a vision model looks at, shaded by what one of its places gives to each patch. */
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { colorAt, cssColor } from '../../src/core/draw/colormap';
import { position } from '../../src/core/draw/scale';
import { integer, number } from '../../src/core/draw/text';
import type { AccessBlock, Axis, Series } from '../../src/core/trace/trace';
import { report, select } from '../state';
import { t } from '../strings';
import { headPaint } from './heads';
import { exactRow } from './rows';

/** Edge of the picture, CSS pixels. */
const edge = 200;
/** The most that colour covers of the image. */
const cover = 0.7;

/** How the patches of an axis lie: those places before them are none, the class token. */
export function gridOf(axis: Axis): { before: number; rows: number; columns: number } {
  const isPatch = (place: number): boolean => /^\d+,\d+$/.test(axis.label(place));
  let before = 0;
  while (before < axis.length && !isPatch(before)) before++;
  const [row = 0, column = 0] = axis
    .label(axis.length - 1)
    .split(',')
    .map(Number);
  return { before, rows: row + 1, columns: column + 1 };
}

export function ImageOverlay({
  block,
  picture,
  query = 0,
}: {
  readonly block: AccessBlock;
  readonly picture: Series;
  readonly query: number | undefined;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pixels = useSignal<ImageData | undefined>(undefined);
  useEffect(() => {
    let isCurrent = true;
    const lines = picture.steps.length;
    void picture.range?.(0, lines).then((values) => {
      if (isCurrent) pixels.value = imageOf(values, picture.shape[0] ?? 1, lines);
    }, report);
    return () => {
      isCurrent = false;
    };
  }, [picture]);
  const grid = gridOf(block.columns);
  const row = exactRow(block, query);
  const weights = row?.subarray(grid.before);
  const most = weights?.reduce((a, b) => Math.max(a, b), 0) ?? 0;
  const least = weights?.reduce((a, b) => Math.min(a, b), most) ?? 0;
  const { map, scale } = headPaint.value;
  const source = pixels.value;
  const height = source ? Math.round((edge * source.height) / source.width) : edge;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !source) return;
    const { width } = context.canvas;
    context.imageSmoothingEnabled = false;
    context.drawImage(canvasOf(source), 0, 0, width, context.canvas.height);
    if (!row) return;
    const shades = new ImageData(grid.columns, grid.rows);
    for (let i = 0; i < grid.rows * grid.columns; i++) {
      const weight = row[grid.before + i] ?? 0;
      const share = most > least ? position(weight, { low: least, high: most }, scale) : 0;
      const [red, green, blue] = colorAt(map, share);
      shades.data.set([red, green, blue, Math.round(255 * cover * (0.2 + 0.8 * share))], 4 * i);
    }
    context.imageSmoothingEnabled = true;
    context.drawImage(canvasOf(shades), 0, 0, width, context.canvas.height);
    if (query >= grid.before) outline(context, grid, query - grid.before);
  }, [source, row, query, map, scale, most, least]);

  const name = block.rows.label(query);
  const strongest = row ? row.indexOf(most, grid.before) : -1;
  const words = t.attention.image;
  return (
    <div class="image-overlay">
      <h3>{words.title(integer(query), name)}</h3>
      <canvas
        ref={canvas}
        width={2 * edge}
        height={2 * height}
        style={{ width: `${edge}px`, height: `${height}px` }}
        role="img"
        aria-label={
          strongest < 0
            ? words.title(integer(query), name)
            : words.says(name, block.columns.label(strongest), number(most))
        }
        title={words.hint}
        onClick={(event) => {
          const { width, height: tall } = event.currentTarget.getBoundingClientRect();
          const x = Math.min(grid.columns - 1, Math.floor((event.offsetX / width) * grid.columns));
          const y = Math.min(grid.rows - 1, Math.floor((event.offsetY / tall) * grid.rows));
          select({ block: block.id, query: grid.before + y * grid.columns + x });
        }}
      />
      <div class="image-about">
        <div class="image-legend">
          <span class="figure">{number(least)}</span>
          <i
            style={{
              background: `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1]
                .map((share) => cssColor(map, share))
                .join(', ')})`,
            }}
          />
          <span class="figure">{number(most)}</span>
        </div>
        <p class="quiet">
          {Array.from({ length: grid.before }, (_, place) => (
            <button
              key={place}
              class="link"
              disabled={query === place}
              onClick={() => select({ block: block.id, query: place })}
            >
              {block.rows.label(place)}
            </button>
          ))}
          {row && grid.before > 0 && ` ${words.toItself(block.columns.label(0), number(row[0]!))}`}
          <br />
          {words.hint}
        </p>
      </div>
    </div>
  );
}

/** Lines of colours from 0 to 1, [height, width, 3]. */
function imageOf(values: Float32Array, width: number, height: number): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * i + channel] = 255 * (values[3 * i + channel] ?? 0);
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}

function canvasOf(image: ImageData): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

/** The patch that looks, light on dark. */
function outline(
  context: CanvasRenderingContext2D,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  patch: number,
): void {
  const [wide, high] = [context.canvas.width / columns, context.canvas.height / rows];
  const [x, y] = [(patch % columns) * wide, Math.floor(patch / columns) * high];
  for (const [width, colour] of [
    [6, '#000'],
    [2, '#fff'],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.strokeRect(x + 3, y + 3, wide - 6, high - 6);
  }
}
