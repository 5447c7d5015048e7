/** Builds the bundles (host, engine, its threads, command line, webview) and holds each to its size budget. */
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { build, context } from 'esbuild';

const watch = process.argv.includes('--watch');
const KB = 1024;

const node = { platform: 'node', target: 'node20', format: 'cjs', loader: { '.py': 'text' } };
/** Native or large packages that are loaded at run time from node_modules. */
const external = ['vscode', 'onnxruntime-node', 'onnxruntime-web', 'h5wasm'];

/** Name → esbuild options and the budget in bytes, minified. */
export const bundles = {
  'host.js': { entry: 'src/host/main.ts', ...node, external, budget: 150 * KB },
  'debugPython.js': { entry: 'src/host/debug/python/helper.ts', ...node, budget: 100 * KB },
  'engine.js': { entry: 'src/engine/main.ts', ...node, external, budget: 450 * KB },
  'shapes.js': { entry: 'src/engine/shapesMain.ts', ...node, external, budget: 350 * KB },
  'statistics.js': {
    entry: 'src/engine/statistics/thread.ts',
    ...node,
    external,
    budget: 200 * KB,
  },
  'hdf5.js': { entry: 'src/engine/hdf5/thread.ts', ...node, external, budget: 20 * KB },
  'cli.js': { entry: 'src/cli.ts', ...node, external, budget: 750 * KB },
  'webview.js': {
    entry: 'webview/main.tsx',
    platform: 'browser',
    target: 'chrome120',
    format: 'iife',
    budget: 400 * KB,
  },
};

const options = Object.entries(bundles).map(([outfile, { entry, budget: _, ...rest }]) => ({
  entryPoints: [entry],
  outfile: `dist/${outfile}`,
  bundle: true,
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: watch ? 'info' : 'warning',
  ...rest,
}));

await mkdir('dist', { recursive: true });
await copyFile('node_modules/@vscode/codicons/dist/codicon.ttf', 'dist/codicon.ttf');
await copyFile('node_modules/@vscode/codicons/dist/codicon.css', 'dist/codicon.css');

if (watch) {
  await Promise.all(options.map(async (option) => (await context(option)).watch()));
} else {
  await Promise.all(options.map((option) => build(option)));
  for (const [name, { budget }] of Object.entries(bundles)) {
    const { size } = await stat(`dist/${name}`);
    console.log(
      `dist/${name.padEnd(11)} ${(size / KB).toFixed(0).padStart(4)} KB of ${budget / KB} KB`,
    );
    if (size > budget) throw new Error(`dist/${name} is over its budget of ${budget / KB} KB`);
  }
}
