/** Where a tensor changed: B − A as a heat map. */
import { computed, signal, type Signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { matrixShape } from '../../src/core/compare/picture';
import type { Paint } from '../../src/core/draw/raster';
import { integer, number } from '../../src/core/draw/text';
import { plain, tileEdge as edge } from '../../src/core/trace/trace';
import { createTileCache } from '../attention/tileCache';
import type { Viewport } from '../attention/viewport';
import { sentence } from '../host';
import { t } from '../strings';
import {
  type Cell,
  matrixKey,
  MatrixMap,
  type MatrixModel,
  pooledEdge,
} from '../weights/matrixMap';
import { Scale } from './cells';
import { host } from './state';

/** Bytes of tiles that are kept, as numbers and as pixels. */
const cacheLimit = 48 * 2 ** 20;

interface OpenDifference extends MatrixModel {
  readonly paint: () => Paint;
  readonly pointed: Signal<Cell | undefined>;
  readonly problem: Signal<string | undefined>;
  valueAt(cell: Cell): number | undefined;
  close(): void;
}

/** `largest`: the largest change, which the colours end at. */
function openDifference(row: number, shape: readonly number[], largest: number): OpenDifference {
  const controller = new AbortController();
  const arrived = signal(0);
  const problem = signal<string | undefined>(undefined);
  const viewport = signal<Viewport | undefined>(undefined);
  const cursor = signal<Cell | undefined>(undefined);
  const pointed = signal<Cell | undefined>(undefined);
  const tiles = createTileCache(
    cacheLimit,
    () => arrived.value++,
    (error) => {
      if (!controller.signal.aborted) problem.value = sentence(error);
    },
  );
  const source = {
    id: String(row),
    weighting: {
      shape: matrixShape(shape),
      tile: (level: number, tileRow: number, column: number) =>
        host.call('compareTile', { row, at: { level, row: tileRow, column } }, controller.signal),
    },
  };
  const most = largest > 0 && Number.isFinite(largest) ? largest : 1;
  const paint: Paint = { map: 'signed', scale: 'diverging', domain: { low: -most, high: most } };
  return {
    source,
    tiles,
    arrived: () => arrived.value,
    paint: () => paint,
    viewport: () => viewport.value,
    putViewport: (to) => void (viewport.value = to),
    cursor: () => cursor.value,
    putCursor: (cell) => void (cursor.value = cell),
    hover: (cell) => void (pointed.value = cell),
    words: { query: t.compare.down, key: t.compare.across, received: '' },
    label: t.compare.picture,
    pointed,
    problem,
    valueAt({ row: at, column }) {
      void arrived.value;
      const tile = tiles.peek(
        source,
        { level: 0, row: Math.floor(at / edge), column: Math.floor(column / edge) },
        plain,
      );
      return tile?.data[(at % edge) * tile.columns + (column % edge)];
    },
    close() {
      controller.abort();
      tiles.clear();
    },
  };
}

interface Props {
  readonly row: number;
  readonly shape: readonly number[];
  readonly largest: number;
}

export function DifferenceMap({ row, shape, largest }: Props) {
  const of = useMemo(() => openDifference(row, shape, largest), [row]);
  useEffect(() => () => of.close(), [of]);
  const status = useMemo(
    () =>
      computed(() => {
        const cell = of.pointed.value ?? of.cursor();
        if (!cell) return '';
        const value = of.valueAt(cell);
        const place = t.compare.cell(integer(cell.row), integer(cell.column));
        return value === undefined ? place : `${place} · ${value > 0 ? '+' : ''}${number(value)}`;
      }),
    [of],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = matrixKey(of, event);
    if (!act) return;
    event.preventDefault();
    act();
  };
  const pool = pooledEdge(of);
  if (of.problem.value !== undefined) return <p class="error-text">{of.problem.value}</p>;
  return (
    <section class="compare-picture">
      <p class="compare-status" role="status">
        <Scale map="signed" domain={of.paint().domain} />
        <span class="figure">{status.value}</span>
        {pool > 1 && <span class="quiet">{t.compare.pooled(integer(pool), integer(pool))}</span>}
      </p>
      <MatrixMap of={of} onKeyDown={onKeyDown} />
    </section>
  );
}
