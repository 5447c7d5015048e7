/** Where the run ended, in words, and what can be saved of it. */
import { energySvg } from '../../src/core/draw/energySvg';
import { energyPicture } from '../../src/core/trace/energyPicture';
import { saveTrace } from '../attention/exporting';
import { host } from '../host';
import { Popover } from '../popover';
import { report } from '../state';
import { t } from '../strings';
import { verdictWords } from '../verdictWords';
import type { EnergyRun } from './run';

export function VerdictLine({ run }: { run: EnergyRun }) {
  const { verdict, model } = run.trace;
  return (
    <div class="energy-verdict">
      {verdict && (
        <span class={`codicon codicon-${verdict.good ? 'pass' : 'info'}`} aria-hidden="true" />
      )}
      <span role="status">{verdict ? verdictWords(verdict) : model.sentence}</span>
      <Popover label={t.exporting.title} menu>
        <button role="menuitem" onClick={() => void saveDrawing(run)}>
          {t.exporting.svg}
        </button>
        <button role="menuitem" onClick={() => void saveTrace()}>
          {t.exporting.trace}
        </button>
      </Popover>
    </div>
  );
}

async function saveDrawing({ trace: drawn }: EnergyRun): Promise<void> {
  try {
    const picture = await energyPicture(drawn);
    if (picture) await host.call('saveFile', { name: 'energy.svg', text: energySvg(picture) });
  } catch (error) {
    report(error);
  }
}
