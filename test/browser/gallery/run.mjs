/** Builds the panel and the gallery, takes its pictures into out/gallery. `node test/browser/gallery/run.mjs [part of a name | --measure]` */
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { build } from 'esbuild';
import { threads } from '../../../scripts/suites.mjs';

const out = 'out/gallery';
const script = process.argv[2] === '--measure' ? 'measure' : 'main';
await mkdir(out, { recursive: true });
const shared = { bundle: true, logLevel: 'warning', sourcemap: 'inline' };
const node = { ...shared, platform: 'node', target: 'node20', format: 'cjs', packages: 'external' };
await Promise.all([
  build({
    ...shared,
    entryPoints: ['webview/main.tsx'],
    outfile: `${out}/webview.js`,
    target: 'chrome120',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  }),
  build({ ...node, entryPoints: { engine: 'src/engine/main.ts', ...threads }, outdir: out }),
  build({
    ...node,
    entryPoints: [`test/browser/gallery/${script}.ts`],
    outfile: `${out}/${script}.js`,
  }),
  copyFile('node_modules/@vscode/codicons/dist/codicon.ttf', `${out}/codicon.ttf`),
  copyFile('node_modules/@vscode/codicons/dist/codicon.css', `${out}/codicon.css`),
]);
const { status } = spawnSync(process.execPath, [`${out}/${script}.js`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
