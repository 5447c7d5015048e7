/** A small array as squares: drawn with the mouse, or with arrows and 0, 1, Space. Steps lie across, as in the strips. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { tick } from '../../src/core/draw/text';
import type { InputSpec } from '../../src/core/memory/memory';
import type { Given } from '../state';
import { t } from '../strings';
import { setArray } from './state';

type Array1 = Given['arrays'][number];
/** Squares that are drawn, at most. */
const mostCells = 4096;
/** CSS pixels of a square. */
const edge = 12;

/** Rows of numbers that are no ids, few enough to be drawn. */
export function isDrawable({ shape, values }: Array1, spec: InputSpec | undefined): boolean {
  return spec?.below === undefined && shape.length === 2 && values.length <= mostCells;
}

export function GridEditor({ array }: { readonly array: Array1 }) {
  const { name, shape, values } = array;
  const [steps = 0, width = 0] = shape;
  const cursor = useSignal({ step: 0, column: 0 });
  const drawn = useRef<number | undefined>(undefined);
  const valueAt = (step: number, column: number): number => values[step * width + column] ?? 0;
  const put = (step: number, column: number, value: number): void => {
    if (valueAt(step, column) === value) return;
    const next = [...values];
    next[step * width + column] = value;
    setArray({ name, shape, values: next });
  };
  const under = (event: PointerEvent): { step: number; column: number } | undefined => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const step = Math.floor((event.clientX - box.left) / edge);
    const column = Math.floor((event.clientY - box.top) / edge);
    return step >= 0 && step < steps && column >= 0 && column < width
      ? { step, column }
      : undefined;
  };
  const { step, column } = cursor.value;
  const key = (event: KeyboardEvent): void => {
    const by = moves[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (by) {
      const inside = (at: number, length: number) => Math.max(0, Math.min(length - 1, at));
      cursor.value = { step: inside(step + by[0], steps), column: inside(column + by[1], width) };
    } else if (event.key === ' ') put(step, column, valueAt(step, column) === 0 ? 1 : 0);
    else if (event.key === '0' || event.key === '1') put(step, column, Number(event.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const path = values
    .map((value, i) =>
      value === 0
        ? ''
        : `M${Math.floor(i / width) * edge} ${(i % width) * edge}h${edge}v${edge}h-${edge}z`,
    )
    .join('');
  const said = t.inputs.cell(String(step), String(column), tick(valueAt(step, column)));
  return (
    <>
      <div class="grid-scroll">
        <svg
          class="grid-editor"
          width={steps * edge + 1}
          height={width * edge + 1}
          tabIndex={0}
          role="application"
          aria-roledescription={t.inputs.grid}
          aria-label={`${name}. ${said}`}
          onKeyDown={key}
          onPointerDown={(event) => {
            const at = under(event);
            if (!at) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            drawn.current = valueAt(at.step, at.column) === 0 ? 1 : 0;
            cursor.value = at;
            put(at.step, at.column, drawn.current);
          }}
          onPointerMove={(event) => {
            const at = under(event);
            if (!at || drawn.current === undefined) return;
            cursor.value = at;
            put(at.step, at.column, drawn.current);
          }}
          onPointerUp={() => (drawn.current = undefined)}
        >
          <defs>
            <pattern id="grid-lines" width={edge} height={edge} patternUnits="userSpaceOnUse">
              <path class="line" d={`M${edge} .5H.5V${edge}`} />
            </pattern>
          </defs>
          <path class="on" d={path} />
          <rect width={steps * edge + 1} height={width * edge + 1} fill="url(#grid-lines)" />
          <rect
            class="cursor"
            x={step * edge + 0.5}
            y={column * edge + 0.5}
            width={edge}
            height={edge}
          />
        </svg>
      </div>
      <p class="quiet figure" aria-live="polite">
        {said}
      </p>
    </>
  );
}

const moves: Readonly<Record<string, readonly [step: number, column: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
