/**
 * Runs test/browser/*.test.ts with Playwright in the carried VS Code, on the extension under development,
 * or, with --installed, on this platform's VSIX. `node scripts/browser.mjs [--installed] [part of a path]`
 */
import { findChromium } from './chromium.mjs';
import { succeed } from './processes.mjs';
import { findPython } from './python.mjs';
import { root } from './setup.mjs';
import { runNodeTests, temporaryFolder, testExtensions } from './suites.mjs';
import { installExtension, startServer } from './vscode.mjs';

const words = process.argv.slice(2);
const isInstalled = words.includes('--installed');
const filter = words.find((word) => word !== '--installed');

const CHROMIUM = await findChromium();
const data = temporaryFolder();
if (isInstalled) {
  const printed = await succeed('packaging', process.execPath, ['scripts/package.mjs'], {
    cwd: root,
  });
  await installExtension(/^(.*\.vsix) {2}.* MB of/m.exec(printed)[1], data);
}
const extensions = isInstalled ? [] : testExtensions(root);
const python = isInstalled ? undefined : await findPython();
const debugging = python && { MNEMOSCOPE_PYTHON: python };
const { address } = await startServer({ data, extensions, env: debugging });
const workbench = address(isInstalled ? {} : { extension: root });
// One file after the other: each has a browser, and shares the machine with the extension's own engine.
const flags = ['--test-concurrency=1'];
const env = { CHROMIUM, MNEMOSCOPE_WORKBENCH: workbench, ...debugging };
process.exit(await runNodeTests('test/browser', { filter, flags, env }));
