/** What the memory view says while there is nothing to draw. */
import { run, running, runState, starting, summary, trace } from '../state';
import { t } from '../strings';

export function MemoryEmpty() {
  const recognition = summary.value?.recognition;
  const words = t.memory.empty;
  const isRunning = starting.value || runState.value?.kind === 'running';
  const state = runState.value;
  const problem = state?.kind === 'failed' ? state.message : undefined;
  return (
    <div class="center">
      <div class="message">
        <Sketch />
        {problem !== undefined ? (
          <p class="error-text" role="alert">
            {problem}
          </p>
        ) : (
          <h2>{isRunning ? words.running : trace.value ? words.none : words.title}</h2>
        )}
        {recognition?.kind === 'arrays' && !isRunning && (
          <>
            <p>{recognition.sentence}</p>
            {!trace.value && <p class="quiet">{words.advice}</p>}
            <button class="primary" disabled={running.value} onClick={() => void run()}>
              {words.run}
            </button>
          </>
        )}
      </div>
    </div>
  );
}

/** A quiet sketch of what will be here: a head that writes slot after slot, and one that reads them again. */
function Sketch() {
  const cells = Array.from({ length: 8 }, (_, i) => [
    [i * 8, i * 4],
    [(i + 9) * 8, i * 4],
  ]).flat() as [number, number][];
  return (
    <svg class="sketch" viewBox="-0.5 -0.5 137 33" width="274" height="66" aria-hidden="true">
      <rect width="136" height="32" />
      {cells.map(([x, y]) => (
        <rect key={`${x} ${y}`} class="cell" x={x} y={y} width="8" height="4" />
      ))}
    </svg>
  );
}
