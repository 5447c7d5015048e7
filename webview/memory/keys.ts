/** The keyboard of the memory view. */
import { host } from '../host';
import { session } from '../session/state';
import { help, report, runError, trace } from '../state';
import { stepKey } from '../steps/keys';
import { goToStep, step } from '../steps/state';
import { t } from '../strings';
import { rowOf, slotAt } from './crop';
import { operationAt } from './operationAt';
import {
  chooseHead,
  head,
  matrixKind,
  memoryHeads,
  panSteps,
  slot,
  span,
  unit,
  zoomSteps,
} from './state';
import { crop } from './stripLayout';

const zoomStep = 1.5;
const far = 10;
const kinds = ['before', 'after', 'change'] as const;

export function onKey(event: KeyboardEvent): void {
  if (!trace.value) return;
  const action = stepKey(event) ?? ownKey(event);
  if (!action) return;
  event.preventDefault();
  action();
}

function ownKey(event: KeyboardEvent): (() => void) | undefined {
  const target = event.target as HTMLElement;
  if (target.matches('input, textarea, select')) return undefined;
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const by = event.shiftKey ? far : 1;
  switch (event.key) {
    case 'Escape':
      return help.value ? () => (help.value = false) : () => (slot.value = unit.value = null);
    case '+':
    case '=':
      return () => zoomSteps(zoomStep);
    case '-':
      return () => zoomSteps(1 / zoomStep);
    case '0':
      return () => zoomSteps(0);
    case '{':
    case '}':
      return () => nextHead(event.key === '}' ? 1 : -1);
    case 'g':
      return () => void goToHead();
    case 'm':
      return () => {
        const now = kinds.findIndex((one) => one === matrixKind.value);
        matrixKind.value = kinds[(now + 1) % kinds.length] ?? 'after';
      };
  }
  // Tabs and lists keep their own arrows; the cursor has those of the pictures.
  if (target.matches('button, [role=tab]')) return undefined;
  switch (event.key) {
    case 'ArrowLeft':
      return () => goToStep(step.peek() - by);
    case 'ArrowRight':
      return () => goToStep(step.peek() + by);
    case 'ArrowUp':
      return () => moveSlot(-by);
    case 'ArrowDown':
      return () => moveSlot(by);
    case '[':
    case ']': {
      const { from, to } = span.peek();
      return () => panSteps(((event.key === ']' ? 1 : -1) * (to - from)) / 2);
    }
    default:
      return undefined;
  }
}

/** Up and down over the slots on screen; the first arrow chooses the first of them. */
function moveSlot(by: number): void {
  const of = crop.peek();
  if (of.count === 0) return;
  const now = slot.peek();
  const row = now === null ? undefined : rowOf(of, now);
  slot.value = slotAt(of, row === undefined ? 0 : Math.max(0, Math.min(of.count - 1, row + by)));
}

function nextHead(by: number): void {
  const all = memoryHeads.peek();
  const now = all.findIndex(({ id }) => id === head.peek()?.id);
  const next = all[now + by];
  if (next) chooseHead(next.id);
}

/** The code that reads or writes the slots of the head in view; of a debugged program that of the step. */
async function goToHead(): Promise<void> {
  const memoryHead = memoryHeads.peek().findIndex(({ id }) => id === head.peek()?.id);
  const { operations = [] } = session.peek() ?? {};
  const operation = operationAt(step.peek(), trace.peek()?.events ?? [], operations);
  try {
    if (operation) return await host.call('showOperation', { id: operation.id });
    const found = await host.call('goToCode', { memoryHead: Math.max(0, memoryHead) });
    if (!found) runError.value = t.attention.noCode;
  } catch (error) {
    report(error);
  }
}
