import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { endings, isCheckpointName } from '../../src/host/endings';

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly extensionDependencies?: readonly string[];
  readonly icon: string;
  readonly capabilities: Readonly<Record<string, { readonly supported: string }>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly customEditors: readonly {
      readonly viewType: string;
      readonly priority: string;
      readonly selector: readonly { readonly filenamePattern: string }[];
    }[];
    readonly menus: Readonly<Record<string, readonly { readonly when: string }[]>>;
  };
}
const manifest = readJson<Manifest>('package.json');

test('the lowest VS Code that is promised is the one whose types are compiled against', () => {
  const minor = /\d+\.\d+/;
  const types = manifest.devDependencies['@types/vscode'] ?? '';
  assert.equal(minor.exec(manifest.engines.vscode)?.[0], minor.exec(types)?.[0]);
});

test('nothing activates the extension before it is used, and it needs no other extension', () => {
  // Python code may be hovered, and debugged; what answers starts with the first hover or stop.
  assert.deepEqual(manifest.activationEvents, [
    'onWebviewPanel:mnemoscope.compare',
    'onLanguage:python',
    'onLanguage:javascript',
    'onLanguage:typescript',
    'onLanguage:javascriptreact',
    'onLanguage:typescriptreact',
    'onDebugResolve:debugpy',
    'onDebugResolve:python',
    'onDebugResolve:pwa-node',
    'onDebugResolve:mnemoscope',
  ]);
  assert.deepEqual(manifest.extensionKind, ['workspace']);
  assert.equal(manifest.extensionDependencies, undefined);
  assert.equal(manifest.capabilities['untrustedWorkspaces']?.supported, 'limited');
  assert.equal(manifest.capabilities['virtualWorkspaces']?.supported, 'limited');
  assert.ok(existsSync(manifest.icon));
});

test('commands are called mnemoscope.verbNoun and carry the category', () => {
  for (const { command, category } of manifest.contributes.commands) {
    assert.match(command, /^mnemoscope\.[a-z]+([A-Z][a-z]+)+$/);
    assert.equal(category, 'Mnemoscope');
  }
});

test('only endings that nobody else owns are taken over by default', () => {
  const byPriority = (priority: string): string[] =>
    manifest.contributes.customEditors
      .filter((editor) => editor.priority === priority)
      .flatMap(({ selector }) => selector.map(({ filenamePattern }) => filenamePattern));
  assert.deepEqual(byPriority('default'), ['*.safetensors', '*.gguf', '*.npz']);
  for (const pattern of ['*.pt', '*.pth', '*.bin', '*.ckpt', '*.h5', '*.onnx', '*.npy']) {
    assert.ok(byPriority('option').includes(pattern), pattern);
  }
});

test('the menu entry shows on every checkpoint name, and on no other file', () => {
  const when = manifest.contributes.menus['explorer/context']?.[0]?.when ?? '';
  const [, source = '', flags] = /=~ \/(.*)\/(\w*)/.exec(when) ?? [];
  const pattern = new RegExp(source, flags);
  const shown = ['model.safetensors', 'a.PT', '测试 模型.safetensors', 'x.pth', 'm.ckpt'];
  shown.push(
    ...endings.map((ending) => `a.${ending}`),
    'pytorch_model.bin',
    'model.safetensors.index.json',
    'pytorch_model.bin.index.json',
    'model.weights.json',
    'model.json',
    'saved_model.pb',
  );
  for (const name of shown) {
    assert.match(name, pattern);
    assert.ok(isCheckpointName(name), name);
  }
  for (const name of ['model.py', 'config.json', 'pt', 'a.pt.txt', 'my_model.json'])
    assert.doesNotMatch(name, pattern);
});

const placeholders = (text: string): string[] => (text.match(/\{\d+\}|%\w+%/g) ?? []).sort();

test('every text of the manifest exists in English and in Chinese', () => {
  const english = readJson<Record<string, string>>('package.nls.json');
  const chinese = readJson<Record<string, string>>('package.nls.zh-cn.json');
  assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort());
  const used = readFileSync('package.json', 'utf8').match(/(?<="%)[\w.]+(?=%")/g) ?? [];
  assert.deepEqual([...new Set(used)].sort(), Object.keys(english).sort());
});

test('every text that the host shows has a Chinese one with the same placeholders', () => {
  const bundle = readJson<Record<string, string>>('l10n/bundle.l10n.zh-cn.json');
  const used = new Set<string>();
  for (const file of readdirSync('src/host', { recursive: true })) {
    const name = path.join('src/host', String(file));
    if (!name.endsWith('.ts')) continue;
    const calls = readFileSync(name, 'utf8').matchAll(/l10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g);
    for (const [, text = ''] of calls) used.add(text);
  }
  assert.deepEqual(Object.keys(bundle).sort(), [...used].sort());
  for (const [english, chinese] of Object.entries(bundle)) {
    assert.deepEqual(placeholders(chinese), placeholders(english), english);
  }
});
