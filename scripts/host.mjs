/**
 * Runs test/host/*.test.ts with mocha inside the extension host. `node scripts/host.mjs [part of a path]`
 * Desktop VS Code where VSCODE_EXECUTABLE names one, or one is installed and can open a window; else the
 * VS Code that npm carries, with headless Chromium as its window.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { chromiumFlags, findChromium } from './chromium.mjs';
import { findPython } from './python.mjs';
import { root } from './setup.mjs';
import { bundling, temporaryFolder, testExtensions, testFiles } from './suites.mjs';
import { say } from './terminal.mjs';
import { hasDisplay, quietSettings, startServer } from './vscode.mjs';

const LIMIT = 420_000;
/** Starts the lines that test/host/harness.ts writes. */
const MARK = '[test] ';
const DESKTOPS = [
  '/usr/share/code/code',
  '/usr/lib/code/code',
  '/usr/share/codium/codium',
  '/Applications/Visual Studio Code.app/Contents/MacOS/Code',
  '/Applications/Visual Studio Code.app/Contents/MacOS/Electron',
  `${process.env.LOCALAPPDATA}\\Programs\\Microsoft VS Code\\Code.exe`,
];

/** One CJS file that exports run(): the harness, and each test file loaded when mocha is ready for it. */
async function bundleSuite(filter) {
  const suite = join(root, `out/host-${process.pid}.cjs`);
  const loads = testFiles('test/host', filter).map(
    (file) => `require(${JSON.stringify(`./${file}`)});`,
  );
  const contents = `import { runSuite } from './test/host/harness';
    export const run = () => runSuite(() => { ${loads.join(' ')} });`;
  const external = ['vscode'];
  await build({ ...bundling, external, stdin: { contents, resolveDir: root }, outfile: suite });
  process.on('exit', () => rmSync(suite, { force: true }));
  return suite;
}

async function runInDesktop(executable, { suite, folder, data, env }) {
  const { runTests } = await import('@vscode/test-electron');
  mkdirSync(join(data, 'User'), { recursive: true });
  writeFileSync(join(data, 'User/settings.json'), JSON.stringify(quietSettings));
  const flags = ['--disable-extensions', '--disable-workspace-trust', '--skip-welcome'];
  return runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: [root, ...testExtensions(root)],
    extensionTestsPath: suite,
    extensionTestsEnv: env,
    launchArgs: [folder, `--user-data-dir=${data}`, ...flags],
  });
}

async function runInBrowser({ suite, folder, data, env }) {
  const { chromium } = await import('playwright-core');
  const executablePath = await findChromium();
  const { address } = await startServer({ data, env, extensions: testExtensions(root) });
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  try {
    const page = await browser.newPage();
    const log = [];
    await page.exposeFunction('codeAutomationLog', (_level, values) => {
      const line = values.join(' ');
      if (line.startsWith(MARK)) say(line.slice(MARK.length));
      else log.push(line);
    });
    const ended = new Promise((resolve, reject) => {
      void page.exposeFunction('codeAutomationExit', resolve);
      page.once('crash', () => reject(new Error('the browser page crashed')));
      const late = `the extension host tests did not end within ${LIMIT / 1000} s`;
      setTimeout(() => reject(new Error(late)), LIMIT).unref();
    });
    await page.goto(address({ folder, extension: root, suite }));
    return await ended.catch((error) => {
      say(log.join('\n').slice(-8_000));
      throw error;
    });
  } finally {
    await browser.close();
  }
}

const temporary = temporaryFolder();
const folder = join(temporary, 'samples');
cpSync(join(root, 'samples'), folder, { recursive: true });
const python = await findPython();
const setting = {
  suite: await bundleSuite(process.argv[2]),
  folder,
  data: join(temporary, 'data'),
  env: { MNEMOSCOPE_ROOT: root, ...(python && { MNEMOSCOPE_PYTHON: python }) },
};
const installed = hasDisplay ? DESKTOPS.find((file) => existsSync(file)) : undefined;
const desktop = process.env.VSCODE_EXECUTABLE ?? installed;
process.exit(await (desktop ? runInDesktop(resolve(desktop), setting) : runInBrowser(setting)));
