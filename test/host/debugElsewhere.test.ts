import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
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
import { projectRoot } from './harness';

/** Runs a command where our folder for temporary files is another, empty one; what it needs of ours is put in there. */
function hidden(words: readonly string[]): readonly string[] {
  const prefix = spawnSync(python, ['-c', 'import sys; print(sys.prefix)'], { encoding: 'utf8' });
  const needed = [projectRoot(), prefix.stdout.trim()];
  const inside = needed.filter((one) => one.startsWith(`${tmpdir()}/`));
  const lines = [
    'set -e',
    'mount -t tmpfs none /mnt',
    ...inside.map((one, index) => `mkdir /mnt/${index}; mount --bind '${one}' /mnt/${index}`),
    `mount -t tmpfs none '${tmpdir()}'`,
    ...inside.map((one, index) => `mkdir -p '${one}'; mount --bind /mnt/${index} '${one}'`),
    'exec "$@"',
  ];
  return ['--map-root-user', '--mount', 'sh', '-c', lines.join('\n'), 'sh', ...words];
}
const canHide = (): boolean => spawnSync('unshare', [...hidden(['true'])]).status === 0;

(hasModules('debugpy', 'torch') && canHide() ? describe : describe.skip)(
  'a Python program on another file system',
  function () {
    this.timeout(60_000);
    const debug = debugging('debugpy', fixture('elsewhere.py'));
    const { until } = debug;
    let child: ChildProcess | undefined;
    afterEach(() => child?.kill('SIGKILL'));

    const attach = async (port: number): Promise<void> => {
      const connect = { host: '127.0.0.1', port };
      await debug.start({ request: 'attach', connect, program: undefined });
    };
    /** In the frame where it stands. */
    const evaluate = (expression: string): Thenable<unknown> => {
      const stack = vscode.debug.activeStackItem;
      assert.ok(stack instanceof vscode.DebugStackFrame);
      const { session, frameId } = stack;
      return session.customRequest('evaluate', { expression, frameId, context: 'repl' });
    };

    it('what it recorded and its weights come through the debugger; whoever attaches again finds all of it', async () => {
      const before = ourFiles();
      const port = await freePort();
      const words = ['-m', 'debugpy', '--listen', `127.0.0.1:${port}`, '--wait-for-client'];
      child = spawn('unshare', hidden([python, ...words, fixture('elsewhere.py')]), {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let complaints = '';
      child.stderr?.on('data', (data) => (complaints += String(data)));
      const output = follow(child);
      for (let time = 0; time < 2; time++) {
        // Between two sessions the adapter does not listen for a moment.
        assert.ok(await listening(port), `nobody listens at ${port}: ${complaints}`);
        debug.breakAt('passes += 1');
        await attach(port);
        // The helper may come in the middle of a pass: the next one is recorded whole.
        await until(isStopped);
        await debug.resume();
        const { trace, operations } = await until(
          (state) => isStopped(state) && state.operations.length > 0,
        );
        assert.ok(operations.every(({ what, note }) => what === 'write' && note === undefined));
        // 256 slots of 200 numbers: more than an answer holds.
        const range = { trace: trace!.id, series: 'memory.M', from: 1, to: 2 };
        const data = await debug.api.engine.call('seriesRange', range);
        // Each pass adds the same to the last slot: softmax of 0 … 255 there.
        const passes = data.at(-1)! / (1 - Math.exp(-1));
        assert.ok(passes > 0.9 && Math.abs(passes - Math.round(passes)) < 1e-3, String(passes));
        const weights = await debug.live()!.weightsOf('model');
        assert.equal(
          Buffer.from(weights).readBigUInt64LE(0) + 8n + 4n * 513n * 400n,
          BigInt(weights.length),
        );
        vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
        if (time === 1) await evaluate('globals().update(going=False)');
        // In the middle of an answer: an adapter that gets it later ends, and nobody could attach again.
        else void evaluate('__import__("time").sleep(0.5)').then(undefined, () => undefined);
        const gone = new Promise((resolve) => vscode.debug.onDidTerminateDebugSession(resolve));
        await vscode.commands.executeCommand('workbench.action.debug.disconnect');
        await gone;
        await until(({ state }) => state === 'ended');
      }
      assert.equal(await output.all, 'ended False False []\n');
      assert.deepEqual(ourFiles(), before);
    });
  },
);

/** Until somebody listens there; connecting would be taken for a debugger. */
async function listening(port: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (let tries = 0; tries < 400; tries++) {
    const { stdout } = spawnSync('cat', ['/proc/net/tcp'], { encoding: 'utf8' });
    if (new RegExp(`:${hex} 00000000:0000 0A`).test(stdout)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
