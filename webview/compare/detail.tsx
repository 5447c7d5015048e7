/** The tensor in view: its numbers, and where it changed. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { DifferencePicture, Window } from '../../src/core/compare/picture';
import { integer, number, tick } from '../../src/core/draw/text';
import type { ComparedRow } from '../../src/protocol/compare';
import { sentence } from '../host';
import { t } from '../strings';
import { Cells, type Place, Scale } from './cells';
import { bothShapes, dtypeText } from './compareTable';
import { drawDifference, comparison, type Line, outcomes, selected } from './state';

export function Detail() {
  const index = selected.value;
  const row = index === undefined ? undefined : comparison.value?.rows[index];
  if (index === undefined || !row) {
    return <aside class="compare-detail center quiet">{t.compare.choose}</aside>;
  }
  const outcome = outcomes.value[index];
  const line: Line = outcome ? { index, row, outcome } : { index, row };
  return (
    <aside class="compare-detail">
      <h2>{row.name}</h2>
      <p class="quiet figure">
        {dtypeText(line)} · {bothShapes(line)}
      </p>
      {outcome && <Facts line={line} outcome={outcome} />}
      {outcome?.change ? (
        <Spectrum values={outcome.change.spectrum} />
      ) : (
        <Difference key={index} line={line} />
      )}
    </aside>
  );
}

function Facts({ line: { row }, outcome }: { line: Line; outcome: ComparedRow }) {
  const words = t.compare.facts;
  const { figures, change, problem } = outcome;
  const rows: [string, string][] = [];
  const { a, b, layout } = row;
  if (a && b && a.name !== b.name) rows.push([words.inA, a.name], [words.inB, b.name]);
  if (layout !== 'straight') rows.push([words.layout, t.compare.layouts[layout]]);
  if (figures) {
    rows.push([words.changed, t.compare.of(integer(figures.changed), integer(figures.elements))]);
    if (figures.notFinite > 0) rows.push([words.notFinite, integer(figures.notFinite)]);
    if (figures.relative !== undefined) rows.push([words.relative, number(figures.relative)]);
    rows.push([words.largest, number(figures.largest)]);
    if (figures.cosine !== undefined) rows.push([words.cosine, figures.cosine.toFixed(6)]);
    if (figures.quantisation !== undefined) {
      rows.push([words.quantisation, number(figures.quantisation)]);
    }
    if (figures.signalToNoise !== undefined) {
      rows.push([words.signalToNoise, `${figures.signalToNoise.toFixed(1)} dB`]);
    }
  }
  if (change) {
    rows.push([words.rank, t.compare.of(String(change.used), String(change.rank))]);
    rows.push([words.alpha, tick(change.alpha)], [words.norm, number(change.norm)]);
    if (change.relative !== undefined) rows.push([words.adapted, number(change.relative)]);
  }
  return (
    <>
      {problem !== undefined && <p class="error-text">{problem}</p>}
      <table class="facts">
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Why there is no picture of this line; undefined when there is one. */
function noPicture({ row: { a, b }, outcome }: Line): string | undefined {
  if (!outcome) return t.compare.waiting;
  if (!a || !b) return a ? t.compare.onlyA : t.compare.onlyB;
  if (outcome.kind === 'reshaped') return t.compare.noPicture;
  if (outcome.kind === 'unreadable') return '';
  return outcome.figures?.changed === 0 ? t.compare.identical : undefined;
}

/** How much of the matrix a zoom shows. */
const zoomFactor = 4;

function Difference({ line }: { line: Line }) {
  const picture = useSignal<DifferencePicture | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const window = useSignal<Window | undefined>(undefined);
  const cursor = useSignal<Place | undefined>(undefined);
  const why = noPicture(line);
  useEffect(() => {
    if (why !== undefined) return undefined;
    const controller = new AbortController();
    problem.value = undefined;
    drawDifference(line.index, window.value, controller.signal).then(
      (drawn) => {
        if (!controller.signal.aborted) picture.value = drawn;
      },
      (error: unknown) => {
        if (!controller.signal.aborted) problem.value = sentence(error);
      },
    );
    return () => controller.abort();
  }, [line.index, why, window.value]);
  if (why !== undefined) return <p class="quiet">{why}</p>;
  if (problem.value !== undefined) return <p class="error-text">{problem.value}</p>;
  const drawn = picture.value;
  if (!drawn) return <p class="quiet">{t.compare.drawing}</p>;
  const { shape, pool, size, data } = drawn;
  const highest = data.reduce((most, value) => {
    const finite = Number.isFinite(value) ? Math.abs(value) : 0;
    return Math.max(most, finite);
  }, 0);
  const domain = { low: -highest, high: highest };
  const zoomTo = (next: Window | undefined): void => {
    cursor.value = undefined;
    window.value = next;
  };
  const onKey = (key: string): boolean => {
    if (key === '+' || key === '=') zoomTo(closer(drawn, cursor.value));
    else if (key === '-') zoomTo(wider(drawn));
    else if (key === '0') zoomTo(undefined);
    else return false;
    return true;
  };
  return (
    <section class="compare-picture">
      <p class="compare-status" role="status">
        <Scale map="signed" domain={domain} />
        <span class="figure">{cursor.value ? cellText(drawn, cursor.value) : ''}</span>
        {(pool[0] > 1 || pool[1] > 1) && (
          <span class="quiet">{t.compare.pooled(integer(pool[0]), integer(pool[1]))}</span>
        )}
      </p>
      <Cells
        rows={size[0]}
        columns={size[1]}
        data={data}
        map="signed"
        domain={domain}
        largest={16}
        label={t.compare.picture(integer(shape[0]), integer(shape[1]))}
        cursor={cursor.value}
        onCursor={(place) => (cursor.value = place)}
        onOpen={(place) => zoomTo(closer(drawn, place))}
        onKey={onKey}
      />
    </section>
  );
}

function cellText({ window, pool, size, data }: DifferencePicture, { row, column }: Place): string {
  const along = (start: number, cell: number, step: number, end: number): string => {
    const first = start + cell * step;
    const last = Math.min(end, first + step) - 1;
    return last > first ? `${integer(first)}…${integer(last)}` : integer(first);
  };
  const value = data[row * size[1] + column] ?? 0;
  const place = t.compare.cell(
    along(window.row, row, pool[0], window.row + window.rows),
    along(window.column, column, pool[1], window.column + window.columns),
  );
  return `${place} · ${value > 0 ? '+' : ''}${number(value)}`;
}

/** A quarter of what is shown, around a cell. */
function closer(
  { window, pool, shape, size }: DifferencePicture,
  place: Place | undefined,
): Window {
  const { row, column } = place ?? { row: size[0] >> 1, column: size[1] >> 1 };
  const along = (start: number, shown: number, cell: number, step: number, all: number) => {
    const length = Math.min(all, Math.max(8, Math.ceil(shown / zoomFactor)));
    const middle = start + Math.floor((cell + 0.5) * step);
    return { at: Math.max(0, Math.min(all - length, middle - (length >> 1))), length };
  };
  const down = along(window.row, window.rows, row, pool[0], shape[0]);
  const across = along(window.column, window.columns, column, pool[1], shape[1]);
  return { row: down.at, rows: down.length, column: across.at, columns: across.length };
}

function wider({ window, shape }: DifferencePicture): Window | undefined {
  const along = (start: number, shown: number, all: number) => {
    const length = Math.min(all, shown * zoomFactor);
    return { at: Math.max(0, Math.min(all - length, start - ((length - shown) >> 1))), length };
  };
  const down = along(window.row, window.rows, shape[0]);
  const across = along(window.column, window.columns, shape[1]);
  if (down.length === shape[0] && across.length === shape[1]) return undefined;
  return { row: down.at, rows: down.length, column: across.at, columns: across.length };
}

/** Singular values as bars, largest first. */
export function Spectrum({
  values,
  title = t.compare.spectrum,
}: {
  values: Float32Array;
  title?: string;
}) {
  const highest = values[0] ?? 0;
  return (
    <figure class="spectrum">
      <figcaption class="quiet">
        {title}:{' '}
        <span class="figure">
          {number(highest)} … {number(values.at(-1) ?? 0)}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${values.length} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${Array.from(values, number).join(', ')}`}
      >
        {Array.from(values, (value, i) => {
          const height = highest > 0 ? (value / highest) * 100 : 0;
          return <rect key={i} x={i + 0.1} width={0.8} y={100 - height} height={height} />;
        })}
      </svg>
    </figure>
  );
}
