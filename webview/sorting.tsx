/** What tables of rows share: headings that sort, and the keys that move from row to row. */
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** The column that a table is sorted by; undefined: the rows' own order. */
export interface SortBy<Column extends string> {
  readonly column: Column;
  readonly down: boolean;
}

interface HeadingsProps<Column extends string> {
  readonly columns: readonly Column[];
  readonly titles: Readonly<Record<Column, string>>;
  readonly by: Signal<SortBy<Column> | undefined>;
  /** Headings that sort nothing, at the end. */
  readonly children?: ComponentChildren;
}

/** A click sorts, numbers from the largest, names from the first; a second click turns the order round. */
export function Headings<Column extends string>({
  columns,
  titles,
  by,
  children,
}: HeadingsProps<Column>) {
  return (
    <div class="row heading" role="row">
      {columns.map((column) => {
        const down = by.value?.column === column ? by.value.down : undefined;
        const next = { column, down: down === undefined ? column !== 'name' : !down };
        return (
          <span
            key={column}
            class={column}
            role="columnheader"
            aria-sort={down === undefined ? 'none' : down ? 'descending' : 'ascending'}
          >
            <button class="link" onClick={() => (by.value = next)}>
              {titles[column]}
              {down !== undefined && (
                <span class={`codicon codicon-arrow-${down ? 'down' : 'up'}`} aria-hidden="true" />
              )}
            </button>
          </span>
        );
      })}
      {children}
    </div>
  );
}

const steps: Readonly<Record<string, (at: number, length: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at) => at + 20,
  PageUp: (at) => at - 20,
  Home: () => 0,
  End: (_, length) => length - 1,
};

/** The row that a key leads to; undefined for other keys, which are then left to others. */
export function rowAfter(event: KeyboardEvent, at: number, length: number): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const to = steps[event.key]?.(at, length);
  if (to === undefined) return undefined;
  event.preventDefault();
  return Math.max(0, Math.min(length - 1, to));
}
