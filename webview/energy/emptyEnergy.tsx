/** What the energy view says while there is no run to draw. */
import { run as runModel, running, trace } from '../state';
import { t } from '../strings';
import { canRun, problem } from './state';

export function EmptyEnergy() {
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
