import { after, before, describe, it } from 'node:test';
import { openWorkbench, type Workbench } from './workbench';

const MODEL = 'induction/model.safetensors';

describe('the workbench', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench();
  });
  after(() => workbench.close());

  it('lists the samples in the Explorer', async () => {
    await workbench.explorerItem(MODEL);
  });

  it('offers our command on a checkpoint and opens a view', async () => {
    await workbench.chooseInExplorer(MODEL, 'Open in Mnemoscope');
    await workbench.webview().locator('body').waitFor();
  });

  it('paints in every theme', async () => {
    for (const theme of ['light', 'high contrast', 'dark'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`workbench ${theme}`);
    }
  });

  it('has put no error of ours on the console', () => workbench.assertNoErrors());
});
