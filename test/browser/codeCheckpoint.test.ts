import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Hovering, hovering } from './hovering';
import { openWorkbench, type Workbench } from './workbench';

const net = `import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(8, 5)
        self.down = nn.Linear(5, 8)

    def forward(self, x):
        B, W = x.shape
        return self.down(self.up(x))
`;
/** A safetensors file of zeros. */
function checkpoint(tensors: Readonly<Record<string, readonly number[]>>): Buffer {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, shape]) => {
    const start = end;
    end += 4 * shape.reduce((a, b) => a * b, 1);
    return [name, { dtype: 'F32', shape, data_offsets: [start, end] }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(end)]);
}

let workbench: Workbench;
let code: Hovering;
before(async () => {
  workbench = await openWorkbench('samples/ntm-copy', (folder) => {
    writeFileSync(join(folder, 'net.py'), net);
    const weights = { 'up.weight': [4, 8], 'up.bias': [5], 'down.weight': [8, 5], 'extra.w': [2] };
    writeFileSync(join(folder, 'net.safetensors'), checkpoint(weights));
  });
  code = hovering(workbench);
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('the head of a memory whose slots are looked at leads to the line that writes to it', async () => {
  const { page } = workbench;
  await workbench.chooseInExplorer('model.safetensors', 'Open in Mnemoscope');
  const view = workbench.webview();
  await view.locator('.message').getByRole('button', { name: 'Run' }).click();
  await view.getByText(/^Activations: /).waitFor();
  await view.locator('.strips-cursor').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('g');
  await code.line('memory = memory * (1 - w').waitFor();
  await page.locator('.statusbar').getByText('Ln 46,').waitFor();
  await workbench.screenshot('code of a memory head');
});

test('what load_state_dict would say is listed before anything runs, and leads to the lines, by the keyboard alone', async () => {
  const { page } = workbench;
  await workbench.runCommand('View: Close All Editors');
  await workbench.openFile('net.py');
  await code.line('self.down = nn').click();
  await page.keyboard.press('F1');
  await page.keyboard.type('Mnemoscope: Compare Code with Checkpoint');
  await page.keyboard.press('Enter');
  const input = page.locator('.quick-input-widget input[type=text]');
  await page.locator('.quick-input-title').getByText('Compare Code with Checkpoint').waitFor();
  await input.fill('net.safe');
  await page.keyboard.press('Enter');
  await page.getByText('3 tensors belong to Net; what differs:').waitFor();
  const rows = page.locator('.quick-input-list [role=option]');
  const said = await rows.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
  assert.deepEqual(said, [
    'up.weight, [5, 8] in the code, [4, 8] in the checkpoint',
    'down.bias, missing in the checkpoint',
    'extra.w, unexpected',
  ]);
  await workbench.screenshot('compare code list');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.statusbar').getByText('Ln 9,').waitFor();
});

test('a line names the tensors of a checkpoint until it is deleted', async () => {
  const owned = /up\.weight float32 \[4, 8\] · open in checkpoint/;
  assert.match(await code.hover('self.up = nn', 'up'), owned);
  rmSync(join(workbench.folder, 'net.safetensors'));
  const text = await code.hover('return self.down', 'up');
  assert.match(text, /^up\(…\): float32 \[B, 5\]/);
  assert.doesNotMatch(text, /open in checkpoint/);
});
