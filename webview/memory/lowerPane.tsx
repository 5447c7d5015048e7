/** Below the memory: how a head addressed it, or the whole run as equations. */
import { kept } from '../state';
import { t } from '../strings';
import { Addressing, HeadSwitch } from './addressing';
import { Program } from './program';
import { memoryHeads } from './state';

const chosen = kept<'addressing' | 'program'>('memory.lower', 'addressing');

export function LowerPane() {
  const words = t.memory;
  const hasHeads = memoryHeads.value.length > 0;
  const now = hasHeads ? chosen.value : 'program';
  const tabs = hasHeads ? (['addressing', 'program'] as const) : (['program'] as const);
  return (
    <section class="addressing" aria-label={words[now]}>
      <div class="pane-bar">
        <div class="switch" role="tablist" aria-label={words.lower}>
          {tabs.map((one) => (
            <button
              key={one}
              role="tab"
              aria-selected={now === one}
              onClick={() => (chosen.value = one)}
            >
              {words[one]}
            </button>
          ))}
        </div>
        {now === 'addressing' && <HeadSwitch />}
      </div>
      {now === 'addressing' ? <Addressing /> : <Program />}
    </section>
  );
}
