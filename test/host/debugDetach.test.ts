import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  debugging,
  fixture,
  follow,
  freePort,
  hasModules,
  isStopped,
  ourFiles,
  python,
} from './debugging';

(hasModules('debugpy', 'torch') ? describe : describe.skip)(
  'leaving a Python program',
  function () {
    this.timeout(60_000);
    const debug = debugging('debugpy', fixture('attached.py'));
    let child: ChildProcess | undefined;
    afterEach(() => child?.kill('SIGKILL'));

    it('a program that was attached to goes on bit for bit as if nobody had been there', async () => {
      const alone = spawnSync(python, [fixture('attached.py')], { encoding: 'utf8' }).stdout;
      assert.match(alone, /came to \w+ found \[\]/);
      const before = ourFiles();
      const folder = mkdtempSync(path.join(tmpdir(), 'attached-'));
      const flag = path.join(folder, 'go');
      const port = await freePort();
      const words = ['-m', 'debugpy', '--listen', `127.0.0.1:${port}`, fixture('attached.py')];
      child = spawn(python, [...words, '40', flag], {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, TMPDIR: folder },
      });
      const output = follow(child);
      try {
        await output.ready;
        debug.breakAt('return loss.detach()');
        const host = '127.0.0.1';
        await debug.start({ request: 'attach', connect: { host, port }, program: undefined });
        writeFileSync(flag, '');
        // The helper may come in the middle of a step: the next one is recorded whole.
        await debug.until(isStopped);
        await debug.resume();
        const { operations } = await debug.until((state) => state.operations.length > 1);
        const kinds = operations.map(({ what }) => what);
        assert.ok(kinds.includes('write') && kinds.includes('attention'), kinds.join());
        vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
        await vscode.debug.stopDebugging();
        assert.equal(await output.all, alone);
        await debug.until(({ state }) => state === 'ended');
        await new Promise((resolve) => setTimeout(resolve, 200));
        assert.deepEqual(ourFiles(), before);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
);

describe('leaving a JavaScript program', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('attached.mjs'));
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  it('a program that was attached to goes on', async () => {
    const port = await freePort();
    child = spawn('node', [`--inspect=127.0.0.1:${port}`, fixture('attached.mjs')], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const output = follow(child);
    await output.ready;
    debug.breakAt('passes++');
    await debug.start({ request: 'attach', address: '127.0.0.1', port, program: undefined });
    const { frame } = await debug.until((state) => state.state !== 'ended' && isStopped(state));
    assert.ok(frame?.tensors.some(({ name }) => name === 'memory.memory'));
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    // Stopping all sessions has VS Code ask for the program's end, whoever follows it; disconnecting does not.
    await vscode.commands.executeCommand('workbench.action.debug.disconnect');
    child.stdin?.write('how far?');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
    child.stdin?.end();
    assert.match(await output.all, /^ready\npasses \d+\nended true\n$/);
  });
});
