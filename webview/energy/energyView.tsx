/** Energy: the state as an image, E over the steps, overlaps with the stored patterns, the landscape, the next start. */
import { useEffect } from 'preact/hooks';
import { integer, number } from '../../src/core/draw/text';
import { describeState } from '../attention/statusLine';
import { help, run as runModel, running, runState, trace } from '../state';
import { stepKey } from '../steps/keys';
import { goToStep, step } from '../steps/state';
import { Transport } from '../steps/transport';
import { t } from '../strings';
import { ComparisonTable } from './comparisonTable';
import { EnergyLine } from './energyLine';
import { FieldStrip } from './fieldStrip';
import { Landscape } from './landscape';
import { OverlapPanel } from './overlapPanel';
import { RetrievalPanel } from './retrievalPanel';
import { type EnergyRun, seriesOf } from './run';
import { StartPanel } from './startPanel';
import { rulesToCompare } from './comparison';
import { binary, canRun, energyRun, grid, pointed, problem, retrieval, units } from './state';
import { PatternsPanel, StatePanel } from './statePanel';
import { useAt } from './useAt';
import { describeStep, settledAt } from './words';

/** Units up to which a network runs when it is first looked at. */
const mostAtOnce = 1024;
let hasStarted = false;

export function EnergyView() {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => {
    if (hasStarted || trace.peek() || !canRun.peek() || units.peek() > mostAtOnce) return;
    hasStarted = true;
    void runModel();
  }, [canRun.value]);
  const run = energyRun.value;
  if (!run) return <Empty />;
  const { overlaps } = run;
  const isCompared = canRun.value && binary.value && rulesToCompare().length > 0;
  return (
    <div class="energy">
      <Verdict run={run} />
      <div class="energy-panes">
        <div class="energy-column">
          <StatePanel run={run} />
          <PatternsPanel run={run} />
        </div>
        <div class="energy-column energy-middle">
          <section class="energy-curve" aria-label={t.energy.energy}>
            <h3>
              {t.energy.energy}
              <span>{legend(run)}</span>
            </h3>
            <p class="figure">{describeStep(run, step.value)}</p>
            <EnergyLine run={run} />
          </section>
          {seriesOf(run.trace, 'field') && <FieldStrip />}
          {seriesOf(run.trace, 'plane.path') && <Landscape run={run} />}
          {retrieval.value && <RetrievalPanel run={run} block={retrieval.value} />}
          {isCompared && <ComparisonTable />}
        </div>
        <div class="energy-column">
          {overlaps && <OverlapPanel run={run} overlaps={overlaps} />}
          {canRun.value && <StartPanel run={run} />}
        </div>
      </div>
      <Transport />
      <Status run={run} />
    </div>
  );
}

function Empty() {
  const isStarting = running.value || (trace.value !== undefined && problem.value === undefined);
  return (
    <div class="center">
      <div class="message">
        <Sketch />
        <h2>
          {problem.value !== undefined
            ? t.energy.failed
            : isStarting
              ? running.value
                ? t.energy.starting
                : t.energy.reading
              : t.energy.emptyTitle}
        </h2>
        {problem.value !== undefined && <p class="error-text">{problem.value}</p>}
        {!isStarting && problem.value === undefined && <p>{t.energy.empty}</p>}
        {canRun.value && !isStarting && (
          <button class="primary" onClick={() => void runModel()}>
            {t.energy.run}
          </button>
        )}
      </div>
    </div>
  );
}

/** A quiet sketch of what will be here: a descent into the lower of two valleys. */
function Sketch() {
  return (
    <svg class="sketch" viewBox="0 0 124 40" width="248" height="80" aria-hidden="true">
      <path d="M1 4C14 4 18 24 30 24S46 10 56 10 72 38 86 38 108 6 123 4" />
      <circle class="cell" cx="62" cy="12" r="2.5" />
      <circle class="cell" cx="72" cy="26" r="2.5" />
      <circle class="cell" cx="86" cy="36" r="3.5" />
    </svg>
  );
}

function Verdict({ run }: { run: EnergyRun }) {
  const { verdict } = run.trace;
  if (!verdict) return null;
  const icon = verdict.good ? 'pass' : 'info';
  return (
    <p class="energy-verdict" role="status">
      <span class={`codicon codicon-${icon}`} aria-hidden="true" />
      {verdict.text}
    </p>
  );
}

function legend(run: EnergyRun): string {
  const rest = settledAt(run);
  const flips = run.flipped?.reduce((sum, count) => sum + count, 0);
  return [
    ...(flips === undefined ? [] : [t.energy.ticks(integer(flips))]),
    ...(rest !== undefined && rest < run.energy.length - 1
      ? [t.energy.plateau(integer(rest))]
      : []),
    ...(run.level ? [t.energy.levels] : []),
  ].join(' · ');
}

function Status({ run }: { run: EnergyRun }) {
  const now = useAt('state').value;
  const field = useAt('field').value;
  const unit = pointed.value;
  const { columns } = grid.value;
  const value = unit === undefined ? undefined : now?.[unit];
  const h = unit === undefined ? undefined : field?.[unit];
  const told =
    unit === undefined || value === undefined
      ? describeStep(run, step.value)
      : [
          t.energy.unitIs(
            String(unit),
            String(Math.floor(unit / columns)),
            String(unit % columns),
            number(value),
          ),
          ...(h === undefined ? [] : [fieldWords(h, value)]),
        ].join(' · ');
  return (
    <footer class="status">
      <output class="value" aria-hidden="true">
        {told}
      </output>
      <span class="spoken" role="status" aria-live="polite">
        {told}
      </span>
      <span class="run-facts">{runState.value && describeState(runState.value)}</span>
      <button class="link" onClick={() => (help.value = !help.value)}>
        {t.attention.keys}
      </button>
    </footer>
  );
}

function fieldWords(h: number, value: number): string {
  return h * value < 0 ? t.energy.against(number(h)) : t.energy.fieldIs(number(h));
}

function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.defaultPrevented || target.matches('input, textarea, select')) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const isControl = target.matches('button, [role=tab], [role=slider], [role=application]');
  const go =
    by !== undefined && !isControl
      ? () => goToStep(step.peek() + by * (event.shiftKey ? 10 : 1))
      : event.key === 'd' && canRun.peek()
        ? () => document.querySelector<HTMLElement>('.energy canvas.board')?.focus()
        : stepKey(event);
  if (!go) return;
  event.preventDefault();
  go();
}
