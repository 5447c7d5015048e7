/** A slice as a heat map. */
import { useMemo } from 'preact/hooks';
import { number } from '../../src/core/draw/text';
import type { Place } from '../attention/gestures';
import { t } from '../strings';
import { cursorOf, hovered, paint, putCursor, putViewport, viewportOf } from './look';
import { MatrixMap, type MatrixModel } from './matrixMap';
import { type OpenSlice, tiles, tilesArrived } from './slices';

/** The slice as what a map shows. */
export function matrixOf(of: OpenSlice): MatrixModel {
  const { rows, columns } = of.slice;
  const axis = (at: number | undefined): string => (at === undefined ? '' : t.weights.axis(at));
  return {
    source: of,
    tiles,
    arrived: () => tilesArrived.value,
    paint: () => paint.value,
    norms: () => of.survey.value?.found ?? of.before?.survey.value?.found,
    viewport: () => viewportOf(of),
    putViewport: (to) => putViewport(of, to),
    cursor: () => cursorOf(of),
    putCursor: (cell) => putCursor(of, cell),
    hover(cell) {
      const known = hovered.peek();
      if (known?.row !== cell?.row || known?.column !== cell?.column) hovered.value = cell;
    },
    titleAt: (place) => normAt(of, place),
    words: { query: axis(rows), key: axis(columns), received: t.weights.columnNorms },
    label: t.weights.mapLabel,
  };
}

/** The norm in the strip beside the matrix. */
function normAt(of: OpenSlice, { row, column, inRows, inColumns }: Place): string {
  const found = of.survey.peek()?.found;
  if (!found || inRows === inColumns) return '';
  return inRows
    ? `${row}: ${t.weights.rowNorm(number(found.rowNorms[row] ?? NaN))}`
    : `${column}: ${t.weights.columnNorm(number(found.columnNorms[column] ?? NaN))}`;
}

export function WeightMap({ of }: { of: OpenSlice }) {
  return <MatrixMap of={useMemo(() => matrixOf(of), [of])} />;
}
