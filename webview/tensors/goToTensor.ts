import { host } from '../host';
import { report, runError } from '../state';
import { t } from '../strings';

/** Shows where the tensor is made in the workspace's code. */
export async function goToTensor(name: string): Promise<void> {
  try {
    if (!(await host.call('goToCode', { tensor: name }))) runError.value = t.tensors.noCode(name);
  } catch (error) {
    report(error);
  }
}
