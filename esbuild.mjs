/** Builds the bundles (host, engine, its threads, command line, webview) and holds each to its size budget. */
import { copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, context } from 'esbuild';
import { inParts } from './scripts/parts.mjs';

const watch = process.argv.includes('--watch');
const KB = 1024;
const outdir = process.env.MNEMOSCOPE_DIST ?? 'dist';

/** Python as text, less the lines that are comments alone. */
const python = {
  name: 'python',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.py$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/^ *# .*\n/gm, ''),
      loader: 'text',
    })),
};
const node = { platform: 'node', target: 'node20', format: 'cjs' };
/** Native or large packages that are loaded at run time from node_modules. */
const external = ['vscode', 'onnxruntime-web', 'h5wasm'];

/** Name → esbuild options, and the budget of all its parts in bytes, minified. */
export const bundles = {
  'host.js': { entry: 'src/host/main.ts', ...node, external, budget: 150 * KB },
  'debugPython.js': {
    entry: 'src/host/debug/python/helper.ts',
    ...node,
    plugins: [python],
    budget: 110 * KB,
  },
  'engine.js': { entry: 'src/engine/main.ts', ...node, external, split: true, budget: 550 * KB },
  'shapes.js': { entry: 'src/engine/shapes/main.ts', ...node, external, budget: 380 * KB },
  'statistics.js': {
    entry: 'src/engine/statistics/thread.ts',
    ...node,
    external,
    budget: 200 * KB,
  },
  'hdf5.js': { entry: 'src/engine/hdf5/thread.ts', ...node, external, budget: 20 * KB },
  'cli.js': { entry: 'src/cli.ts', ...node, external, split: true, budget: 950 * KB },
  'webview.js': {
    entry: 'webview/main.tsx',
    platform: 'browser',
    target: 'chrome120',
    format: 'iife',
    budget: 400 * KB,
  },
};

const options = Object.entries(bundles).map(([file, { entry, budget: _, split, ...rest }]) => {
  const name = basename(file, '.js');
  return {
    entryPoints: { [name]: entry },
    outdir,
    bundle: true,
    minify: !watch,
    sourcemap: watch && (split ? 'inline' : 'linked'),
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: watch ? 'info' : 'warning',
    metafile: true,
    ...rest,
    ...(split && inParts(name)),
  };
});

/** Parts of earlier builds; those of the last hour may still be loaded by a process that is running. */
async function removeOldParts() {
  for (const file of await readdir(outdir)) {
    const path = join(outdir, file);
    const isPart = /^\w+\.[\w-]+\.[A-Z0-9]{8}\.js$/.test(file);
    if (isPart && Date.now() - (await stat(path)).mtimeMs > 3_600_000) await rm(path);
  }
}

await mkdir(outdir, { recursive: true });
for (const asset of ['codicon.ttf', 'codicon.css']) {
  await copyFile(`node_modules/@vscode/codicons/dist/${asset}`, join(outdir, asset));
}

if (watch) {
  await Promise.all(options.map(async (option) => (await context(option)).watch()));
} else {
  const built = await Promise.all(options.map((option) => build(option)));
  await removeOldParts();
  for (const [i, [name, { budget }]] of Object.entries(bundles).entries()) {
    const written = Object.entries(built[i].metafile.outputs);
    const code = written.filter(([file]) => file.endsWith('.js'));
    const size = code.reduce((sum, [, { bytes }]) => sum + bytes, 0);
    console.log(
      `${outdir}/${name.padEnd(11)} ${(size / KB).toFixed(0).padStart(4)} KB of ${budget / KB} KB`,
    );
    if (size > budget) throw new Error(`${outdir}/${name} is over its budget of ${budget / KB} KB`);
  }
}
