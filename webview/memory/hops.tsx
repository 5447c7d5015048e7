/** A memory network: sentences down, hops across, the weight as a bar; then the likeliest answers. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { integer, number } from '../../src/core/draw/text';
import type { AccessBlock } from '../../src/core/trace/trace';
import { mostSeriesValues } from '../../src/protocol/memory';
import { report, trace } from '../state';
import { t } from '../strings';

/** Rows that are written out. */
const mostRows = 500;
const mostAnswers = 8;

export function Hops({ block }: { readonly block: AccessBlock }) {
  const rows = useSignal<readonly Float32Array[]>([]);
  const hops = block.rows.length;
  useEffect(() => {
    let isLatest = true;
    rows.value = [];
    Promise.all(Array.from({ length: hops }, (_, hop) => block.weighting.row(hop))).then(
      (found) => isLatest && (rows.value = found),
      report,
    );
    return () => {
      isLatest = false;
    };
  }, [block]);
  const weights = rows.value;
  const sentences = Math.min(mostRows, block.columns.length);
  const best = weights.map((row) =>
    row.reduce((peak, one, at) => (one > row[peak]! ? at : peak), 0),
  );
  const words = t.memory;
  return (
    <section class="hops" aria-label={words.hops}>
      <table>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {words.sentence}
            </th>
            {weights.map((_, hop) => (
              <th key={hop} scope="col">
                {words.hop(integer(hop + 1))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: sentences }, (_, place) => (
            <tr key={place} class={best.at(-1) === place ? 'supporting' : ''}>
              <td class="figure quiet">{place}</td>
              <th scope="row">
                {block.columns.label(place)}
                {best.at(-1) === place && <span class="quiet"> ◂ {words.supporting}</span>}
              </th>
              {weights.map((row, hop) => (
                <td key={hop} class={`hop-weight ${best[hop] === place ? 'best' : ''}`}>
                  <Weight weight={row[place]!} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {block.columns.length > mostRows && (
        <p class="quiet">{words.firstRows(integer(mostRows), integer(block.columns.length))}</p>
      )}
      <Answers />
    </section>
  );
}

/** A bar of 0 … 1, and the number. */
function Weight({ weight }: { readonly weight: number }) {
  return (
    <span>
      <i style={{ width: `${100 * Math.max(0, Math.min(1, weight))}%` }} />
      <span class="figure">{number(weight)}</span>
    </span>
  );
}

/** The likeliest words of the answer. */
function Answers() {
  const logits = trace.value?.series.find(({ name }) => name === 'output.logits');
  const values = useSignal<Float32Array | undefined>(undefined);
  useEffect(() => {
    let isLatest = true;
    values.value = undefined;
    const count = logits?.shape[0] ?? 0;
    if (!logits || count === 0 || count > mostSeriesValues) return undefined;
    logits.at(logits.steps.length - 1).then((found) => isLatest && (values.value = found), report);
    return () => {
      isLatest = false;
    };
  }, [logits]);
  const all = values.value;
  if (!all) return null;
  const most = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = all.reduce((total, one) => total + Math.exp(one - most), 0);
  const likeliest = Array.from(all, (one, id) => ({ id, share: Math.exp(one - most) / sum }))
    .sort((a, b) => b.share - a.share)
    .slice(0, mostAnswers);
  return (
    <>
      <h2>{t.memory.answer}</h2>
      <table class="answers">
        <tbody>
          {likeliest.map(({ id, share }) => (
            <tr key={id}>
              <th scope="row" class="figure">
                {wordOf(id)}
              </th>
              <td class="hop-weight">
                <Weight weight={share} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The word of an id, where the trace says it. */
function wordOf(id: number): string {
  const words = trace.value?.axes.find(({ id: axis }) => axis.startsWith('words.'));
  return words && id < words.length ? words.label(id) : String(id);
}
