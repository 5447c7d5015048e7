import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../../src/host/engineProcess';
import type { TensorsView } from '../../src/host/tensorsView';
import { projectRoot } from './harness';

interface Api {
  readonly engine: Engine;
  readonly tensors: TensorsView;
}

const sample = path.join(projectRoot(), 'samples/induction');
const sentence = 'the red fox finds a small lamp , the red fox finds a small';

/** The editors that are visible are told to the extension host a moment after they are. */
async function until<T>(find: () => T | undefined): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('checkpoints in the editor', () => {
  let folder = '';
  let engine: Engine;
  let tree: TensorsView['provider'];
  const put = (name: string, content: string | Uint8Array): vscode.Uri => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return vscode.Uri.file(file);
  };
  const copySample = (name: string): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    copyFileSync(path.join(sample, 'model.safetensors'), file);
    for (const beside of ['tokenizer.json', 'config.json']) {
      copyFileSync(path.join(sample, beside), path.join(path.dirname(file), beside));
    }
    return file;
  };
  /** Waits until the run has ended, however it did. */
  const ended = async (trace: number): Promise<string> => {
    for (;;) {
      const { state } = await engine.call('describe', { trace });
      if (state.kind !== 'running') return state.kind === 'failed' ? state.message : state.kind;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-host-'));
    const extension = vscode.extensions.getExtension<Api>('mnemoscope.mnemoscope');
    assert.ok(extension);
    const api = await extension.activate();
    engine = api.engine;
    tree = api.tensors.provider;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('the tensors of the checkpoint in front are a tree of the Explorer, and of no other editor', async () => {
    const roots = async () => (await tree.getChildren()) ?? [];
    assert.deepEqual(await roots(), []);
    const uri = vscode.Uri.file(copySample('tree/model.safetensors'));
    await vscode.commands.executeCommand('vscode.openWith', uri, 'mnemoscope.checkpoint');
    let found = await roots();
    while (found.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      found = await roots();
    }
    const [transformer] = found;
    assert.equal(transformer?.label, 'transformer');
    const inside = (await tree.getChildren(transformer)) ?? [];
    const wte = inside.find(({ label }) => label === 'wte');
    const [weight] = (await tree.getChildren(wte)) ?? [];
    const item = await tree.getTreeItem(weight!);
    assert.match(String(item.description), /^\d+×\d+ float32$/);
    assert.deepEqual(item.command?.arguments, [uri.toString(), 'transformer.wte.weight']);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    while ((await roots()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('the command opens our editor, and the model code beside it', async () => {
    const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(workspace);
    const uri = vscode.Uri.file(path.join(workspace, 'induction/model.safetensors'));
    await vscode.commands.executeCommand('mnemoscope.openCheckpoint', uri);
    const tabs = vscode.window.tabGroups.all.map(({ activeTab }) => activeTab?.input);
    const ours = tabs.find((input) => input instanceof vscode.TabInputCustom);
    assert.equal(ours?.viewType, 'mnemoscope.checkpoint');
    const code = await until(() =>
      vscode.window.visibleTextEditors.find(({ document }) =>
        document.uri.path.endsWith('/induction/model.py'),
      ),
    );
    assert.match(code.document.lineAt(code.selection.active.line).text, /^class GPT\(/);
  });

  it('a file opened twice is one document with two views', async () => {
    const uri = vscode.Uri.file(copySample('twice/model.safetensors'));
    for (const column of [vscode.ViewColumn.One, vscode.ViewColumn.Two]) {
      await vscode.commands.executeCommand('vscode.openWith', uri, 'mnemoscope.checkpoint', column);
    }
    const views = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
    const ours = views.filter(({ input }) => input instanceof vscode.TabInputCustom);
    assert.equal(ours.length, 2);
  });

  it('names with spaces and Chinese characters are opened, and so is a symlink', async () => {
    const file = copySample('测试 模型/权重 1.safetensors');
    const link = path.join(folder, 'link.safetensors');
    symlinkSync(file, link);
    for (const name of [file, link]) {
      const summary = await engine.call('open', { path: name });
      assert.equal(summary.recognition.kind, 'runnable');
      await engine.call('close', { checkpoint: summary.id });
    }
  });

  const hostile: Readonly<Record<string, readonly [content: string | Uint8Array, error: RegExp]>> =
    {
      'empty.safetensors': ['', /empty\.safetensors: .*empty|0 bytes/],
      'text.safetensors': ['this is a letter, not a checkpoint', /text\.safetensors: /],
      'page.safetensors': ['<!doctype html><html></html>', /page\.safetensors: .*HTML/i],
    };
  for (const [name, [content, error]] of Object.entries(hostile)) {
    it(`${name} is refused in one line`, async () => {
      const uri = put(name, content);
      await assert.rejects(engine.call('open', { path: uri.fsPath }), (reason: Error) => {
        assert.match(reason.message, error);
        assert.doesNotMatch(reason.message, /\n/);
        return true;
      });
    });
  }

  it('a pickle that calls os.system is listed, and nothing is executed', async () => {
    const marker = path.join(folder, 'marker');
    const uri = put('evil.pkl.pt', legacyPickle(`cos\nsystem\n(S'touch ${marker}'\ntR.`));
    await engine.call('open', { path: uri.fsPath }).catch(() => undefined);
    assert.throws(() => truncateSync(marker), /ENOENT/);
  });

  it('a missing file is one line', async () => {
    const missing = path.join(folder, 'no.safetensors');
    await assert.rejects(
      engine.call('open', { path: missing }),
      /no\.safetensors: there is no such file/,
    );
  });

  it('the engine that is killed in a run says so, and the next call starts another', async () => {
    const file = copySample('killed/model.safetensors');
    const messages: string[] = [];
    const stop = engine.onDied((message) => messages.push(message));
    const { id } = await engine.call('open', { path: file });
    const pid = engine.pid();
    assert.ok(pid);
    const waiting = engine.call('run', { checkpoint: id, input: { text: sentence } });
    process.kill(pid, 'SIGKILL');
    await assert.rejects(waiting, /The engine that runs models ended \(SIGKILL\)/);
    stop();
    assert.equal(messages.length, 1);
    const again = await engine.call('open', { path: file });
    const trace = await engine.call('run', { checkpoint: again.id, input: { text: sentence } });
    assert.equal(await ended(trace.id), 'done');
    assert.notEqual(engine.pid(), pid);
  });

  for (const [what, change] of [
    ['truncated', (file: string) => truncateSync(file, 4000)],
    [
      'replaced by another file',
      (file: string) => (rmSync(file), writeFileSync(file, 'something else')),
    ],
    ['deleted', (file: string) => rmSync(file)],
  ] as const) {
    it(`a run on a file that was ${what} ends in one line`, async () => {
      const file = copySample(`changed/${what}.safetensors`);
      const { id } = await engine.call('open', { path: file });
      change(file);
      const run = engine.call('run', { checkpoint: id, input: { text: sentence } });
      const message = await run.then(
        ({ id: trace }) => ended(trace),
        (error: Error) => error.message,
      );
      assert.match(message, new RegExp(`${what}\\.safetensors`));
      assert.doesNotMatch(message, /\n/);
    });
  }

  it('text that is too long, ids out of the vocabulary and an empty input name the numbers', async () => {
    const { id } = await engine.call('open', { path: copySample('long/model.safetensors') });
    const run = (input: { text: string } | { ids: number[] }) =>
      engine.call('run', { checkpoint: id, input });
    await assert.rejects(run({ text: 'fox '.repeat(65) }), /65 tokens, the model takes at most 64/);
    await assert.rejects(
      run({ ids: [1, 59] }),
      /token id 59 at place 1 is outside the vocabulary 0…58/,
    );
    await assert.rejects(run({ ids: [] }), /at least one token/);
  });
});

/** The pre-1.6 form around an object pickle: magic, version, system facts, then the object. */
function legacyPickle(object: string): Uint8Array {
  const magic = Buffer.from('80028a0a6cfc9c46f920 6aa850192e'.replace(' ', ''), 'hex');
  const version = Buffer.from('80024de9032e', 'hex');
  return Buffer.concat([magic, version, Buffer.from('\x80\x02}.', 'latin1'), Buffer.from(object)]);
}
