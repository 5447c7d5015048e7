/** The check of all weights: its progress, what it found, and how norms change over depth. */
import { useEffect } from 'preact/hooks';
import { bytes, integer } from '../../src/core/draw/text';
import { summary } from '../state';
import { t } from '../strings';
import { DepthChart } from './depthChart';
import { Findings, Unreadable } from './findings';
import { cancel, checked, data, lines, problem, progress, refresh, reset, start } from './state';

export function HealthView() {
  const checkpoint = summary.value?.id;
  useEffect(() => {
    void refresh();
    return reset;
  }, [checkpoint]);
  const findings = data.value?.findings ?? [];
  const unreadable = data.value?.unreadable ?? [];
  return (
    <article class="health">
      <section>
        <h1>{t.health.title}</h1>
        <Progress />
      </section>
      {findings.length > 0 && <Findings findings={findings} />}
      {unreadable.length > 0 && <Unreadable tensors={unreadable} />}
      {lines.value.length > 0 && <DepthChart />}
    </article>
  );
}

/** Where the check stands, with the button that is of use then. */
function Progress() {
  const now = progress.value;
  const failure = problem.value ?? now?.problem;
  if (failure !== undefined) {
    return (
      <>
        <p class="error-text" role="alert">
          {failure}
        </p>
        <button class="primary" onClick={() => void start()}>
          {t.health.again}
        </button>
      </>
    );
  }
  if (!now) return null;
  const [done, all] = [bytes(now.bytesDone), bytes(now.bytesTotal)];
  switch (now.state) {
    case 'running':
      return (
        <div class="health-progress">
          <progress
            value={now.bytesDone}
            max={Math.max(1, now.bytesTotal)}
            aria-label={t.health.progressLabel}
          />
          <span class="figure">{t.health.progress(done, all)}</span>
          {now.rate > 0 && <span class="figure quiet">{t.health.rate(bytes(now.rate))}</span>}
          <button onClick={() => void cancel()}>{t.health.cancel}</button>
        </div>
      );
    case 'cancelled':
      return (
        <div class="health-progress">
          <span role="status">{t.health.cancelled(done, all)}</span>
          <button class="primary" onClick={() => void start()}>
            {t.health.goOn}
          </button>
        </div>
      );
    case 'done':
      return <p role="status">{verdict()}</p>;
    case 'idle':
    case 'failed':
      return (
        <>
          <p class="quiet">{t.health.about}</p>
          <button class="primary" onClick={() => void start()}>
            {t.health.start}
          </button>
        </>
      );
  }
}

function verdict(): string {
  const findings = data.value?.findings ?? [];
  const tensors = t.health.tensors(integer(checked.value));
  return findings.length === 0
    ? t.health.nothing(tensors)
    : t.health.found(integer(findings.length), tensors);
}
