/** The step that every view of a run over time shows, and the ways to another one. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { TraceEvent } from '../../src/core/trace/trace';
import type { ReplayPlace } from '../../src/protocol/replay';
import { host } from '../host';
import { kept, report, trace } from '../state';

const chosen = kept<number>('steps.step', 0);
/** How many steps there are; the view that shows them says so. */
export const stepCount = signal(0);
/** The step in view, inside the trace. */
export const step = computed(() => Math.max(0, Math.min(stepCount.value - 1, chosen.value)));
export const playing = signal(false);
/** The trace is stepped through in the debugger, which the scrubber then moves; `ended` until another step is looked at. */
export const replay = signal<'none' | 'running' | 'ended'>('none');
export const replaying = computed(() => replay.value === 'running');
/** The line on which the debugger stands. */
export const place = signal<ReplayPlace | undefined>(undefined);

/** Seconds that playing a whole trace takes, and the fewest and most steps a second. */
const playSeconds = 12;
const slowest = 4;
const fastest = 120;

/** Milliseconds without another step after which the debugger follows; it takes the keyboard for a moment. */
const seekDelay = 250;

let sought: number | undefined;
let isSeeking = false;
let seekTimer = 0;

const walkers: ((step: number) => void)[] = [];

/** Calls back whenever a person goes to another step; not when the debugger does. */
export function whenWalked(callback: (step: number) => void): void {
  walkers.push(callback);
}

/** Shows a step; one outside the trace is the nearest inside. `byPerson`: not because the recording has grown. */
export function goToStep(to: number, byPerson = true): void {
  const inside = Math.max(0, Math.min(stepCount.peek() - 1, Math.round(to)));
  if (inside === chosen.peek()) return;
  chosen.value = inside;
  if (byPerson && !playing.peek()) for (const walked of walkers) walked(inside);
  if (!replaying.peek()) {
    replay.value = 'none';
    return;
  }
  sought = inside;
  clearTimeout(seekTimer);
  seekTimer = window.setTimeout(() => void seek(), seekDelay);
}

/** Only the newest place counts while the debugger is on its way. */
async function seek(): Promise<void> {
  if (isSeeking) return;
  isSeeking = true;
  try {
    while (sought !== undefined) {
      const id = trace.peek()?.id;
      const next = sought;
      sought = undefined;
      if (id === undefined) break;
      if (!(await host.call('seekReplay', { trace: id, step: next }))) leave('ended');
    }
  } catch (error) {
    leave('ended');
    report(error);
  } finally {
    isSeeking = false;
  }
}

/** Steps through the trace in the debugger, from the step in view on; where it is there already, ends that. */
export async function toggleReplay(): Promise<void> {
  const id = trace.peek()?.id;
  if (id === undefined) return;
  try {
    playing.value = false;
    if (replaying.peek()) await host.call('stopReplay', { trace: id });
    else if (await host.call('startReplay', { trace: id, step: step.peek() })) {
      replay.value = 'running';
    }
  } catch (error) {
    report(error);
  }
}

function leave(as: 'none' | 'ended'): void {
  replay.value = as;
  place.value = undefined;
}

// The debugger's own buttons move the step as well.
host.on('replayMoved', (to) => {
  if (trace.peek()?.id !== to.trace) return;
  batch(() => {
    replay.value = 'running';
    place.value = to;
    if (sought === undefined && !isSeeking) chosen.value = to.step;
  });
});
host.on('replayEnded', ({ trace: id }) => {
  if (trace.peek()?.id === id) leave('ended');
});
trace.subscribe(() => {
  playing.value = false;
  leave('none');
});

/** Plays on from here, or from the start where this is the end; stops where it plays. */
export function togglePlay(): void {
  if (!playing.peek() && step.peek() === stepCount.peek() - 1) goToStep(0);
  playing.value = !playing.peek() && stepCount.peek() > 1;
}

/** How many steps there were. */
let before = 0;
// A debugged program goes on: who looked at its newest step still does.
stepCount.subscribe((count) => {
  const wasLast = before > 0 && chosen.peek() >= before - 1;
  if (wasLast && count > before && trace.peek()?.source === 'session') chosen.value = count - 1;
  before = count;
});

effect(() => {
  if (!playing.value) return undefined;
  const perSecond = Math.max(slowest, Math.min(fastest, stepCount.value / playSeconds));
  const from = step.peek();
  const started = performance.now();
  let request = requestAnimationFrame(function next(now: number): void {
    goToStep(from + Math.floor(((now - started) / 1000) * perSecond));
    if (step.peek() >= stepCount.peek() - 1) playing.value = false;
    else request = requestAnimationFrame(next);
  });
  return () => cancelAnimationFrame(request);
});

/** The first step with an event after this one (1), or the last before it (-1). */
export function eventBeyond(
  events: readonly Pick<TraceEvent, 'step'>[],
  from: number,
  by: -1 | 1,
): number | undefined {
  const beyond = events.map((event) => event.step).filter((at) => (at - from) * by > 0);
  if (beyond.length === 0) return undefined;
  return by > 0 ? Math.min(...beyond) : Math.max(...beyond);
}
