import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SessionState } from '../../src/protocol/session';
import { debugging, fixture, hasModules, isStopped, type Live, ourFiles } from './debugging';

(hasModules('debugpy', 'torch') ? describe : describe.skip)(
  'a debugged program that ends while its recording is handed over',
  function () {
    this.timeout(60_000);
    const debug = debugging('debugpy', fixture('many.py'));
    const { until } = debug;
    const written = 4000;

    /** What the last slot got at one write: softmax over 0 … 127. */
    const each = 1 - Math.exp(-1);
    async function isReadable({ trace, operations }: SessionState): Promise<void> {
      const step = operations.length;
      const range = { trace: trace!.id, series: 'memory.M', from: step, to: step + 1 };
      const values = await debug.api.engine.call('seriesRange', range);
      assert.ok(Math.abs(values.at(-1)! / (each * step) - 1) < 1e-3, `${values.at(-1)} at ${step}`);
    }
    async function isSaved({ trace }: SessionState): Promise<void> {
      const folder = mkdtempSync(path.join(tmpdir(), 'saved-'));
      try {
        const file = path.join(folder, 'session.safetensors');
        await debug.api.engine.call('saveTrace', { trace: trace!.id, path: file });
        const opened = await debug.api.engine.call('openTrace', { path: file });
        assert.deepEqual(
          opened.blocks.map(({ id }) => id),
          trace!.blocks.map(({ id }) => id),
        );
        await debug.api.engine.call('closeTrace', { trace: opened.id });
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
    const isAlive = (pid: number): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };

    /** The session in the middle of its first drain. */
    async function draining(): Promise<{ live: Live; pid: number }> {
      debug.breakAt('print("done")');
      await debug.start();
      const { frame } = await until(
        (state) => isStopped(state) && state.operations.length > 0 && state.trace !== undefined,
      );
      return { live: debug.live()!, pid: frame!.integers!['pid']! };
    }
    const ways: Readonly<Record<string, (pid: number) => unknown>> = {
      'is killed': (pid) => process.kill(pid, 'SIGKILL'),
      'is stopped by its session': () => vscode.debug.stopDebugging(),
    };
    for (const [way, end] of Object.entries(ways)) {
      it(`one that ${way} leaves what was handed over, and nothing else`, async () => {
        const before = ourFiles();
        const { live, pid } = await draining();
        await end(pid);
        const state = await until(
          (one) => one.state === 'ended',
          () => live,
        );
        assert.ok(state.operations.length <= written);
        assert.doesNotMatch(state.problem ?? '', /\n/);
        await isReadable(state);
        await isSaved(state);
        for (
          let tries = 0;
          tries < 60 && (ourFiles().length > before.length || isAlive(pid));
          tries++
        ) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assert.deepEqual([ourFiles(), isAlive(pid)], [before, false]);
      });
    }

    it('an engine that dies is followed by one that takes the recording up', async () => {
      const { live } = await draining();
      const { trace } = live.state();
      process.kill(debug.api.engine.pid()!, 'SIGKILL');
      const state = await until(
        (one) => one.problem !== undefined && one.operations.length === written,
        () => live,
      );
      assert.match(state.problem!, /^The engine that runs models ended \(SIGKILL\)\.$/);
      assert.ok(trace && state.trace);
      await isReadable(state);
    });
  },
);
