/** Drives VS Code's workbench in Chromium as a person would. One server serves the whole run. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';

export type Theme = 'dark' | 'light' | 'high contrast';

const THEMES: Readonly<Record<Theme, { readonly name: string; readonly mark: string }>> = {
  dark: { name: 'Default Dark Modern', mark: 'vs-dark' },
  light: { name: 'Default Light Modern', mark: 'vs' },
  'high contrast': { name: 'Default High Contrast', mark: 'hc-black' },
};
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
FLAGS.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
const PATIENCE = 30_000;

export interface Workbench {
  readonly page: Page;
  /** Absolute path of the folder that is open: a copy, which the test may change. */
  readonly folder: string;
  /** The Explorer's row of a file, by its path in the folder; opens the folders above it. */
  explorerItem(path: string): Promise<Locator>;
  /** Double-clicks a file in the Explorer and waits for its tab. */
  openFile(path: string): Promise<void>;
  /** Right-clicks in the Explorer, again until the menu holds `label`, and picks it. */
  chooseInExplorer(path: string, label: string): Promise<void>;
  /** Runs a command from the palette, by its full title, e.g. `Mnemoscope: Show Log`. */
  runCommand(title: string): Promise<void>;
  /** The content of our n-th visible webview. */
  webview(index?: number): FrameLocator;
  setTheme(theme: Theme): Promise<void>;
  /** Writes workspace settings, over those that earlier calls wrote; VS Code applies them at once. */
  setSettings(settings: Readonly<Record<string, unknown>>): void;
  /** Writes out/screenshots/<name>.png and returns its path. */
  screenshot(name: string): Promise<string>;
  /** Fails when a webview of ours, or our extension, has put an error on the console. */
  assertNoErrors(): void;
  close(): Promise<void>;
}

/**
 * Opens a workbench on a copy of `source` (default: the project's samples), in a browser of its own.
 * `prepare` may add files before anybody looks: the Explorer does not see those of its first second.
 * With `asksForTrust`, the person has yet to say whether they trust the folder, as VS Code has it by itself.
 */
export async function openWorkbench(
  source = 'samples',
  prepare?: (folder: string) => void,
  { asksForTrust = false } = {},
): Promise<Workbench> {
  const { CHROMIUM, MNEMOSCOPE_WORKBENCH } = process.env;
  if (!CHROMIUM || !MNEMOSCOPE_WORKBENCH)
    throw new Error('run these tests with scripts/browser.mjs');
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'mnemoscope-')));
  const folder = join(temporary, basename(resolve(source)));
  cpSync(source, folder, { recursive: true });
  prepare?.(folder);

  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  const errors = collectErrors(page);
  const url = new URL(MNEMOSCOPE_WORKBENCH);
  if (asksForTrust) await page.addInitScript(switchTrustOn);
  url.searchParams.set('folder', folder);
  await page.goto(url.href);
  await page.locator('.explorer-folders-view [role=treeitem]').first().waitFor();
  // VS Code drops the path of an extension under development without a word when it may not load it.
  if (MNEMOSCOPE_WORKBENCH.includes('extensionDevelopmentPath')) {
    await page.waitForFunction(() => document.title.startsWith('[Extension Development Host]'));
  }

  const explorerItem = async (path: string): Promise<Locator> => {
    const names = path.split('/');
    const row = (depth: number): Locator =>
      page.locator(
        `.explorer-folders-view [role=treeitem][aria-level="${depth + 1}"]` +
          `:has(.label-name :text-is(${JSON.stringify(names[depth])}))`,
      );
    for (let depth = 0; depth < names.length - 1; depth++) {
      await row(depth).waitFor();
      if ((await row(depth).getAttribute('aria-expanded')) !== 'true') await row(depth).click();
    }
    await row(names.length - 1).waitFor();
    return row(names.length - 1);
  };

  const settings: Record<string, unknown> = { 'files.exclude': { '.vscode': true } };
  const setSettings: Workbench['setSettings'] = (more) => {
    const file = join(folder, '.vscode/settings.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(Object.assign(settings, more)));
  };

  return {
    page,
    folder,
    explorerItem,
    setSettings,
    async openFile(path) {
      await (await explorerItem(path)).dblclick();
      await page.locator(`.tab[data-resource-name=${JSON.stringify(basename(path))}]`).waitFor();
    },
    async chooseInExplorer(path, label) {
      const item = await explorerItem(path);
      const choice = page.locator('.monaco-menu .action-item').filter({ hasText: label });
      const deadline = Date.now() + PATIENCE;
      // Until the workbench has read our manifest, the menu opens without our command.
      const within = { timeout: 3_000 };
      for (;;) {
        await item.click({ button: 'right' });
        try {
          await choice.waitFor(within);
          await choice.hover(within);
          await choice.click({ delay: 50, ...within });
          // A menu that has only just opened swallows the click.
          await choice.waitFor({ state: 'hidden', ...within });
          return;
        } catch {
          assert.ok(Date.now() < deadline, `the menu of ${path} has no item ${label}`);
          await page.keyboard.press('Escape');
        }
      }
    },
    async runCommand(title) {
      await page.keyboard.press('F1');
      const input = page.locator('.quick-input-widget input[type=text]');
      await input.fill(`>${title}`);
      const row = page.locator('.quick-input-list [role=option]').filter({ hasText: title });
      await row.first().click();
    },
    webview: (index = 0) =>
      page
        .locator('iframe.webview.ready')
        .filter({ visible: true })
        .nth(index)
        .contentFrame()
        .frameLocator('iframe#active-frame'),
    async setTheme(theme) {
      setSettings({ 'workbench.colorTheme': THEMES[theme].name });
      await page.locator(`.monaco-workbench.${THEMES[theme].mark}`).waitFor();
    },
    async screenshot(name) {
      const path = join('out/screenshots', `${name}.png`);
      await page.screenshot({ path });
      return path;
    },
    assertNoErrors: () => assert.equal(errors.join('\n'), ''),
    async close() {
      await browser.close();
      rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The server is started without workspace trust, and tells so in its HTML: runs in the page, before its own scripts do. */
function switchTrustOn(): void {
  const observer = new MutationObserver(() => {
    const meta = document.getElementById('vscode-workbench-web-configuration');
    const settings = meta?.dataset['settings'];
    if (!meta || !settings) return;
    observer.disconnect();
    meta.dataset['settings'] = settings.replace(/("enableWorkspaceTrust"):false/, '$1:true');
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** Gathers the console errors and exceptions that are ours: from our webviews, our files or our code. */
function collectErrors(page: Page): readonly string[] {
  const errors: string[] = [];
  const ours = ['mnemoscope.mnemoscope', 'vscode-resource', process.cwd()];
  // The workbench's own noise comes from its own scripts, or is a request or a service worker that
  // this server lacks. What runs inline in a webview has no address at all.
  const noise = /^Failed to load resource|^A bad HTTP response code/;
  const isOurs = (text: string, address: string): boolean =>
    ours.some((mark) => text.includes(mark) || address.includes(mark)) ||
    !(address.includes('/static/out/') || noise.test(text));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const address = decodeURIComponent(message.location().url);
    if (isOurs(message.text(), address)) errors.push(`${message.text()} (${address})`);
  });
  page.on('pageerror', (error) => {
    const trace = decodeURIComponent(error.stack ?? error.message);
    if (isOurs(error.message, trace)) errors.push(trace);
  });
  return errors;
}
