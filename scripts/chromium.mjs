/** Finds a Chromium that Playwright can drive, or installs one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finish, succeed } from './processes.mjs';
import { root } from './setup.mjs';
import { say, step } from './terminal.mjs';
import { onPath } from './vscode.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  `${process.env.PROGRAMFILES}\\Google\\Chrome\\Application\\chrome.exe`,
];

/** Quiet, and able to run as root without a GPU. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of Chromium: CHROMIUM, else the machine's own, else Debian's package (as root), else Playwright's. */
export async function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const { chromium } = await import('playwright-core');
  const known = () =>
    onPath(...NAMES) ?? [...PLACES, chromium.executablePath()].find((file) => existsSync(file));
  const found = known();
  if (found) return found;

  const apt = process.getuid?.() === 0 && onPath('apt-get');
  if (apt) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const installed = await step('Installing Chromium (apt-get)', async () => {
      await finish(apt, ['update'], { quiet: true });
      const args = ['install', '-y', '--no-install-recommends', 'chromium'];
      const { code } = await finish(apt, args, { quiet: true, env });
      // Ubuntu's package of this name is only a pointer to a snap: ask the program itself.
      const program = code === 0 && onPath('chromium');
      return program && (await finish(program, ['--version'], { quiet: true })).code === 0;
    });
    if (installed) return onPath('chromium');
    say('  apt-get has no working Chromium; trying Playwright’s');
  }
  const cli = join(root, 'node_modules/playwright-core/cli.js');
  const args = [cli, 'install', ...(apt ? ['--with-deps'] : []), 'chromium'];
  await step('Installing Chromium (playwright-core)', () =>
    succeed('playwright-core install chromium', process.execPath, args, {}),
  );
  return known();
}
