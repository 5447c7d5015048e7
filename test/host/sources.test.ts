import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../../src/host/engineProcess';
import { startHub } from '../unit/engine/sources/hubServer';
import { projectRoot } from './harness';

const sample = path.join(projectRoot(), 'samples/induction');
const names = ['model.safetensors', 'config.json', 'tokenizer.json'];
const files = Object.fromEntries(
  names.map((name) => [name, new Uint8Array(readFileSync(path.join(sample, name)))]),
);
const viewType = 'mnemoscope.checkpoint';

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}
const copies = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => {
    const file = path.join(tmpdir(), name, 'model.safetensors');
    return name.startsWith('mnemoscope-') && statSync(file, { throwIfNoEntry: false })?.isFile();
  });

/** A file system that knows the sample alone. */
function sampleFileSystem(): vscode.FileSystemProvider {
  const entry = (uri: vscode.Uri): Uint8Array => {
    const bytes = files[uri.path.slice(1)];
    if (!bytes) throw vscode.FileSystemError.FileNotFound(uri);
    return bytes;
  };
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions();
  };
  return {
    onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
    watch: () => ({ dispose: () => undefined }),
    stat: (uri) => ({
      type: uri.path === '/' ? vscode.FileType.Directory : vscode.FileType.File,
      ctime: 0,
      mtime: 0,
      size: uri.path === '/' ? 0 : entry(uri).length,
    }),
    readDirectory: () => names.map((name) => [name, vscode.FileType.File]),
    readFile: entry,
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
}

describe('checkpoints that are no files of this machine', () => {
  let engine: Engine;
  before(async () => {
    const api = (await vscode.extensions.getExtension('mnemoscope.mnemoscope')!.activate()) as {
      readonly engine: Engine;
    };
    engine = api.engine;
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('copies a file of a virtual file system privately, and removes the copy when it is closed', async () => {
    const before = copies();
    const provider = vscode.workspace.registerFileSystemProvider('sample', sampleFileSystem());
    await vscode.commands.executeCommand(
      'vscode.openWith',
      vscode.Uri.parse('sample:/model.safetensors'),
      viewType,
    );
    await until(() => copies().length > before.length);
    const copy = copies().find((name) => !before.includes(name))!;
    const folder = path.join(tmpdir(), copy);
    await until(() => names.every((name) => readdirSync(folder).includes(name)));
    if (process.platform !== 'win32') {
      assert.equal(statSync(folder).mode & 0o077, 0);
      for (const name of names) assert.equal(statSync(path.join(folder, name)).mode & 0o077, 0);
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until(() => copies().length === before.length);
    provider.dispose();
  });

  it('compares a file of a virtual file system with one of this machine', async () => {
    const provider = vscode.workspace.registerFileSystemProvider('elsewhere', sampleFileSystem());
    const before = copies();
    const there = vscode.Uri.parse('elsewhere:/model.safetensors');
    const here = vscode.Uri.file(path.join(sample, 'model.safetensors'));
    await vscode.commands.executeCommand('mnemoscope.compareCheckpoints', there, [there, here]);
    const added = () => copies().filter((name) => !before.includes(name));
    await until(() => added().length > 0);
    const [copy] = added();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until(() => !copies().includes(copy!));
    provider.dispose();
  });

  it('opens a model of the Hub under an address of its own, and asks nobody before', async () => {
    const hub = await startHub({ files });
    const endpoint = process.env['HF_ENDPOINT'];
    process.env['HF_ENDPOINT'] = hub.endpoint;
    // The engine has the environment that it was started with.
    engine.stop();
    await until(() => engine.pid() === undefined);
    try {
      assert.deepEqual(hub.asked, []);
      await vscode.commands.executeCommand(
        'vscode.openWith',
        vscode.Uri.parse('mnemoscope-hub:/someone/model'),
        viewType,
      );
      await until(() => hub.asked.some((line) => line.includes('model.safetensors bytes=')));
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom);
      assert.equal(input.uri.scheme, 'mnemoscope-hub');
    } finally {
      if (endpoint === undefined) delete process.env['HF_ENDPOINT'];
      else process.env['HF_ENDPOINT'] = endpoint;
      engine.stop();
      hub.close();
    }
  });
});
