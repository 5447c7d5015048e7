import { execFileSync } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
before(async () => {
  workbench = await openWorkbench('samples', addStrangeFiles);
  // Until the workbench has read our manifest, a double-click opens its own editor.
  await workbench.chooseInExplorer('strange.safetensors', 'Open in Mnemoscope');
  await workbench.webview().getByText('An architecture that we do not know').waitFor();
});
after(async () => workbench.close());

/** Beside the sample: what is no checkpoint, and one whose names nobody knows. */
function addStrangeFiles(folder: string): void {
  writeFileSync(path.join(folder, 'empty.safetensors'), '');
  writeFileSync(path.join(folder, 'letter.safetensors'), 'Dear reader, this is no checkpoint.');
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const header = JSON.stringify({ 'strange.thing': entry });
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const file = Buffer.concat([size, Buffer.from(header), Buffer.alloc(8)]);
  writeFileSync(path.join(folder, 'strange.safetensors'), file);
}

const model = 'induction/model.safetensors';
const inFolder = (name: string) => path.join(workbench.folder, name);
const open = async (name: string): Promise<FrameLocator> => {
  await workbench.openFile(name);
  const view = workbench.webview();
  await view.getByText(path.basename(name)).first().waitFor();
  return view;
};
const runSample = async (view: FrameLocator): Promise<void> => {
  await view.getByRole('textbox', { name: 'Text for the model' }).fill('the red fox , the red');
  await view.getByRole('button', { name: 'Run' }).click();
  await view.locator('.predictions li').first().waitFor();
};

test('files that are no checkpoints say so in one line, and the editor lives on', async () => {
  for (const name of ['empty.safetensors', 'letter.safetensors']) {
    const view = await open(name);
    await view
      .getByRole('alert')
      .filter({ hasText: `${name}: ` })
      .waitFor();
    await workbench.screenshot(`trouble-${name}`);
  }
});

test('a model of no known layout opens as weights and says why it does not run', async () => {
  const view = await open('strange.safetensors');
  await view.getByRole('tab', { name: 'Model' }).click();
  await view.getByText('An architecture that we do not know').waitFor();
  await workbench.screenshot('trouble-unknown');
  await view.getByRole('tab', { name: 'Tensors' }).click();
  await view.getByText('thing').first().waitFor();
});

test('the engine is killed: the panel says so, keeps its picture, and starts again', async () => {
  const view = await open(model);
  await runSample(view);
  execFileSync('pkill', ['-9', '-f', path.resolve('dist/engine.js')]);
  await view.getByText(/engine.* ended \(SIGKILL\)/).waitFor();
  await workbench.screenshot('trouble-killed');
  await view.getByRole('button', { name: 'Restart' }).click();
  await view.getByRole('button', { name: 'Run' }).click();
  await view.locator('.predictions li').first().waitFor();
});

test('a file that changes on disk is said, and can be read again', async () => {
  const view = await open(model);
  await runSample(view);
  truncateSync(inFolder(model), 5000);
  await view.getByText(/changed on disk/).waitFor();
  await workbench.screenshot('trouble-changed');
  await view.getByRole('button', { name: 'Reload' }).click();
  await view
    .getByText(/model\.safetensors: bytes .* end after the file/)
    .first()
    .waitFor();
  rmSync(inFolder(model));
});
