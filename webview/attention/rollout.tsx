/** Heads, or what all of them together pass on: the rollout, a trace of its own made from the one that is shown. */
import { signal } from '@preact/signals';
import { selfLayers } from '../../src/core/trace/rollout';
import type { TraceId } from '../../src/protocol/engine';
import { host } from '../host';
import { block, report, selectHead, selection, summary, take, trace } from '../state';
import { t } from '../strings';

/** The rollout that was made last, and of which trace. */
const made = signal<{ readonly id: TraceId; readonly of: TraceId } | undefined>(undefined);

export const isRollout = (): boolean =>
  made.value !== undefined && trace.value?.id === made.value.id;

/** One layer of attention is its own rollout. */
function isPossible(): boolean {
  if (!trace.value || summary.value?.session) return false;
  return selfLayers(trace.value.blocks).length > 1;
}

async function showRollout(): Promise<void> {
  const of = trace.value?.id;
  if (of === undefined || isRollout()) return;
  if (made.value?.of === of) return show(await host.call('describe', { trace: made.value.id }));
  const data = await host.call('rollout', { trace: of });
  made.value = { id: data.id, of };
  show(data);
}

async function showHeads(): Promise<void> {
  if (made.value && isRollout()) show(await host.call('describe', { trace: made.value.of }));
}

/** The layer and the query in front stay there. */
function show(data: Parameters<typeof take>[0]): void {
  const layer = block.value?.layer;
  const { query, key } = selection.value;
  take(data);
  const found = trace.value?.blocks.find((one) => layer !== undefined && one.layer === layer);
  if (!found) return;
  selection.value = { ...(query !== undefined && { query }), ...(key !== undefined && { key }) };
  selectHead(found);
}

export function RolloutSwitch() {
  const shown = isRollout();
  if (!shown && !isPossible()) return null;
  const words = t.attention.rollout;
  return (
    <div class="switch" role="tablist" aria-label={words.label}>
      <button role="tab" aria-selected={!shown} onClick={() => void showHeads().catch(report)}>
        {words.weights}
      </button>
      <button
        role="tab"
        aria-selected={shown}
        title={words.says}
        onClick={() => void showRollout().catch(report)}
      >
        {words.rollout}
      </button>
    </div>
  );
}

/** What the picture is, while it is the rollout. */
export function RolloutNote() {
  return isRollout() ? <p class="quiet note">{t.attention.rollout.says}</p> : null;
}
