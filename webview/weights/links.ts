/** Links in model code to a tensor of this checkpoint. */
import { host } from '../host';
import { summary } from '../state';
import { openTensor } from './state';

const show = (name: string | undefined): void => {
  if (summary.value?.tensors.some((row) => row.name === name) && name !== undefined)
    openTensor(name);
};

/** Shows the tensor that the link which opened this view asks for, and those of later links. */
export async function followLinks(): Promise<void> {
  host.on('showTensor', ({ name }) => show(name));
  // A debug session has no links.
  show(await host.call('wantedTensor', {}).catch(() => undefined));
}
