/** A state as an image: the unit under the pointer is shared by all of them; arrows move a cursor over it. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { theme } from '../theme';
import type { Grid } from '../../src/core/trace/energyGrid';
import { pointed } from './state';
import { paintUnits } from './unitsPainter';

interface Props {
  readonly values: ArrayLike<number>;
  readonly grid: Grid;
  readonly twoTone: boolean;
  readonly label: string;
  /** CSS pixels of the longer side. */
  readonly edge: number;
  readonly marked?: number | undefined;
  /** Unit the pointer goes over with its button held, and whether the stroke begins; makes the image a drawing board. */
  readonly paint?: (unit: number, begins: boolean) => void;
  /** Answers no pointer and no key: a picture beside words. */
  readonly still?: boolean;
}

export function UnitsImage(props: Props) {
  const { values, grid, twoTone, label, edge, marked, paint, still = false } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useSignal<number | undefined>(undefined);
  const cell = edge / Math.max(grid.rows, grid.columns);
  const size = {
    width: Math.max(4, Math.round(cell * grid.columns)),
    height: Math.max(4, Math.round(cell * grid.rows)),
  };
  const outlined = still ? undefined : (cursor.value ?? pointed.value ?? marked);
  const colours = theme.value;
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return;
    const ratio = devicePixelRatio;
    element.width = Math.round(size.width * ratio);
    element.height = Math.round(size.height * ratio);
    paintUnits(context, { values, grid, twoTone, marked: outlined }, element, colours);
  }, [values, grid, twoTone, outlined, size.width, size.height, colours]);
  const unitAt = (event: PointerEvent): number | undefined => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * grid.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * grid.rows);
    const unit = row * grid.columns + column;
    const inside = column >= 0 && column < grid.columns && row >= 0 && unit < values.length;
    return inside && unit >= 0 ? unit : undefined;
  };
  const style = { width: `${size.width}px`, height: `${size.height}px` };
  if (still) {
    return <canvas ref={canvas} class="units" style={style} role="img" aria-label={label} />;
  }
  const go = (by: number): void => {
    const to = Math.max(0, Math.min(values.length - 1, (cursor.value ?? -by) + by));
    cursor.value = pointed.value = to;
  };
  return (
    <canvas
      ref={canvas}
      class={paint ? 'units board' : 'units'}
      style={style}
      tabIndex={0}
      role="application"
      aria-label={label}
      onPointerDown={(event) => {
        const unit = unitAt(event);
        if (!paint || unit === undefined || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        paint(unit, true);
      }}
      onPointerMove={(event) => {
        const unit = unitAt(event);
        cursor.value = undefined;
        pointed.value = unit;
        if (paint && unit !== undefined && event.buttons === 1) paint(unit, false);
      }}
      onPointerLeave={() => (pointed.value = undefined)}
      onBlur={() => (cursor.value = pointed.value = undefined)}
      onKeyDown={(event) => {
        const by = {
          ArrowLeft: -1,
          ArrowRight: 1,
          ArrowUp: -grid.columns,
          ArrowDown: grid.columns,
        }[event.key];
        if (by !== undefined && !event.altKey) go(event.shiftKey ? 10 * by : by);
        else if (paint && event.key === ' ') paint(cursor.value ?? 0, true);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
