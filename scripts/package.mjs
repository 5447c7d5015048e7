/**
 * Makes a VSIX per platform in out/, each with that platform's ONNX Runtime alone.
 * `node scripts/package.mjs [--list] [target ...|all]`; default: this machine's platform.
 * `universal` carries the WebAssembly runtime, for the platforms without a native one.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVSIX, listFiles } from '@vscode/vsce';
import { root } from './setup.mjs';
import { say } from './terminal.mjs';

const MB = 1_000_000;
const BUDGET = 25 * MB;
const NATIVE = 'node_modules/onnxruntime-node';
const WEB = 'node_modules/onnxruntime-web';
/**
 * Files that the native binding loads on the CPU, per vsce target. Left out: DirectML.dll, dxil.dll and
 * dxcompiler.dll (loaded late, for GPUs only), and the second copy of the library on macOS.
 */
const LIBRARIES = {
  'linux-x64': ['libonnxruntime.so.1'],
  'linux-arm64': ['libonnxruntime.so.1'],
  'darwin-arm64': ['libonnxruntime.1.dylib'],
  'win32-x64': ['onnxruntime.dll'],
  'win32-arm64': ['onnxruntime.dll'],
};

/** What a target adds to .vscodeignore's list. */
function runtimeFiles(target) {
  if (target === 'universal') {
    const wasm = ['mjs', 'wasm'].map((ending) => `dist/ort-wasm-simd-threaded.${ending}`);
    return ['package.json', 'dist/ort.node.min.js', ...wasm].map((file) => `${WEB}/${file}`);
  }
  const libraries = LIBRARIES[target];
  const known = [...Object.keys(LIBRARIES), 'universal'].join(', ');
  if (!libraries) throw new Error(`no package for ${target}: choose among ${known}`);
  const bin = `bin/napi-v6/${target.replace('-', '/')}`;
  const native = ['onnxruntime_binding.node', ...libraries].map((file) => `${bin}/${file}`);
  return ['package.json', 'dist/*.js', ...native].map((file) => `${NATIVE}/${file}`);
}

/** Writes out/vscodeignore-<target> and returns its path. */
function writeIgnoreFile(target) {
  mkdirSync(join(root, 'out'), { recursive: true });
  const file = join(root, `out/vscodeignore-${target}`);
  const lines = runtimeFiles(target).map((path) => `!${path}\n`);
  writeFileSync(file, readFileSync(join(root, '.vscodeignore'), 'utf8') + lines.join(''));
  return file;
}

async function pack(target) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packagePath = join(root, `out/mnemoscope-${target}-${version}.vsix`);
  const ignoreFile = writeIgnoreFile(target);
  const platform = target === 'universal' ? {} : { target };
  await createVSIX({
    cwd: root,
    packagePath,
    ignoreFile,
    dependencies: true,
    allowMissingRepository: true,
    rewriteRelativeLinks: false, // this repository has no public address
    ...platform,
  });
  const { size } = statSync(packagePath);
  say(`${packagePath}  ${(size / MB).toFixed(1)} MB of ${BUDGET / MB} MB`);
  if (size > BUDGET) throw new Error(`${packagePath} is over its budget of ${BUDGET / MB} MB`);
}

const words = process.argv.slice(2);
const isList = words.includes('--list');
const named = words.filter((word) => word !== '--list');
const every = [...Object.keys(LIBRARIES), 'universal'];
const targets = named.includes('all') ? every : named;
for (const target of targets.length > 0 ? targets : [`${process.platform}-${process.arch}`]) {
  if (isList) {
    const files = await listFiles({ cwd: root, ignoreFile: writeIgnoreFile(target) });
    for (const file of files) say(file);
  } else {
    await pack(target);
  }
}
