/** The debug session of this panel, as signals. */
import { computed, effect, signal } from '@preact/signals';
import type { Operation } from '../../src/core/trace/live';
import type { SessionChange, SessionState } from '../../src/protocol/session';
import { host } from '../host';
import { kept, report, summary, take, view } from '../state';
import { goToStep, step as shownStep, stepCount } from '../steps/state';
import { isPast, look, looked } from '../weights/state';
import { rowOf } from './frameRows';

export const session = signal<SessionState | undefined>(undefined);
/** While a program is debugged, VS Code's debugger is that program's. */
export const mayReplay = computed(
  () => session.value === undefined || session.value.state === 'ended',
);
effect(() => void (isPast.value = (session.value?.state ?? 'stopped') !== 'stopped'));
/** Whether the page was there before, and goes on with the view that it had. */
const isKnown = kept('session.isKnown', false);
const shownBefore = kept('session.shown', 0);
/** CSS pixels by which the list of arrays is scrolled. */
export const scrolled = kept('session.scrolled', 0);
/** The operation that is looked at; undefined: the newest. */
const chosen = signal<number | undefined>(undefined);

export const current = computed<Operation | undefined>(() => {
  const operations = session.value?.operations ?? [];
  return operations.find(({ id }) => id === chosen.value) ?? operations.at(-1);
});

/** The newest step is in view as the recording grows, until the person looks back, and again from the next stop on. */
let stepsSeen = 0;
let hasGoneOn = false;
effect(() => {
  const { value: count } = stepCount;
  const isNewest = hasGoneOn || shownStep.peek() >= stepsSeen - 1;
  if (session.peek() && isNewest) goToStep(count - 1, false);
  if (count > stepsSeen) hasGoneOn = false;
  stepsSeen = count;
});

/** Asks for the session of this panel, where it is one, and follows it from then on. */
export async function followSession(): Promise<void> {
  if (!summary.value?.session) return;
  /** Those that come before the answer. */
  const early: SessionChange[] = [];
  const apply = (change: SessionChange): void => {
    applyChange(change);
    if (change.trace && change.added) take(change.trace);
  };
  host.on('sessionChanged', (change) => (session.value ? apply(change) : early.push(change)));
  try {
    session.value = await host.call('session', {});
    if (session.value?.trace) take(session.value.trace);
    for (const change of early) apply(change);
    takeFrame();
    if (!isKnown.value) {
      view.value = 'frame';
      // What was recorded before the panel was opened is seen from where the program stands.
      goToStep(stepCount.peek() - 1, false);
    }
    isKnown.value = true;
    openShown(shownBefore.value);
  } catch (error) {
    report(error);
  }
}

function applyChange({ added, ...change }: SessionChange): void {
  const now = session.value;
  if (!now) return;
  const operations = added
    ? [...now.operations.slice(0, added.from), ...added.operations]
    : now.operations;
  session.value = { ...now, ...change, operations };
  if (now.state === 'running' && session.value.state === 'stopped') {
    hasGoneOn = true;
    chosen.value = undefined;
  }
  if (change.frame && change.frame.moment !== now.frame?.moment) takeFrame();
  openShown(now.shown?.count);
}

/** The arrays of the frame are what the weights view looks at; another moment is another checkpoint to it. */
function takeFrame(): void {
  const { frame } = session.value ?? {};
  if (!frame || !summary.value) return;
  const tensors = frame.tensors.flatMap((tensor) => rowOf(tensor) ?? []);
  summary.value = { ...summary.value, id: frame.moment, tensors };
}

/** What the person has asked to see since they asked for the `count`th. */
function openShown(count = 0): void {
  const { shown } = session.value ?? {};
  if (!shown || shown.count === count) return;
  shownBefore.value = shown.count;
  look({ tensor: shown.name });
  view.value = 'frame';
}

/** Opens an array of the frame beside the table, or closes it where it is open. */
export function toggleTensor(name: string): void {
  look(looked.value?.tensor === name ? null : { tensor: name });
}

/** Has an expression evaluated at every stop, or no longer. */
export async function pin(expression: string, pinned: boolean): Promise<void> {
  await host.call('pinExpression', { expression, pinned }).catch(report);
}

/** Goes to an operation and shows its line in the code. */
export function choose(operation: Operation): void {
  chosen.value = operation.id;
  void host.call('showOperation', { id: operation.id }).catch(report);
}

/** The memory event at which an operation stopped the program, in words; undefined where none did, or it has been changed since. */
export const stoppedAt = ({ stopped }: Operation): string | undefined =>
  stopped === undefined ? undefined : session.value?.events?.[stopped];

export const addMemoryEvent = (): void => void host.call('addMemoryEvent', {}).catch(report);
export const continueToNext = (): void => void host.call('continueToNext', {}).catch(report);

/** The operation so many after (before, where negative) the one that is looked at, or the last one that there is. */
export function step(by: number): void {
  const operations = session.value?.operations ?? [];
  const at = operations.findIndex((one) => one === current.value);
  const next = operations[Math.max(0, Math.min(operations.length - 1, at + by))];
  if (next) choose(next);
}
