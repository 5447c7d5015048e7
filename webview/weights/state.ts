/** Which tensor a person looks at, and how it is cut: kept over a reload, with a history. */
import { computed, signal } from '@preact/signals';
import type { TensorRow } from '../../src/protocol/engine';
import { kept, summary, view } from '../state';

/** A tensor by its name, and the cut that a person chose; without one, the last two axes. */
export interface Looked {
  readonly tensor: string;
  /** Axes that run down and across. */
  readonly axes?: readonly number[];
  /** An index for every axis; those of `axes` do not count. */
  readonly at?: readonly number[];
}

/** What is looked at; any view may set it, best by `openTensor`. */
export const looked = kept<Looked | null>('looked', null);

/** What is looked at is of a moment of a program that has passed: nothing more of it can be read, and what was read stays. */
export const isPast = signal(false);

/** Name of the selected tensor. */
export const tensor = computed(() => looked.value?.tensor);

/** The selected tensor, where the checkpoint has it. */
export const row = computed<TensorRow | undefined>(() => {
  const name = tensor.value;
  return name === undefined ? undefined : rowsByName.value.get(name);
});

const rowsByName = computed(
  () => new Map((summary.value?.tensors ?? []).map((each) => [each.name, each])),
);

const history: { past: (Looked | null)[]; future: (Looked | null)[] } = { past: [], future: [] };

/** Goes to a tensor, or to another cut of it; `Alt+←` comes back. */
export function look(next: Looked | null): void {
  if (next?.tensor !== looked.value?.tensor) {
    history.past.push(looked.value);
    history.future = [];
  }
  looked.value = next;
}

/** Shows a tensor in the Tensors view, from wherever the person is. */
export function openTensor(name: string): void {
  if (name !== tensor.value) look({ tensor: name });
  view.value = 'tensors';
}

/** Back to the list alone. */
export function closeTensor(): void {
  look(null);
}

/** Through the history of tensors. False at its end. */
export function travelTensors(direction: 'back' | 'forward'): boolean {
  const [from, to] =
    direction === 'back' ? [history.past, history.future] : [history.future, history.past];
  const next = from.pop();
  if (next === undefined) return false;
  to.push(looked.value);
  looked.value = next;
  return true;
}
