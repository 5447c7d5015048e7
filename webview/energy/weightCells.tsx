/** Softmax weights as rows of cells; a row is chosen with the pointer or the arrows. */
import { useEffect, useRef } from 'preact/hooks';
import { cssColor } from '../../src/core/draw/colormap';

interface Props {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly label: string;
  readonly marked: number;
  readonly names: readonly string[];
  readonly choose: (row: number) => void;
}

/** Weights 0…1 in the colours of every weighting, rows down. */
export function WeightCells({ values, rows, columns, label, marked, names, choose }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const height = Math.max(4, Math.min(20, Math.floor(200 / Math.max(1, rows))));
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return;
    element.width = columns;
    element.height = rows;
    for (let i = 0; i < values.length; i++) {
      context.fillStyle = cssColor('viridis', values[i]!);
      context.fillRect(i % columns, Math.floor(i / columns), 1, 1);
    }
  }, [values, rows, columns]);
  return (
    <div class="cells">
      <div
        class="cells-map"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={rows - 1}
        aria-valuenow={marked}
        style={{ height: `${rows * height}px` }}
        onPointerDown={(event) => {
          const { top } = event.currentTarget.getBoundingClientRect();
          choose(Math.max(0, Math.min(rows - 1, Math.floor((event.clientY - top) / height))));
        }}
        onKeyDown={(event) => {
          const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          choose(Math.max(0, Math.min(rows - 1, marked + by)));
        }}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <i style={{ top: `${marked * height}px`, height: `${height}px` }} />
      </div>
      {names.length > 0 && names.length <= 16 && (
        <ol aria-hidden="true">
          {names.map((name, i) => (
            <li key={i} class="figure">
              {name}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
