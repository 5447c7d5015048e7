import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const BINDING = 'node_modules/onnxruntime-node/bin/napi-v6';
const HERE = `${process.platform}-${process.arch}`;

/** What a VSIX may hold, whatever the platform. */
const ALLOWED = [
  /^(package\.json|package\.nls(\.[\w-]+)?\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^l10n\/bundle\.l10n\.[\w-]+\.json$/,
  /^samples\/[\w-]+\/(model\.(safetensors|py)|train\.py|config\.json)$/,
  /^samples\/(induction\/tokenizer\.json|hopfield\/patterns\.npy|python-trace\/write_trace\.py)$/,
  /^media\/[\w./-]+\.(png|svg|md|json)$/,
  /^dist\/[\w./-]+\.(js|css|ttf|wasm|py)$/,
  /^node_modules\/h5wasm\/(package\.json|LICENSE\.txt|dist\/esm\/hdf5_(hl|util)\.js)$/,
  /^node_modules\/onnxruntime-common\/(package\.json|dist\/cjs\/[\w-]+\.(js|json))$/,
  /^node_modules\/@vscode\/tree-sitter-wasm\/(package\.json|LICENSE|wasm\/tree-sitter(\.js|(-(python|javascript|typescript|tsx))?\.wasm))$/,
];
/** What it holds besides, per platform. */
const NATIVE = /^node_modules\/onnxruntime-node\/(package\.json|dist\/\w+\.js)$/;
const WEB =
  /^node_modules\/onnxruntime-web\/(package\.json|dist\/(ort\.node\.min\.js|ort-wasm-simd-threaded\.(mjs|wasm)))$/;
const LIBRARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'libonnxruntime.so.1',
  'darwin-arm64': 'libonnxruntime.1.dylib',
  'win32-x64': 'onnxruntime.dll',
};

const script = (...args: readonly string[]) =>
  execFileSync(process.execPath, ['scripts/package.mjs', ...args], { encoding: 'utf8' });
const listed = new Map<string, readonly string[]>();
const list = (target: string): readonly string[] => {
  const files = listed.get(target) ?? script('--list', target).trim().split('\n').sort();
  listed.set(target, files);
  return files;
};
const besides = (files: readonly string[], runtime: RegExp) =>
  files.filter((file) => ![...ALLOWED, runtime].some((pattern) => pattern.test(file)));

/** Loads a runtime in a fresh process from a folder that holds the listed files and nothing else. */
function load(files: readonly string[], runtime: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-package-'));
  try {
    for (const file of files.filter((name) => name.startsWith('node_modules/'))) {
      cpSync(file, join(folder, file));
    }
    const program = `const ort = require('${runtime}'); console.log(typeof ort.InferenceSession.create)`;
    return execFileSync(process.execPath, ['-e', program], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the VSIX', () => {
  for (const [target, library] of Object.entries(LIBRARIES)) {
    it(`for ${target} holds the allowed files and that platform's library alone`, () => {
      const bin = `${BINDING}/${target.replace('-', '/')}`;
      const files = list(target);
      const expected = [`${bin}/${library}`, `${bin}/onnxruntime_binding.node`];
      assert.deepEqual(besides(files, NATIVE), expected.sort());
      assert.ok(files.includes('package.json'));
    });
  }

  it('for every other platform holds the WebAssembly runtime, which loads from those files', () => {
    const files = list('universal');
    assert.deepEqual(besides(files, WEB), []);
    assert.equal(load(files, 'onnxruntime-web'), 'function');
  });

  const missing = HERE in LIBRARIES ? false : `no native runtime for ${HERE}`;
  it('for this platform loads its runtime from those files', { skip: missing }, () => {
    assert.equal(load(list(HERE), 'onnxruntime-node'), 'function');
  });

  const unbuilt = existsSync('dist/engine.js') ? missing : 'dist/ is not built: node esbuild.mjs';
  it('answers shapes from those files alone', { skip: unbuilt }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-package-'));
    try {
      for (const file of list(HERE).filter((name) => /^(dist|samples)\/|@vscode/.test(name))) {
        cpSync(file, join(folder, file));
      }
      const words = ['dist/cli.js', 'shapes', 'samples/induction/model.py', '--at', '28:8'];
      const said = execFileSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
      assert.equal(said, 'samples/induction/model.py:28:8  float32 [B, T, C]\n');
      assert.ok(existsSync(join(folder, 'dist/shapes.js')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('for this platform is made within its budget of 25 MB', { skip: unbuilt }, () => {
    assert.match(script(HERE), /MB of 25 MB/);
  });
});
