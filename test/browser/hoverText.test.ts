import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Hovering, hovering } from './hovering';
import { openWorkbench, type Theme, type Workbench } from './workbench';

const gpt = `import math
from dataclasses import dataclass
import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    n_embd: int = 768
    n_head: int = 12
    block_size: int = 1024


class CausalSelfAttention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd)
        self.attn_dropout = nn.Dropout(0.1)
        self.n_head = config.n_head
        mask = torch.tril(torch.ones(config.block_size, config.block_size))
        self.register_buffer("bias", mask.view(1, 1, config.block_size, config.block_size))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf"))
        att = F.softmax(att, dim=-1)
        att = self.attn_dropout(att)
        y = att @ v
        y = y.transpose(1, 2).contiguous().view(B, T, C)
        return self.c_proj(y)
`;
const script = `import * as tf from '@tensorflow/tfjs';

export function attend(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) {
  const [batch, length, width] = q.shape;
  const scores = tf.matMul(q, k, false, true).div(Math.sqrt(width));
  const weights = tf.softmax(scores);
  return tf.matMul(weights, v);
}

const x = tf.zeros([2, 10, 16]) as tf.Tensor3D;
const y = attend(x, x, x);
`;

const keras = `import tensorflow as tf


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.embed = tf.keras.layers.Embedding(100, 32)
        self.rnn = tf.keras.layers.GRU(64, return_sequences=True)

    def call(self, ids):
        return self.rnn(self.embed(ids))
`;
const torn = `import torch


def typing():
    a = torch.zeros(2, 3)
    b = a.
    return a.t()


def broken(x:
    ) = 3 )) else


def after():
    c = torch.ones(4, 5).t()
    return c
`;

let workbench: Workbench;
let code: Hovering;
before(async () => {
  workbench = await openWorkbench('samples', (folder) => {
    writeFileSync(join(folder, 'gpt.py'), gpt);
    writeFileSync(join(folder, 'attend.ts'), script);
    writeFileSync(join(folder, 'keras_net.py'), keras);
    writeFileSync(join(folder, 'torn.py'), torn);
  });
  code = hovering(workbench);
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

/** Hovers until what is read is as wanted: the analysis may still be under way. */
async function says(line: string, word: string, expected: string): Promise<void> {
  let text = '?';
  for (let tries = 0; tries < 6 && text !== expected; tries++) text = await code.hover(line, word);
  assert.equal(text, expected);
}

test('attention that is written out says what it is, in the words of the code and at chosen sizes', async () => {
  const work =
    'att: float32 [B, self.n_head, T, T] 2·B·T²·C FLOPs ' +
    'over a length L: work O(L²·d) · sequential steps O(1) · longest path O(1)';
  const numbers =
    '12.6 M attention weights · KV cache 6.29 MB ' +
    '[1, 12, 1024, 1024] · 50.3 MB · 1.61 G FLOPs · B = 1, self.n_head = 12, T = 1024, C = 768';
  const lines =
    'B, T, C = x.size() · line 26 self.n_head = config.n_head · line 21 · 12 by default Choose sizes…';
  await workbench.openFile('gpt.py');
  await code.line('att = F.softmax').waitFor();
  await says(
    'att = F.softmax',
    'att',
    `${work} B·n_head·T² attention weights · KV cache 8·B·T·C bytes ${lines}`,
  );
  await workbench.runCommand('Mnemoscope: Choose Sizes for Shapes');
  const input = workbench.page.locator('.quick-input-widget input[type=text]');
  await input.fill('B=1, T=1024');
  await workbench.page.keyboard.press('Enter');
  await input.waitFor({ state: 'hidden' });
  for (const theme of ['dark', 'high contrast'] satisfies Theme[]) {
    await workbench.setTheme(theme);
    await says('att = F.softmax', 'att', `${work} ${numbers} ${lines}`);
    await workbench.screenshot(`hover attention ${theme}`);
  }
  await says(
    'q, k, v = self.c_attn',
    'c_attn',
    'c_attn(…): float32 [B, T, 3*C] 6·B·T·C² FLOPs · 3·C² + 3·C parameters ' +
      'over a length L: work O(L·d²) · sequential steps O(1) ' +
      '[1, 1024, 2304] · 9.44 MB · 3.62 G FLOPs · 1.77 M parameters · B = 1, T = 1024, C = 768 ' +
      'B, T, C = x.size() · line 26 Choose sizes…',
  );
  await workbench.screenshot('hover linear');
});

test('a TensorFlow.js file has shapes in its own names', async () => {
  await workbench.openFile('attend.ts');
  await code.line('const weights').waitFor();
  await says(
    'const weights',
    'weights',
    'weights: float32 [batch, length, v₁] 2·batch·length·v₁·width FLOPs ' +
      'over a length L: work O(L²·d) · sequential steps O(1) · longest path O(1) ' +
      'batch·length·v₁ attention weights ' +
      'const [batch, length, width] = q.shape; · line 4 ' +
      'export function attend(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) { · line 3 Choose sizes…',
  );
  await workbench.screenshot('hover tfjs');
});

test('a line that is half typed and a syntax error leave the others their hovers', async () => {
  await workbench.openFile('torn.py');
  await code.line('return c').waitFor();
  await says('b = a.', 'a', 'a: float32 [2, 3] 24 B');
  await says('return a', 't', 't(…): float32 [3, 2] 24 B');
  await says('return c', 'c', 'c: float32 [5, 4] 80 B');
});

test('a Keras model and a Neural Turing Machine say their shapes, their cost and where their sizes come from', async () => {
  await workbench.openFile('keras_net.py');
  await code.line('self.rnn(self.embed').waitFor();
  await says(
    'self.rnn(self.embed',
    'rnn',
    'rnn(…): float32 [ids₀, ids₁, 64] 36864·ids₀·ids₁ FLOPs · ids₁ sequential steps ' +
      'over a length L: work O(L·d²) · sequential steps O(L) · longest path O(L) ' +
      'def call(self, ids): · line 10 Choose sizes…',
  );
  await workbench.screenshot('hover keras');
  await workbench.openFile('ntm-copy/model.py');
  await code.line('similarity = F').waitFor();
  await says(
    'similarity = F',
    'similarity',
    'similarity: float32 [k₀, memory₁] ' +
      'def address(self, k, beta, g, s, gamma, memory, before): · line 15 Choose sizes…',
  );
  await says(
    'return torch.einsum',
    'einsum',
    'einsum(…): float32 [b, self.width] 2·b·width·n FLOPs self.width = width · line 13 Choose sizes…',
  );
  await workbench.screenshot('hover ntm');
});
