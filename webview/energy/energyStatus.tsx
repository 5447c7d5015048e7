/** The step in words, or the unit under the pointer; the same is read to those who listen. */
import { number } from '../../src/core/draw/text';
import { describeState } from '../attention/statusLine';
import { help, runState } from '../state';
import { step } from '../steps/state';
import { t } from '../strings';
import type { EnergyRun } from './run';
import { grid, pointed } from './state';
import { useAt } from './useAt';
import { describeStep } from './words';

export function EnergyStatus({ run }: { run: EnergyRun }) {
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
