import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

import type { Engine } from '../../src/host/engineProcess';

interface Api {
  readonly engine: Engine;
  readonly shapes: { isRunning(): boolean };
}

/** The model of the sample, as it is in the folder that the tests run in. */
const model = (): vscode.Uri => {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the tests run in a folder');
  return vscode.Uri.joinPath(folder.uri, 'induction/model.py');
};

/** Our hover at the n-th occurrence of a word in the first line that holds `text`. */
async function hover(
  document: vscode.TextDocument,
  text: string,
  word = text,
  nth = 0,
): Promise<string | undefined> {
  const line = document
    .getText()
    .split('\n')
    .findIndex((one) => one.includes(text));
  assert.ok(line >= 0, `no line holds ${text}`);
  let column = -1;
  for (let time = 0; time <= nth; time++) {
    column = document.lineAt(line).text.indexOf(word, column + 1);
  }
  assert.ok(column >= 0, `${word} is not in the line of ${text}`);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    new vscode.Position(line, column),
  );
  const contents = hovers.flatMap((one) => one.contents as vscode.MarkdownString[]);
  return contents.map(({ value }) => value).find((value) => value.includes('```python'));
}
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));
/** The code block of a hover: its first line is what a person reads first. */
const signature = (text: string | undefined): string | undefined =>
  /```python\n(.*)\n```/.exec(text ?? '')?.[1];

describe('hovers over tensors', () => {
  let folder = '';
  let document: vscode.TextDocument;
  const open = async (name: string, lines: readonly string[]): Promise<vscode.TextDocument> => {
    const file = path.join(folder, name);
    writeFileSync(file, lines.join('\n'));
    return vscode.workspace.openTextDocument(file);
  };
  const edit = async (target: vscode.TextDocument, change: (text: string) => string) => {
    const whole = new vscode.Range(0, 0, target.lineCount, 0);
    const edits = new vscode.WorkspaceEdit();
    edits.replace(target.uri, whole, change(target.getText()));
    await vscode.workspace.applyEdit(edits);
  };

  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-hover-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('code that imports arrays is looked at before the first hover', async () => {
    document = await vscode.workspace.openTextDocument(model());
    await vscode.window.showTextDocument(document);
    const extension = vscode.extensions.getExtension<Api>('mnemoscope.mnemoscope');
    const api = await extension?.activate();
    for (let time = 0; time < 50 && !api?.shapes.isRunning(); time++) await pause();
    assert.equal(api?.shapes.isRunning(), true);
    assert.ok(await hover(document, 'q = q.view', 'q'));
  });

  it('names, calls, attributes, operators and parameters have their shape', async () => {
    const heads = '[B, self.n_head, T, C // self.n_head]';
    const expected: readonly (readonly [line: string, word: string, nth: number, says: string])[] =
      [
        ['q = q.view', 'q', 0, `q: float32 ${heads}`],
        ['q = q.view', 'q', 1, 'q: float32 [B, T, C]'],
        ['q = q.view', 'view', 0, 'view(…): float32 [B, T, self.n_head, C // self.n_head]'],
        ['q = q.view', 'transpose', 0, `transpose(…): float32 ${heads}`],
        ['q, k, v = self.c_attn', 'c_attn', 0, 'c_attn(…): float32 [B, T, 3*C]'],
        ['q, k, v = self.c_attn', 'v', 0, 'v: float32 [B, T, C]'],
        ['positions = torch', 'positions', 0, 'positions: int64 [T]'],
        ['self.transformer.wpe(pos', '+', 0, 'float32 [B, T, self.config.n_embd]'],
        ['self.lm_head.weight', 'weight', 0, '[self.config.vocab_size, self.config.n_embd]'],
        ['def forward(self, idx)', 'idx', 0, 'idx: int64 [B, T]'],
      ];
    for (const [line, word, nth, says] of expected) {
      const said = signature(await hover(document, line, word, nth));
      assert.ok(said?.endsWith(says), `${word} in ${line}: ${said}, expected ${says}`);
    }
  });

  it('the lines that give the symbols their values are named', async () => {
    const text = (await hover(document, 'q = q.view', 'q')) ?? '';
    const lines = document.getText().split('\n');
    for (const line of ['B, T, C = x.size()', 'self.n_head = config.n_head']) {
      const number = lines.findIndex((one) => one.includes(line)) + 1;
      assert.ok(text.includes(`\`${line}\` · [line ${number}](`), text);
    }
  });

  it('what is no tensor, or is not proven, has no hover of ours', async () => {
    for (const [line, word] of [
      ['B, T, C = x.size()', 'B'],
      ['class Block', 'Block'],
      ['n_embd: int', 'n_embd'],
      ['"""A small GPT', 'small'],
    ] as const) {
      assert.equal(await hover(document, line, word), undefined, `${word} in ${line}`);
    }
  });

  it('an edit counts at once, before it is saved', async () => {
    await edit(document, (text) => text.replace('.split(C, dim=2)', '.chunk(3, dim=-1)'));
    await edit(document, (text) => text.replace('        q = q.view', '\n        q = q.view'));
    assert.equal(
      signature(await hover(document, 'q = q.view', 'transpose')),
      'transpose(…): float32 [B, self.n_head, T, C // self.n_head]',
    );
    await edit(document, (text) => text.replace('4 * config.n_embd)', '7)'));
    const wide = signature(await hover(document, 'F.gelu', 'c_fc'));
    assert.match(wide ?? '', /^c_fc\(…\): float32 \[.*, 7\]$/);
    assert.notEqual(readFileSync(model().fsPath, 'utf8'), document.getText());
  });

  it('half-typed lines leave the rest of the file its hovers', async () => {
    const torn = await open('torn.py', [
      'import torch',
      'def first():',
      '    a = torch.zeros(2, 3)',
      '    b = a.',
      '    c = a +',
      '    d = torch.cat((a, a), ',
      '    return a.transpose(0, 1)',
    ]);
    assert.equal(signature(await hover(torn, 'b = a.', 'a')), 'a: float32 [2, 3]');
    assert.equal(signature(await hover(torn, 'c = a', 'a')), 'a: float32 [2, 3]');
    assert.equal(
      signature(await hover(torn, 'return a', 'transpose')),
      'transpose(…): float32 [3, 2]',
    );
  });

  it('a syntax error leaves the rest of the file its hovers', async () => {
    const wrong = await open('wrong.py', [
      'import torch',
      'def before():',
      '    a = torch.zeros(2, 3)',
      '    return a',
      'def broken(x:',
      '    ) = 3 )) else',
      'def after():',
      '    b = torch.ones(4, 5).t()',
      '    return b',
    ]);
    assert.equal(signature(await hover(wrong, 'return a', 'a')), 'a: float32 [2, 3]');
    assert.equal(signature(await hover(wrong, 'return b', 'b')), 'b: float32 [5, 4]');
  });

  it('code that is in no file yet has its hovers', async () => {
    const untitled = await vscode.workspace.openTextDocument({
      language: 'python',
      content: 'import torch\ndef f():\n    a = torch.zeros(2, 3)\n    return a.t()\n',
    });
    assert.equal(signature(await hover(untitled, 'return a', 't(')), 't(…): float32 [3, 2]');
  });

  it('the cells of a notebook are one program, as they stand one after the other', async () => {
    const cell = (kind: vscode.NotebookCellKind, language: string, lines: readonly string[]) =>
      new vscode.NotebookCellData(kind, lines.join('\n'), language);
    const { Code, Markup } = vscode.NotebookCellKind;
    const notebook = await vscode.workspace.openNotebookDocument(
      'jupyter-notebook',
      new vscode.NotebookData([
        cell(Code, 'python', ['%matplotlib inline', 'import torch', '!pip list']),
        cell(Markup, 'markdown', ['a = (']),
        cell(Code, 'python', ['def scores(q, k):', '    B, T, D = q.shape', '    return q @ k.mT']),
        cell(Code, 'python', ['a = torch.zeros(2, 5, 8)', 's = scores(a, a)']),
      ]),
    );
    const [, , second, last] = notebook.getCells().map(({ document: one }) => one);
    assert.equal(signature(await hover(last!, 's = scores', 's')), 's: float32 [2, 5, 5]');
    const product = await hover(second!, 'return q', '@');
    assert.equal(signature(product), 'float32 [B, T, k₁]');
    assert.ok(product?.includes('`B, T, D = q.shape` · line 2'), product);
  });

  it('attention says how many weights it makes and what its keys and values take, however it is written', async () => {
    const attention = await open('attention.py', [
      'import torch',
      'import torch.nn as nn',
      'import torch.nn.functional as F',
      'def attend():',
      '    q, k = torch.zeros(1, 4, 1024, 24), torch.zeros(1, 2, 1024, 24)',
      '    return F.scaled_dot_product_attention(q, k, k, enable_gqa=True)',
      'def written(q, k, v, causal):',
      '    B, H, T, D = q.shape',
      '    k, v = torch.zeros(B, H, T, D), torch.zeros(B, H, T, D)',
      '    att = q @ k.transpose(-2, -1) * D ** -0.5',
      '    att = att.masked_fill(causal, -1e9)',
      '    att = F.softmax(att, dim=-1)',
      '    return att @ v',
      'def layer():',
      '    attention = nn.MultiheadAttention(768, 12, batch_first=True)',
      '    x = torch.zeros(1, 1024, 768)',
      '    both = attention(x, x, x)',
      '    lstm = nn.LSTM(768, 512, batch_first=True)',
      '    result = lstm(x)',
    ]);
    const textbook = 'over a length L: work O(L²·d) · sequential steps O(1) · longest path O(1)';
    const expected: readonly (readonly [string, string, readonly string[]])[] = [
      [
        'return F',
        'scaled_dot',
        [
          'scaled_dot_product_attention(…): float32 [1, 4, 1024, 24]',
          '`403 M` FLOPs',
          textbook,
          '4.19 M attention weights · KV cache 393 KB',
          '393 KB',
        ],
      ],
      [
        'att = F.softmax',
        'att',
        [
          'att: float32 [B, H, T, T]',
          '`2·B·H·T²·D` FLOPs',
          textbook,
          '`B·H·T²` attention weights · KV cache `8·B·H·T·D` bytes',
        ],
      ],
      [
        'both = attention',
        'both',
        ['both: (float32 [1, 1024, 768], float32 [1, 1024, 1024])', '7.34 MB'],
      ],
      [
        'both = attention',
        'attention(',
        [
          'attention(…): (float32 [1, 1024, 768], float32 [1, 1024, 1024])',
          '`8.05 G` FLOPs · `2.36 M` parameters',
          textbook,
          '12.6 M attention weights · KV cache 6.29 MB',
          '7.34 MB',
        ],
      ],
      [
        'result = lstm',
        'lstm(',
        [
          'lstm(…): (float32 [1, 1024, 512], (float32 [1, 1, 512], float32 [1, 1, 512]))',
          '`5.37 G` FLOPs · `1024` sequential steps · `2.63 M` parameters · `2.62 M` with one bias',
          'over a length L: work O(L·d²) · sequential steps O(L) · longest path O(L)',
          '2.1 MB',
        ],
      ],
    ];
    for (const [line, word, says] of expected) {
      const text = (await hover(attention, line, word)) ?? '';
      const shown = text.split(/ *\n/).filter((one) => one !== '' && !one.startsWith('```'));
      const own = shown.filter((one) => !/\[line |\[Choose/.test(one));
      assert.deepEqual(own, says);
    }
  });

  it('a tensor of an open checkpoint has its statistics once its values were looked at', async () => {
    const { engine } = await vscode.extensions
      .getExtension<Api>('mnemoscope.mnemoscope')!
      .activate();
    const uri = vscode.Uri.joinPath(model(), '../model.safetensors');
    const { id: checkpoint } = await engine.call('open', { path: uri.fsPath });
    await engine.call('startSweep', { checkpoint });
    while ((await engine.call('sweep', { checkpoint })).state === 'running') await pause();
    await vscode.commands.executeCommand('vscode.openWith', uri, 'mnemoscope.checkpoint');
    const code = await vscode.workspace.openTextDocument(model());
    const says = / · \[open in checkpoint\].*\n(min −?[\d.e−]+ · max [\d.]+ · mean .* · std .*)\n/;
    let text: string | undefined;
    for (let time = 0; time < 50 && !says.test(text ?? ''); time++) {
      text = await hover(code, 'self.transformer.wpe(pos', 'transformer');
      await pause();
    }
    assert.match(text ?? '', says);
    await engine.call('close', { checkpoint });
  });

  it('hints stand behind assigned names, once they are asked for in a file', async () => {
    document = await vscode.workspace.openTextDocument(model());
    await vscode.window.showTextDocument(document);
    const hints = (): Thenable<vscode.InlayHint[]> =>
      vscode.commands.executeCommand(
        'vscode.executeInlayHintProvider',
        document.uri,
        new vscode.Range(0, 0, document.lineCount, 0),
      );
    assert.deepEqual(await hints(), []);
    await vscode.commands.executeCommand('mnemoscope.toggleInlayHints');
    const shown = await hints();
    const line = document
      .getText()
      .split('\n')
      .findIndex((text) => text.includes('y = F.scaled_dot'));
    const hint = shown.find(({ position }) => position.line === line);
    assert.equal(hint?.label, ': [B, self.n_head, T, C // self.n_head]');
    assert.equal(hint?.position.character, document.lineAt(line).text.indexOf('y =') + 1);
    await vscode.commands.executeCommand('mnemoscope.toggleInlayHints');
    assert.deepEqual(await hints(), []);
  });
});
