/** Notifications about traces, several in a short time told as one. */
import type { BlockId, TraceChange } from '../core/trace/trace';
import type { TraceId } from '../protocol/engine';

export type TellTrace = (payload: { trace: TraceId; change: TraceChange }) => void;

/** Milliseconds between two notifications of one trace; the first is told at once. */
const pause = 16;

/** Returns what a trace's listener calls. */
export function batchChanges(trace: TraceId, tell: TellTrace): (change: TraceChange) => void {
  let blocks: BlockId[] = [];
  let series: string[] = [];
  let state: TraceChange['state'];
  let laidOut = false;
  let waiting = false;
  const flush = () => {
    waiting = false;
    if (blocks.length === 0 && series.length === 0 && !state) return;
    const change: TraceChange = {
      ...(blocks.length > 0 ? { blocks } : {}),
      ...(series.length > 0 ? { series } : {}),
      ...(state ? { state } : {}),
      ...(laidOut ? { laidOut } : {}),
    };
    blocks = [];
    series = [];
    state = undefined;
    laidOut = false;
    tell({ trace, change });
    waiting = true;
    setTimeout(flush, pause);
  };
  return (change) => {
    blocks.push(...(change.blocks ?? []));
    series.push(...(change.series ?? []));
    state = change.state ?? state;
    laidOut ||= change.laidOut ?? false;
    const ended = state !== undefined && state.kind !== 'running';
    if (!waiting || ended) flush();
  };
}
