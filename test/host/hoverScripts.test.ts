import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

const layers = `import * as tf from '@tensorflow/tfjs';

export function attend(query, key, value) {
  const scores = tf.matMul(query, key, false, true).div(Math.sqrt(query.shape[2]));
  return tf.matMul(tf.softmax(scores), value);
}
`;
const main = `import * as tf from '@tensorflow/tfjs';
import {attend} from './layers';

export function run(batch: number, length: number): tf.Tensor {
  const x: tf.Tensor3D = tf.randomNormal([batch, length, 64]);
  return attend(x, x, x.slice([0, 0, 0], [-1, -1, 16]));
}
`;

/** The first line of our hover at the first occurrence of a word in the line that holds `text`. */
async function said(document: vscode.TextDocument, text: string, word: string): Promise<string> {
  const line = document
    .getText()
    .split('\n')
    .findIndex((one) => one.includes(text));
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    new vscode.Position(line, document.lineAt(line).text.indexOf(word)),
  );
  const contents = hovers.flatMap((one) => one.contents as vscode.MarkdownString[]);
  const ours = contents.map(({ value }) => value).find((value) => value.includes('```python'));
  return /```python\n(.*)\n```/.exec(ours ?? '')?.[1] ?? '';
}

describe('hovers over tensors of TensorFlow.js', () => {
  let folder = '';
  const open = async (name: string, text: string): Promise<vscode.TextDocument> => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return vscode.workspace.openTextDocument(file);
  };
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-scripts-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('code without TensorFlow.js is left alone', async () => {
    const plain = await open('plain.js', 'export const shape = (x) => x.shape[0];\n');
    assert.equal(await said(plain, 'shape =', 'x'), '');
  });

  it('TypeScript shows shapes in its own names', async () => {
    await open('layers.js', layers);
    const document = await open('main.ts', main);
    assert.equal(await said(document, 'const x', 'x:'), 'x: float32 [batch, length, 64]');
    assert.equal(
      await said(document, 'return attend', 'slice'),
      'slice(…): float32 [batch, length, 16]',
    );
    assert.equal(
      await said(document, 'return attend', 'attend'),
      'attend(…): float32 [batch, length, 16]',
    );
  });

  it('JavaScript shows what the files that call it give', async () => {
    await open('main.ts', main);
    const document = await open('layers.js', layers);
    const scores = await said(document, 'const scores', 'scores');
    assert.equal(scores, 'scores: float32 [query₀, query₁, query₁]');
  });

  it('inlay hints stand behind the names that are assigned', async () => {
    const document = await open('main.ts', main);
    await vscode.workspace.getConfiguration('mnemoscope').update('inlayHints', true, true);
    try {
      const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        new vscode.Range(0, 0, document.lineCount, 0),
      );
      const labels = hints.map(({ label }) => String(label)).filter((one) => one.includes('64'));
      assert.deepEqual(labels, [': [batch, length, 64]']);
    } finally {
      await vscode.workspace.getConfiguration('mnemoscope').update('inlayHints', undefined, true);
    }
  });
});
