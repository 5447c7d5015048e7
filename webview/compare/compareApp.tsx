/** The page of a comparison: summary, changes by block, the list of tensors and the one in view. */
import { integer, number } from '../../src/core/draw/text';
import { t } from '../strings';
import { CompareTable } from './compareTable';
import { Detail } from './detail';
import {
  blocks,
  cancel,
  comparison,
  counts,
  failure,
  filter,
  goOn,
  host,
  outcomes,
  running,
  selected,
  stale,
  start,
  summary,
} from './state';

export function CompareApp() {
  const data = comparison.value;
  if (failure.value !== undefined) {
    return (
      <main class="center">
        <div class="message">
          <h1>{t.compare.failed}</h1>
          <p class="error-text" role="alert">
            {failure.value}
          </p>
          <button class="primary" onClick={() => void start()}>
            {t.compare.again}
          </button>
        </div>
      </main>
    );
  }
  if (!data) return <main class="center quiet">{t.compare.reading}</main>;
  return (
    <>
      <Bar />
      {stale.value !== undefined && (
        <div class="banner error" role="alert">
          <span class="codicon codicon-error" aria-hidden="true" />
          <span class="banner-text">
            {stale.value} {t.compare.stale}
          </span>
          <button onClick={() => void start()}>{t.compare.again}</button>
        </div>
      )}
      {data.rows.length === 0 ? (
        <main class="center quiet">{t.compare.empty}</main>
      ) : (
        <main class="compare">
          <section class="compare-head">
            <h1 aria-live={running.value ? 'off' : 'polite'}>
              {outcomes.value.length > 0 ? summary.value : ' '}
            </h1>
            {data.warnings.map((warning) => (
              <p key={warning} class="warnings">
                <span class="codicon codicon-warning" aria-hidden="true" /> {warning}
              </p>
            ))}
            <Chart />
          </section>
          <div class="compare-split">
            <div class="compare-list">
              <Kinds />
              <CompareTable />
            </div>
            <Detail />
          </div>
        </main>
      )}
    </>
  );
}

/** The two files, and how far the comparison is. */
function Bar() {
  const data = comparison.value;
  if (!data) return null;
  const [done, all] = [outcomes.value.length, data.rows.length];
  const words = [integer(done), integer(all)] as const;
  return (
    <header class="top-bar compare-bar">
      {(['a', 'b'] as const).map((side) => (
        <span key={side} class="compare-file">
          <b>{side === 'a' ? t.compare.from : t.compare.to}</b>
          <button
            class="link"
            title={t.compare.open(data[side].name)}
            onClick={() => void host.call('openSide', { side }).catch(() => undefined)}
          >
            {data[side].name}
          </button>
          <span class="quiet">{data[side].format}</span>
        </span>
      ))}
      <span class="compare-progress" role="status">
        {running.value ? (
          <>
            <progress value={done} max={all} aria-label={t.compare.progress(...words)} />
            <span class="quiet figure">{t.compare.progress(...words)}</span>
            <button onClick={cancel}>{t.compare.cancel}</button>
          </>
        ) : (
          done < all &&
          stale.value === undefined && (
            <>
              <span class="quiet">{t.compare.cancelled(...words)}</span>
              <button onClick={() => void goOn()}>{t.compare.goOn}</button>
            </>
          )
        )}
      </span>
    </header>
  );
}

/** Which kinds of change there are; a press shows one of them. */
function Kinds() {
  const all = outcomes.value.length;
  return (
    <div class="switch compare-kinds" role="group" aria-label={t.compare.filter}>
      <button aria-pressed={filter.value === undefined} onClick={() => (filter.value = undefined)}>
        {t.compare.all} <span class="figure">{integer(all)}</span>
      </button>
      {counts.value.map(([kind, count]) => (
        <button
          key={kind}
          aria-pressed={filter.value === kind}
          onClick={() => (filter.value = filter.value === kind ? undefined : kind)}
        >
          {t.compare.kinds[kind]} <span class="figure">{integer(count)}</span>
        </button>
      ))}
    </div>
  );
}

/** CSS pixels of the highest bar. */
const barHeight = 60;

/** One bar per block; a bar leads to the tensor that changed most. */
function Chart() {
  const bars = blocks.value;
  const highest = bars.reduce((most, [, { relative }]) => Math.max(most, relative), 0);
  if (bars.length < 2 || highest === 0) return null;
  const at = Math.max(
    0,
    bars.findIndex(([, { index }]) => index === selected.value),
  );
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const bar = (event.currentTarget as HTMLElement).children[at + by];
    if (bar instanceof HTMLElement) {
      bar.focus();
      bar.click();
    }
  };
  return (
    <figure class="compare-chart">
      <figcaption class="quiet">
        {t.compare.chart}: <span class="figure">0 … {number(highest)}</span>
      </figcaption>
      <div class="bars" role="group" aria-label={t.compare.chart} onKeyDown={move}>
        {bars.map(([block, { relative, index, row }], i) => {
          const words = t.compare.bar(String(block), number(relative));
          return (
            <button
              key={block}
              tabIndex={i === at ? 0 : -1}
              aria-label={words}
              aria-pressed={index === selected.value}
              title={`${words}\n${row.name}`}
              onClick={() => (selected.value = index)}
            >
              <i style={{ height: `${(relative / highest) * barHeight}px` }} />
              <small class="figure">{block}</small>
            </button>
          );
        })}
      </div>
    </figure>
  );
}
