/** The tensor in view: its numbers, and where it changed. */
import { integer, number, tick } from '../../src/core/draw/text';
import type { ComparedRow } from '../../src/protocol/compare';
import { t } from '../strings';
import { bothShapes, dtypeText } from './compareTable';
import { DifferenceMap } from './differenceMap';
import { comparison, type Line, outcomes, selected } from './state';

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

function Difference({ line: { index, row, outcome } }: { line: Line }) {
  const why = noPicture({ index, row, ...(outcome && { outcome }) });
  if (why !== undefined) return <p class="quiet">{why}</p>;
  const shape = row.a?.shape ?? [];
  return <DifferenceMap row={index} shape={shape} largest={outcome?.figures?.largest ?? 0} />;
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
