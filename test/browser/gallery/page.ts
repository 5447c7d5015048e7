/** One panel in a browser page, with Node as its extension host. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Handlers, serve, type Server } from '../../../src/protocol/rpc';
import type { MakeHandlers } from './engineHost';
import type { HostMethods, HostNotes } from '../../../src/protocol/webview';
import { type ThemeName, themeOf } from './themes';

const out = 'out/gallery';

export interface Setting {
  readonly width: number;
  readonly height: number;
  readonly theme: ThemeName;
  readonly language?: string;
  readonly ratio?: number;
  readonly state?: unknown;
  /** Which page it is, as `panelHtml` says it. */
  readonly page?: string;
}

/** The policy of the real panel, with this page's own files in place of the webview's. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src data: blob:";

/** Opens the panel. The handlers answer it as the extension host would. */
export async function openPanel(
  browser: Browser,
  handlers: MakeHandlers,
  setting: Setting,
): Promise<{ page: Page; server: Server<HostNotes>; problems: string[] }> {
  const { width, height, theme, language = 'en', ratio = 1, state } = setting;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: ratio,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  await page.route('http://panel/**', (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name !== '') return route.fulfill({ path: path.join(out, name) });
    return route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': policy },
      body: html(language, setting.page),
    });
  });
  let receive: ((message: unknown) => void) | undefined;
  await page.exposeFunction('toHost', (message: string) => receive?.(decode(message)));
  await page.addInitScript({
    content: `(${shim.toString()})(${JSON.stringify(state ?? null)}, ${JSON.stringify(themeOf(theme))})`,
  });
  const server: Server<HostNotes> = serve<HostMethods, HostNotes>(
    {
      post: (message) => {
        const text = encode(message);
        // A page that is gone has nobody who listens.
        void page.evaluate(`window.fromHost(${JSON.stringify(text)})`).catch(() => undefined);
      },
      listen: (listener) => (receive = listener),
    },
    handlers(() => server) as Handlers<HostMethods>,
  );
  await page.goto('http://panel/');
  return { page, server, problems };
}

export function setTheme(page: Page, name: ThemeName): Promise<void> {
  return page.evaluate(({ style, className }) => {
    document.documentElement.style.cssText = style;
    document.body.className = className;
  }, themeOf(name));
}

function html(language: string, page = ''): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8">
<link rel="stylesheet" href="codicon.css"><link rel="stylesheet" href="webview.css">
</head><body data-page="${page}"><div id="root"></div><script src="webview.js"></script></body></html>`;
}

/** Typed arrays do not survive JSON. */
function encode(message: unknown): string {
  return JSON.stringify(message, (_, value: unknown) => {
    if (Number.isNaN(value)) return { float32: 'NaN' };
    if (!ArrayBuffer.isView(value) || value instanceof DataView) return value;
    const type = value.constructor.name;
    return {
      array: type,
      bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    };
  });
}

/** What a page sends: its typed arrays are written as `{ float32: [values] }`. */
function decode(message: string): unknown {
  return JSON.parse(message, (_, value: { float32?: readonly number[] } | null) =>
    Array.isArray(value?.float32) ? Float32Array.from(value.float32) : value,
  );
}

/** Runs in the page before anything else: what VS Code puts there, and the line to Node. */
function shim(state: unknown, theme: { style: string; className: string }): void {
  const page = window as unknown as Record<string, unknown>;
  let saved = state;
  page['acquireVsCodeApi'] = () => ({
    postMessage: (message: unknown) =>
      (page['toHost'] as (m: string) => void)(
        JSON.stringify(message, (_, value: unknown) =>
          value instanceof Float32Array ? { float32: [...value] } : value,
        ),
      ),
    getState: () => saved ?? undefined,
    setState: (next: unknown) => (saved = next),
  });
  page['fromHost'] = (text: string) => {
    const types = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, Uint32Array };
    const data: unknown = JSON.parse(
      text,
      (_, value: { float32?: string; array?: keyof typeof types; bytes?: string } | null) => {
        if (value?.float32 === 'NaN') return Number.NaN;
        if (typeof value?.bytes !== 'string' || value.array === undefined) return value;
        return new types[value.array](
          Uint8Array.from(atob(value.bytes), (c) => c.charCodeAt(0)).buffer,
        );
      },
    );
    window.dispatchEvent(new MessageEvent('message', { data }));
  };
  // Script time of every frame: all its callbacks together.
  const frames: number[] = [];
  page['frames'] = frames;
  const request = window.requestAnimationFrame.bind(window);
  let latest = 0;
  window.requestAnimationFrame = (callback) =>
    request((now) => {
      const start = performance.now();
      callback(now);
      const spent = performance.now() - start;
      if (now === latest) frames.push((frames.pop() ?? 0) + spent);
      else frames.push(spent);
      latest = now;
    });
  const apply = (): void => {
    document.documentElement.style.cssText = theme.style;
    document.body.className = theme.className;
  };
  new MutationObserver((_, observer) => {
    if (!document.body) return;
    observer.disconnect();
    apply();
  }).observe(document, { childList: true, subtree: true });
}
