/** A tensor that may be an image, in its colours. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { integer, number } from '../../src/core/draw/text';
import { tileEdge } from '../../src/core/trace/trace';
import { colourRange, type ImageAxes, toColours } from '../../src/core/weights/colours';
import { host } from '../host';
import { t } from '../strings';
import { fails, type OpenSlice } from './slices';

interface Picture {
  readonly rows: number;
  readonly columns: number;
  readonly pool: number;
  readonly range: readonly [low: number, high: number];
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** CSS pixels along an edge to which a small image is brought. */
const comfortable = 256;

export function ImageTab({ of, axes, shape }: Props) {
  const picture = useSignal<Picture | undefined>(undefined);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isLatest = true;
    read({ of, axes, shape }).then(
      (found) => isLatest && (picture.value = found),
      (error) => isLatest && fails(of, error),
    );
    return () => {
      isLatest = false;
    };
  }, [of]);
  const shown = picture.value;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !shown) return;
    context.putImageData(new ImageData(shown.pixels, shown.columns, shown.rows), 0, 0);
  }, [shown]);
  if (!shown) return <p class="quiet">{t.weights.computing}</p>;
  const { rows, columns, pool, range } = shown;
  const scale = Math.max(1, Math.floor(comfortable / Math.max(rows, columns)));
  const [high, wide] = [shape[axes.rows] ?? 0, shape[axes.columns] ?? 0].map(integer);
  return (
    <>
      <canvas
        ref={canvas}
        class="colours"
        width={columns}
        height={rows}
        style={{ width: `${columns * scale}px` }}
        role="img"
        aria-label={t.weights.imageLabel(high ?? '', wide ?? '')}
      />
      <p class="quiet">
        {t.weights.imageRange(number(range[0]), number(range[1]))}
        {pool > 1 && ` · ${t.weights.pooled(integer(pool))}`}
      </p>
    </>
  );
}

interface Props {
  readonly of: OpenSlice;
  readonly axes: ImageAxes;
  readonly shape: readonly number[];
}

/** The three colours, pooled to one tile each. */
async function read({ of, axes, shape }: Props): Promise<Picture> {
  const { rows, columns } = axes;
  const longest = Math.max(shape[rows] ?? 0, shape[columns] ?? 0);
  const level = Math.max(0, Math.ceil(Math.log2(longest / tileEdge)));
  const tiles = await Promise.all(
    [0, 1, 2].map((colour) => {
      const slice = { rows, columns, at: of.slice.at.with(axes.colours, colour) };
      return host.call('weightTile', { ...of.ref, slice, level, row: 0, column: 0 });
    }),
  );
  const channels = tiles.map(({ data }) => data);
  const range = colourRange(channels);
  const [first] = tiles;
  return {
    rows: first?.rows ?? 0,
    columns: first?.columns ?? 0,
    pool: 2 ** level,
    range,
    pixels: toColours(channels, range),
  };
}
