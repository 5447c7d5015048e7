/** Heads from their weights alone: a grid of all, those that stand out, and the singular values of one. */
import { useEffect, useMemo } from 'preact/hooks';
import { measureNames, type Finding, type Measure } from '../../src/core/triage/findings';
import { circuits } from '../../src/core/triage/triage';
import { integer, number } from '../../src/core/draw/text';
import { Cells, Scale } from '../compare/cells';
import { Spectrum } from '../compare/detail';
import { summary } from '../state';
import { t } from '../strings';
import {
  cancel,
  chosen,
  findings,
  isLarge,
  isShown,
  layers,
  layout,
  measure,
  measures,
  problem,
  readLayers,
  running,
  showAttention,
} from './state';

export function TriageView() {
  const found = layout.value;
  useEffect(() => {
    if (!isLarge.value) void readLayers();
    // Heavy work stops when nobody looks any more.
    return cancel;
  }, [summary.value]);
  if (!found) return null;
  return (
    <article class="triage">
      <section class="triage-head">
        <h1>{t.triage.title}</h1>
        <p class="quiet">{t.triage.about}</p>
        {found.rotary && (
          <p>
            <span class="codicon codicon-info" aria-hidden="true" /> {t.triage.rotary}
          </p>
        )}
        {found.assumed !== undefined && (
          <p>
            <span class="codicon codicon-info" aria-hidden="true" />{' '}
            {t.triage.assumed(found.assumed)}
          </p>
        )}
        <Progress all={found.layers.length} />
      </section>
      {layers.value.length > 0 && (
        <div class="triage-split">
          <Grid />
          <div class="triage-side">
            <Head />
            <Findings />
          </div>
        </div>
      )}
    </article>
  );
}

function Progress({ all }: { all: number }) {
  const done = layers.value.length;
  const words = [integer(done), integer(all)] as const;
  if (problem.value !== undefined) {
    return (
      <p class="error-text" role="alert">
        {problem.value}
      </p>
    );
  }
  if (running.value) {
    return (
      <p class="triage-progress" role="status">
        <progress value={done} max={all} aria-label={t.triage.progress(...words)} />
        <span class="quiet figure">{t.triage.progress(...words)}</span>
        <button onClick={cancel}>{t.triage.cancel}</button>
      </p>
    );
  }
  if (done === all) return null;
  return (
    <p class="triage-progress">
      <span class="quiet">
        {done > 0 ? t.triage.cancelled(...words) : isLarge.value && t.triage.large(integer(all))}
      </span>
      <button class="primary" onClick={() => void readLayers()}>
        {done > 0 ? t.triage.goOn : t.triage.start}
      </button>
    </p>
  );
}

function Grid() {
  const [rows, columns] = [layout.value?.layers.length ?? 0, layout.value?.heads ?? 0];
  const name = measure.value;
  const { data, domain } = useMemo(() => {
    const cells = new Float32Array(rows * columns).fill(NaN);
    measures.value.forEach((heads, layer) =>
      heads.forEach((head, at) => (cells[layer * columns + at] = head[name])),
    );
    const known = cells.filter((value) => !Number.isNaN(value));
    return { data: cells, domain: { low: Math.min(...known), high: Math.max(...known) } };
  }, [rows, columns, name, measures.value]);
  const at = chosen.value;
  const value = at && measures.value[at.layer]?.[at.head]?.[name];
  return (
    <section class="triage-grid">
      <label class="choice">
        <span>{t.triage.measure}</span>
        <select
          value={name}
          onChange={(event) => (measure.value = event.currentTarget.value as Measure)}
        >
          {measureNames.map((each) => (
            <option key={each} value={each}>
              {t.triage.measures[each]}
            </option>
          ))}
        </select>
      </label>
      <p class="compare-status" role="status">
        <Scale map="viridis" domain={domain} />
        <span class="figure">
          {at &&
            `${t.triage.head(at.layer, at.head)} · ${value === undefined ? '…' : number(value)}`}
        </span>
      </p>
      <Cells
        rows={rows}
        columns={columns}
        data={data}
        map="viridis"
        domain={domain}
        largest={28}
        numbered
        blank
        label={t.triage.grid(integer(rows), integer(columns))}
        cursor={at && { row: at.layer, column: at.head }}
        onCursor={({ row, column }) => (chosen.value = { layer: row, head: column })}
        onOpen={({ row, column }) => showAttention(row, column)}
      />
    </section>
  );
}

/** The head that was chosen: spectra of both circuits. */
function Head() {
  const at = chosen.value;
  if (!at) return <p class="quiet">{t.triage.choose}</p>;
  const triage = layers.value[at.layer];
  const found = measures.value[at.layer]?.[at.head];
  const heads = layout.value?.layers[at.layer]?.query.heads ?? 0;
  return (
    <section>
      <h2 class="triage-title">
        {t.triage.head(at.layer, at.head)}
        {isShown.value && (
          <button class="link" onClick={() => showAttention(at.layer, at.head)}>
            {t.triage.attention}
          </button>
        )}
      </h2>
      <p class="quiet">{layout.value?.layers[at.layer]?.name}</p>
      {!triage || !found ? (
        <p class="quiet">{t.triage.waiting}</p>
      ) : (
        circuits.map((circuit) => {
          const { spectra } = triage[circuit];
          const size = spectra.length / heads;
          const values = spectra.subarray(at.head * size, (at.head + 1) * size);
          const [rank, norm] = [found[`${circuit}Rank`], found[`${circuit}Norm`]];
          return (
            <div key={circuit}>
              <Spectrum values={values} title={t.triage.circuits[circuit]} />
              <p class="figure">
                {t.triage.rank(number(rank), integer(size))} · {t.triage.norm(number(norm))}
              </p>
            </div>
          );
        })
      )}
    </section>
  );
}

/** Findings beyond this number are no findings any more. */
const mostListed = 200;

function Findings() {
  const found = findings.value;
  return (
    <section>
      <h2>{t.triage.findings}</h2>
      {found.length === 0 ? (
        <p class="quiet">{t.triage.none}</p>
      ) : (
        <ol class="triage-findings">
          {found.slice(0, mostListed).map((finding) => (
            <li key={JSON.stringify(finding)}>
              <button
                class="link"
                onClick={() => (chosen.value = { layer: finding.layer, head: finding.head })}
              >
                {text(finding)}
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function text(finding: Finding): string {
  const head = t.triage.head(finding.layer, finding.head);
  if (finding.kind === 'dead') return t.triage.dead(head, number(finding.share));
  const circuit = t.triage.circuits[finding.circuit];
  return t.triage.alike(head, finding.other, circuit, number(finding.cosine));
}
