/** Runs test/browser/*.test.ts with Playwright in the carried VS Code. `node scripts/browser.mjs [part of a path]` */
import { findChromium } from './chromium.mjs';
import { root } from './setup.mjs';
import { runNodeTests, temporaryFolder, testExtensions } from './suites.mjs';
import { startServer } from './vscode.mjs';

const CHROMIUM = await findChromium();
const data = temporaryFolder();
const { address } = await startServer({ data, extensions: testExtensions(root) });
const env = { CHROMIUM, MNEMOSCOPE_WORKBENCH: address({ extension: root }) };
// One file after the other: each has a browser, and shares the machine with the extension's own engine.
const flags = ['--test-concurrency=1'];
process.exit(await runNodeTests('test/browser', { filter: process.argv[2], flags, env }));
