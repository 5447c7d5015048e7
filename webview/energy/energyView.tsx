/** Energy: the state as an image, E over the steps, overlaps with the stored patterns, the landscape, the next start. */
import { useEffect } from 'preact/hooks';
import { integer } from '../../src/core/draw/text';
import { run as runModel, trace } from '../state';
import { stepKey } from '../steps/keys';
import { goToStep, step } from '../steps/state';
import { Transport } from '../steps/transport';
import { t } from '../strings';
import { rulesToCompare } from './comparison';
import { ComparisonTable } from './comparisonTable';
import { EmptyEnergy } from './emptyEnergy';
import { EnergyLine } from './energyLine';
import { EnergyStatus } from './energyStatus';
import { FieldStrip } from './fieldStrip';
import { Landscape } from './landscape';
import { OverlapPanel } from './overlapPanel';
import { RetrievalPanel } from './retrievalPanel';
import { type EnergyRun, seriesOf } from './run';
import { StartPanel } from './startPanel';
import { binary, canRun, energyRun, retrieval, units } from './state';
import { PatternsPanel, StatePanel } from './statePanel';
import { VerdictLine } from './verdictLine';
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
  if (!run) return <EmptyEnergy />;
  const { overlaps } = run;
  const isCompared = canRun.value && binary.value && rulesToCompare().length > 0;
  return (
    <div class="energy">
      <VerdictLine run={run} />
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
      <EnergyStatus run={run} />
    </div>
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
