/** The keyboard of the weights view, with the same keys as the attention view's map. */
import { help } from '../state';
import { goToTensor } from '../tensors/goToTensor';
import { tab } from './look';
import { matrixKey } from './matrixMap';
import { current } from './slices';
import { closeTensor, tensor, travelTensors } from './state';
import { matrixOf } from './weightMap';

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
  return target.matches('canvas.map, [role=grid]') ? mapKey(event) : undefined;
}

function mapKey(event: KeyboardEvent): (() => void) | undefined {
  const of = current.value;
  return of && matrixKey(matrixOf(of), event);
}
