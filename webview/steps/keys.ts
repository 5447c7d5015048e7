/** The keys that every view of a run over time has. */
import { help, trace } from '../state';
import { eventBeyond, goToStep, step, stepCount, togglePlay } from './state';

const far = 10;

/** What a key does; undefined for keys that the transport has no use for. */
export function stepKey(event: KeyboardEvent): (() => void) | undefined {
  const target = event.target as HTMLElement;
  if (target.matches('input:not([type=range]), textarea, select')) return undefined;
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  // Sliders move to their own ends.
  if (target.matches('input') && /^(Home|End|Page)/.test(event.key)) return undefined;
  const by = event.shiftKey ? far : 1;
  switch (event.key) {
    case ',':
    case '<':
      return () => goToStep(step.peek() - by);
    case '.':
    case '>':
      return () => goToStep(step.peek() + by);
    case 'PageUp':
      return () => goToStep(step.peek() - far);
    case 'PageDown':
      return () => goToStep(step.peek() + far);
    case 'Home':
      return () => goToStep(0);
    case 'End':
      return () => goToStep(stepCount.peek() - 1);
    case 'n':
    case 'N':
      return () => goToEvent(event.key === 'n' ? 1 : -1);
    case '?':
      return () => (help.value = !help.value);
    case ' ':
      // Buttons are pressed with it.
      return target.matches('button, summary, [role=slider]') ? undefined : togglePlay;
    default:
      return undefined;
  }
}

/** Goes to the event after this step, or to the one before it. */
export function goToEvent(by: -1 | 1): void {
  const to = eventBeyond(trace.peek()?.events ?? [], step.peek(), by);
  if (to !== undefined) goToStep(to);
}
