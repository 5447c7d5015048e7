/** Memory: what was written where and when, what was read, how each head came there. */
import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isHops } from '../kinds';
import { Popover } from '../popover';
import { runState, summary, trace } from '../state';
import { stepCount } from '../steps/state';
import { Transport } from '../steps/transport';
import { t } from '../strings';
import { factWords } from '../factWords';
import { verdictWords } from '../verdictWords';
import { saveTrace } from '../attention/exporting';
import { saveStripsPng, saveStripsSvg } from './exporting';
import { Hops } from './hops';
import { onKey } from './keys';
import './liveCode';
import { LowerPane } from './lowerPane';
import { MatrixPane, memorySeries } from './matrixPane';
import { MemoryEmpty } from './memoryEmpty';
import { Search } from './search';
import { length, memoryHeads, unitOrder } from './state';
import { MemoryStatus } from './statusLine';
import { isShown, placed, strips } from './stripLayout';
import { Strips, switchStrip } from './strips';
import { titleOf } from './stripLabels';

export function MemoryView() {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  useSignalEffect(() => {
    stepCount.value = length.value;
  });
  if (!summary.value) return null;
  const current = trace.value;
  const hops = current?.blocks.find(isHops);
  const hasStrips = placed.value.length > 0 && (hops === undefined || memoryHeads.value.length > 0);
  if (!current || (!hops && strips.value.length === 0 && !memorySeries())) return <MemoryEmpty />;
  const hasPane = !hops && (memorySeries() !== undefined || memoryHeads.value.length > 0);
  return (
    <div class="memory">
      <Verdict />
      {hops && <Hops block={hops} />}
      {(hasStrips || !hops) && (
        <div class={`memory-panes ${hasPane ? '' : 'alone'}`}>
          <div class="memory-left">
            <Strips />
          </div>
          {hasPane && (
            <div class="memory-right">
              <MatrixPane />
              <LowerPane />
            </div>
          )}
        </div>
      )}
      {!hops && (
        <Transport>
          <Search />
          <StripOptions />
          <ExportStrips />
        </Transport>
      )}
      <MemoryStatus state={runState.value} hasSteps={!hops} />
    </div>
  );
}

/** Whether the run did its task, and what was found about the model on the way. */
function Verdict() {
  const verdict = trace.value?.verdict;
  const known = summary.value?.recognition;
  const before = new Set(known && 'facts' in known ? known.facts.map(([name]) => name) : []);
  // What the checkpoint already said is on the model's page.
  const facts = trace.value?.model.facts?.filter(([name]) => !before.has(name)) ?? [];
  if (!verdict && facts.length === 0) return null;
  return (
    <div class="verdict">
      {verdict && (
        <p class={verdict.good ? 'good' : 'bad'} role="status">
          <span class={`codicon codicon-${verdict.good ? 'pass' : 'error'}`} aria-hidden="true" />{' '}
          {verdictWords(verdict)}
        </p>
      )}
      {facts.map(([name, value]) => (
        <p key={name} class="quiet" title={factWords(value)}>
          {t.memory.facts[name] ?? name}: <span class="figure">{factWords(value)}</span>
        </p>
      ))}
    </div>
  );
}

function ExportStrips() {
  const words = t.exporting;
  return (
    <Popover label={words.title} menu>
      <button role="menuitem" onClick={() => void saveStripsPng()}>
        {words.png}
      </button>
      <button role="menuitem" onClick={() => void saveStripsSvg()}>
        {words.svg}
      </button>
      <button role="menuitem" onClick={() => void saveTrace()}>
        {words.trace}
      </button>
    </Popover>
  );
}

function StripOptions() {
  const words = t.memory;
  const hasUnits = strips.value.some(({ role }) => role === 'gate');
  return (
    <Popover label={words.options}>
      {hasUnits && (
        <label class="choice">
          <span>{words.unitOrder}</span>
          <select
            value={unitOrder.value}
            onChange={(event) =>
              (unitOrder.value = event.currentTarget.value as typeof unitOrder.value)
            }
          >
            {(['stored', 'peak'] as const).map((one) => (
              <option key={one} value={one}>
                {words.unitOrders[one]}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="strip-switches" role="group" aria-label={words.options}>
        {strips.value.map((strip) => (
          <label key={strip.id} class="switch-line">
            <input
              type="checkbox"
              checked={isShown(strip)}
              onChange={(event) => switchStrip(strip.id, event.currentTarget.checked)}
            />
            <span>
              {titleOf(strip)} <small class="figure">{strip.name}</small>
            </span>
          </label>
        ))}
      </div>
    </Popover>
  );
}
