import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Hovering, hovering } from './hovering';
import { openWorkbench, type Theme, type Workbench } from './workbench';

const wrong = `import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(width, width)

    def forward(self, x):
        B, T, C = x.shape
        return self.down(self.up(x))


def heads():
    x = torch.zeros(2, 10, 12)
    return x.view(2, 10, 5, 3)
`;
const torn = `import torch
def f():
    a = torch.zeros(2, 3)
    return a
def broken(x:
    ) = 3 )) else
def g():
    c = torch.ones(4, 5).t()
    return c
`;
const keras = `import tensorflow as tf


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.embed = tf.keras.layers.Embedding(100, 32)
        self.rnn = tf.keras.layers.GRU(64, return_sequences=True)
        self.out = tf.keras.layers.Dense(7)

    def call(self, ids):
        x = self.embed(ids)
        h = self.rnn(x)
        return self.out(h)


net = Net()
y = net(tf.zeros((8, 20), tf.int32))
`;

let workbench: Workbench;
let code: Hovering;
/** Hovers until what is read matches: the analysis may still be under way. */
async function says(line: string, word: string, expected: RegExp): Promise<void> {
  let text = '';
  for (let tries = 0; tries < 12; tries++) {
    text = await code.hover(line, word);
    if (expected.test(text)) return;
  }
  assert.match(text, expected);
}
before(async () => {
  workbench = await openWorkbench('samples', (folder) => {
    writeFileSync(join(folder, 'wrong.py'), wrong);
    writeFileSync(join(folder, 'torn.py'), torn);
    writeFileSync(join(folder, 'keras_net.py'), keras);
    copyFileSync(join(folder, 'ntm-copy/model.py'), join(folder, 'ntm_net.py'));
  });
  workbench.setSettings({ 'mnemoscope.shapeLenses': true });
  code = hovering(workbench);
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('a wrong view and a wrong layer are underlined, and the messages name both shapes', async () => {
  await workbench.openFile('wrong.py');
  await code.line('self.down(self.up(x))').waitFor();
  await code.hover('B, T, C', 'x');
  const { page } = workbench;
  await page.locator('.squiggly-error').nth(1).waitFor();
  await says(
    'self.down(self.up(x))',
    'down',
    /\[B, T, 4\*C\] does not fit a layer from C to C features: its last size is 4\*C\./,
  );
  await says(
    'x.view',
    'view',
    /\[2, 10, 12\] cannot be viewed as \[2, 10, 5, 3\]: 240 elements, not 300\./,
  );
  await workbench.screenshot('shapes underlined');
});

test('parameters and FLOPs stand above the modules and their forward', async () => {
  const lens = workbench.page.locator('.codelens-decoration');
  await lens.filter({ hasText: 'parameters' }).first().waitFor();
  // A forward that certainly fails has no sum.
  assert.equal(await lens.filter({ hasText: 'FLOPs' }).count(), 0);
  await workbench.screenshot('shapes lenses');
});

test('a file with a syntax error has hovers before and behind it', async () => {
  await workbench.openFile('torn.py');
  await code.line('return c').waitFor();
  await says('return a', 'a', /^a: float32 \[2, 3\]/);
  await says('return c', 'c', /^c: float32 \[5, 4\]/);
});

test('a line names the tensors of the open checkpoint that it owns, and its link opens them', async () => {
  const { page } = workbench;
  await workbench.openFile('induction/model.safetensors');
  await workbench.webview().locator('.top-bar, header').first().waitFor();
  await workbench.openFile('induction/model.py');
  await code.line('q, k, v = self.c_attn').waitFor();
  const owned =
    /transformer\.h\.\*\.attn\.c_attn\.weight float32 \[288, 96\] × 3 · open in checkpoint/;
  await says('q, k, v = self.c_attn', 'c_attn', owned);
  for (const theme of ['dark', 'light', 'high contrast'] satisfies Theme[]) {
    await workbench.setTheme(theme);
    await says('q, k, v = self.c_attn', 'c_attn', owned);
    await workbench.screenshot(`shapes owned ${theme}`);
  }
  await page.keyboard.press('Escape');
  await page.locator('.codelens-decoration').getByText('open in checkpoint').first().waitFor();
  await workbench.screenshot('shapes lens of a checkpoint');
  await says('q, k, v = self.c_attn', 'c_attn', owned);
  await page.locator('.monaco-hover').getByText('open in checkpoint').first().click();
  await workbench.webview().getByText('transformer.h.0.attn.c_attn.weight').first().waitFor();
  await workbench.screenshot('shapes opened tensor');
});

test('the Model view says what load_state_dict would say', async () => {
  const page = workbench.webview();
  await page.getByRole('tab', { name: 'Model' }).click();
  await page.getByText('load_state_dict would take all of it').waitFor();
  await page.getByText('load_state_dict').scrollIntoViewIfNeeded();
  await workbench.screenshot('shapes model view');
});

test('an NTM and a Keras model have their shapes', async () => {
  await workbench.openFile('keras_net.py');
  await code.line('h = self.rnn').waitFor();
  await says('h = self.rnn', 'h', /^h: float32 \[\S+, \S+, 64\]/);
  await workbench.openFile('ntm_net.py');
  await code.line('similarity = F').waitFor();
  await says('similarity = F', 'similarity', /^similarity: float32 \[\S+, \S+\]/);
  await workbench.screenshot('shapes ntm');
});
