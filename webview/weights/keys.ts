/** The keyboard of the weights view, with the same keys as the attention view's map. */
import { help } from '../state';
import { goToTensor } from '../tensors/goToTensor';
import { cursorOf, tab } from './look';
import { current } from './slices';
import { closeTensor, tensor, travelTensors } from './state';
import { goToCell, zoomSlice } from './weightMap';

const far = 10;
const page = 50;
const zoomStep = 1.5;

const arrows: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function onWeightsKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
  if (target.matches('input, textarea, select')) return;
  const action = event.altKey ? alternate(event.key) : plainKey(event, target);
  if (!action) return;
  event.preventDefault();
  action();
}

function alternate(key: string): (() => void) | undefined {
  if (key === 'ArrowLeft') return () => void travelTensors('back');
  if (key === 'ArrowRight') return () => void travelTensors('forward');
  return undefined;
}

function plainKey(event: KeyboardEvent, target: HTMLElement): (() => void) | undefined {
  const { key } = event;
  const name = tensor.value;
  if (key === '?') return () => (help.value = !help.value);
  if (name === undefined) return undefined;
  if (key === 'Escape') return help.value ? () => (help.value = false) : closeTensor;
  // The tree and the table find by typing.
  if (target.matches('[role=tree], [role=table]')) return undefined;
  if (key === 'g') return () => void goToTensor(name);
  if (key === 't') return () => (tab.value = tab.value === 'values' ? 'statistics' : 'values');
  return target.matches('canvas.map, [role=grid]') ? cursorKey(event) : undefined;
}

function cursorKey({ key, shiftKey }: KeyboardEvent): (() => void) | undefined {
  const of = current.value;
  if (!of) return undefined;
  if (key === '+' || key === '=') return () => zoomSlice(of, zoomStep);
  if (key === '-') return () => zoomSlice(of, 1 / zoomStep);
  if (key === '0') return () => zoomSlice(of, 0);
  const cell = cursorOf(of);
  const { row, column } = cell ?? { row: 0, column: 0 };
  const speed = shiftKey ? far : 1;
  const steps = arrows[key];
  // The first arrow puts the cursor on the first cell.
  if (steps && !cell) return () => goToCell(of, 0, 0);
  if (steps) return () => goToCell(of, row + steps[0] * speed, column + steps[1] * speed);
  if (key === 'Home') return () => goToCell(of, row, 0);
  if (key === 'End') return () => goToCell(of, row, of.shape[1] - 1);
  if (key === 'PageUp') return () => goToCell(of, row - page, column);
  if (key === 'PageDown') return () => goToCell(of, row + page, column);
  return undefined;
}
