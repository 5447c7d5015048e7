/** The slice as a grid of exact digits, of which only the cells on screen exist. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { integer } from '../../src/core/draw/text';
import { report } from '../state';
import { t } from '../strings';
import { useBox } from '../useBox';
import { cursorOf, putCursor } from './look';
import { digitsOf, type OpenSlice } from './slices';
import { goToCell } from './matrixMap';
import { matrixOf } from './weightMap';

const cell = { width: 128, height: 22 } as const;
/** Chromium draws nothing beyond some 33 million pixels; longer axes are squeezed into this. */
const longest = 8_000_000;

export function ValuesTab({ of }: { of: OpenSlice }) {
  const scroller = useRef<HTMLDivElement>(null);
  const box = useBox(scroller);
  const scrolled = useSignal({ top: 0, left: 0 });
  const [rows, columns] = of.shape;
  const head = String(rows - 1).length * 8 + 16;
  const down = along(rows, cell.height, box.value.height - cell.height, scrolled.value.top);
  const across = along(columns, cell.width, box.value.width - head, scrolled.value.left);
  const cursor = cursorOf(of);
  const show = (row: number, column: number): void => goToCell(matrixOf(of), row, column);
  // Where the cursor goes, here or in the picture, the grid goes too.
  useEffect(() => {
    const element = scroller.current;
    if (!element || !cursor || box.value.height === 0) return;
    element.scrollTop = down.reveal(cursor.row, element.scrollTop);
    element.scrollLeft = across.reveal(cursor.column, element.scrollLeft);
  }, [cursor?.row, cursor?.column, box.value.height === 0]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event;
    if (event.altKey) return;
    const { row, column } = cursor ?? { row: 0, column: 0 };
    if ((event.ctrlKey || event.metaKey) && key === 'c') {
      const text = cursor && digitsOf(of, row, column);
      if (text !== undefined) void navigator.clipboard.writeText(text).catch(report);
      return;
    }
    const by = event.shiftKey ? 10 : 1;
    const page = Math.max(1, down.count - 2);
    const to: Readonly<Record<string, readonly [row: number, column: number]>> = {
      ArrowUp: [row - by, column],
      ArrowDown: [row + by, column],
      ArrowLeft: [row, column - by],
      ArrowRight: [row, column + by],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? rows - 1 : row, columns - 1],
      PageUp: [row - page, column],
      PageDown: [row + page, column],
    };
    const next = to[key];
    if (!next) return;
    event.preventDefault();
    const inside = (at: number, length: number) => Math.max(0, Math.min(length - 1, at));
    // The first arrow puts the cursor on the first cell.
    if (cursor) show(inside(next[0], rows), inside(next[1], columns));
    else show(0, 0);
  };
  const places = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => first + i);
  return (
    <div class="values">
      <GoTo of={of} show={show} />
      <div
        ref={scroller}
        class="values-grid"
        role="grid"
        tabIndex={0}
        aria-label={t.weights.valuesLabel}
        aria-rowcount={rows}
        aria-colcount={columns}
        onKeyDown={onKeyDown}
        onScroll={({ currentTarget: { scrollTop, scrollLeft } }) =>
          (scrolled.value = { top: scrollTop, left: scrollLeft })
        }
      >
        <div
          class="values-space"
          role="presentation"
          style={{ height: `${down.size + cell.height}px`, width: `${across.size + head}px` }}
        >
          <div
            class="values-window"
            role="presentation"
            style={{ top: `${scrolled.value.top}px`, left: `${scrolled.value.left}px` }}
          >
            <div class="values-row heading" role="row" style={{ height: `${cell.height}px` }}>
              {places(across.first, across.count).map((column, i) => (
                <span
                  key={column}
                  role="columnheader"
                  style={{ left: `${head + across.offset + i * cell.width}px` }}
                >
                  {column}
                </span>
              ))}
              <span class="corner" style={{ width: `${head}px` }} />
            </div>
            {places(down.first, down.count).map((row, r) => (
              <div
                key={row}
                class="values-row"
                role="row"
                aria-rowindex={row + 1}
                style={{ top: `${cell.height + down.offset + r * cell.height}px` }}
              >
                {places(across.first, across.count).map((column, i) => (
                  <span
                    key={column}
                    role="gridcell"
                    aria-colindex={column + 1}
                    aria-selected={cursor?.row === row && cursor.column === column}
                    style={{ left: `${head + across.offset + i * cell.width}px` }}
                    title={digitsOf(of, row, column)}
                    onClick={() => putCursor(of, { row, column })}
                  >
                    {digitsOf(of, row, column) ?? '…'}
                  </span>
                ))}
                <span class="corner" role="rowheader" style={{ width: `${head}px` }}>
                  {row}
                </span>
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

/** The places of one axis that are on screen; `offset` is where the first begins, from the window's edge. */
function along(length: number, size: number, room: number, scrolled: number) {
  const full = length * size;
  const shown = Math.min(longest, full);
  const squeeze = full > shown ? (full - room) / Math.max(1, shown - room) : 1;
  const start = scrolled * squeeze;
  const first = Math.max(0, Math.min(length - 1, Math.floor(start / size)));
  const count = Math.max(0, Math.min(length - first, Math.ceil(Math.max(0, room) / size) + 1));
  return {
    first,
    count,
    size: shown,
    offset: first * size - start,
    reveal(place: number, now: number): number {
      const at = now * squeeze;
      if (place * size < at) return (place * size) / squeeze;
      if ((place + 1) * size > at + room) return ((place + 1) * size - room) / squeeze;
      return now;
    },
  };
}

function GoTo({ of, show }: { of: OpenSlice; show: (row: number, column: number) => void }) {
  const [rows, columns] = of.shape;
  const isWrong = useSignal(false);
  const cursor = cursorOf(of);
  const digits = cursor && digitsOf(of, cursor.row, cursor.column);
  return (
    <div class="values-bar">
      <label>
        {t.weights.goTo}{' '}
        <input
          type="text"
          inputMode="numeric"
          class={isWrong.value ? 'wrong' : ''}
          placeholder={t.weights.goToHint}
          title={`0–${integer(rows - 1)}, 0–${integer(columns - 1)}`}
          aria-invalid={isWrong.value}
          onInput={() => (isWrong.value = false)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            const typed = event.currentTarget.value.split(/[\s,]+/).filter(Boolean);
            const [row = NaN, column = 0] = typed.map(Number);
            const isInside = (at: number, length: number) =>
              Number.isInteger(at) && at >= 0 && at < length;
            if (isInside(row, rows) && isInside(column, columns)) show(row, column);
            else isWrong.value = true;
          }}
        />
      </label>
      {digits !== undefined && (
        <button
          class="codicon codicon-copy"
          title={t.weights.copyValue}
          aria-label={t.weights.copyValue}
          onClick={() => void navigator.clipboard.writeText(digits).catch(report)}
        />
      )}
    </div>
  );
}
