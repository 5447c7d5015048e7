import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SessionState } from '../../src/protocol/session';
import { debugging, fixture, isStopped, type Live, ourFiles, stackOf } from './debugging';

describe('a debugged JavaScript program in trouble', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('troubles.cjs'));
  const { breakAt, start, live } = debug;
  const until: typeof debug.until = (wanted, of) =>
    debug.until((state) => state.state !== 'ended' && wanted(state), of);
  const evaluate = async (expression: string): Promise<string> => {
    const { result } = (await live()!.session.customRequest('evaluate', {
      expression,
      frameId: (await stackOf(live()!))[0]?.id,
      context: 'clipboard',
    })) as { result: string };
    return result;
  };

  it('shows what is large, empty, without dimensions, or a trap, and touches nothing', async () => {
    breakAt('// here');
    breakAt('console.log');
    await start();
    const { frame } = await until((state) => state.frame !== undefined);
    const shown = new Map(frame?.tensors.map((tensor) => [tensor.name, tensor]));
    const facts = (name: string): unknown => {
      const { dtype, shape, min, max, note } = shown.get(name)!;
      return [dtype, shape, min, max, note];
    };
    assert.deepEqual(facts('large'), ['float32', [2 ** 26], -7, 1, undefined]);
    assert.equal(shown.get('large')?.sampled, 1024);
    assert.deepEqual(facts('empty'), ['float64', [0], undefined, undefined, undefined]);
    assert.deepEqual(facts('none'), ['float32', [0, 3], undefined, undefined, undefined]);
    assert.deepEqual(facts('scalar'), ['float32', [], 3, 3, undefined]);
    assert.deepEqual(facts('big'), ['int64', [2], -4, 5, undefined]);
    assert.deepEqual(facts('variable'), ['float32', [2], 1, 2, undefined]);
    assert.equal(await evaluate('touched'), '0');
    await debug.resume();
    const next = await until((state) => isStopped(state) && state.frame?.moment !== frame?.moment);
    const changes = new Map(next.frame?.tensors.map(({ name, change }) => [name, change]));
    // The same numbers in another order.
    assert.deepEqual(
      ['swapped', 'variable'].map((name) => changes.get(name)),
      ['changed', 'same'],
    );
  });

  it('hands a large attention over pooled, and one head of it exactly when somebody looks', async () => {
    breakAt('// here');
    await start();
    const { trace, operations } = await until((state) => state.trace !== undefined);
    const [operation] = operations;
    assert.deepEqual([operations.length, operation?.pooled?.shape], [1, [2, 200, 200]]);
    const { engine } = debug.api;
    const row = { trace: trace!.id, block: 'self.0.1', index: 199 };
    await assert.rejects(engine.call('row', row), /head 1 of operation \d+ was not fetched/);
    const thumbnail = await engine.call('thumbnail', {
      trace: trace!.id,
      block: 'self.0.1',
      transform: { perRow: false, hideFirst: false },
    });
    assert.deepEqual([thumbnail.rows, thumbnail.pool], [50, 4]);
    const data = await live()!.exact(operation!.id, 1);
    await engine.call('exactLive', { trace: trace!.id, operation: operation!.id, head: 1, data });
    const values = await engine.call('row', row);
    const computed = JSON.parse(
      JSON.parse(await evaluate('JSON.stringify([...last])')) as string,
    ) as readonly number[];
    assert.equal(computed.length, 200);
    computed.forEach((value, key) => assert.ok(Math.abs(values[key]! - value) < 1e-6, `${key}`));
    await assert.rejects(live()!.exact(99, 0), /the program no longer holds this attention/);
  });

  it('a thread is a session of its own, and records on its own lines', async () => {
    await debug.open(fixture('workers.mjs'));
    breakAt("console.log('done'");
    await start();
    const inThread = (): Live | undefined =>
      debug.api.debugging.sessions.all().find((one) => isStopped(one.state()));
    const { operations, frame } = await until((one) => one.operations.length > 0, inThread);
    assert.deepEqual(
      operations.map(({ what, line }) => [what, line - 1]),
      Array.from({ length: 2 }, () => ['write', debug.line('// in a thread')]),
    );
    assert.ok(frame?.tensors.some(({ name }) => name === 'bank.memory'));
  });

  const ways: Readonly<Record<string, (pid: number) => unknown>> = {
    'is killed': (pid) => process.kill(pid, 'SIGKILL'),
    'is stopped by its session': () => vscode.debug.stopDebugging(),
  };
  for (const [way, end] of Object.entries(ways)) {
    it(`one that ${way} while its recording is handed over leaves that, and no file`, async () => {
      const before = ourFiles();
      await debug.open(fixture('many.mjs'));
      breakAt('console.log');
      await start();
      const { frame } = await until((state) => isStopped(state) && state.trace !== undefined);
      const one = live()!;
      await end(frame!.integers!['pid']!);
      const state = await debug.until(
        ({ state: now }) => now === 'ended',
        () => one,
      );
      assert.ok(state.operations.length > 0 && state.operations.length <= 4000);
      assert.doesNotMatch(state.problem ?? '', /\n/);
      await isReadable(state);
      for (let tries = 0; tries < 60 && ourFiles().length > before.length; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.deepEqual(ourFiles(), before);
    });
  }

  /** What the last slot got at one write: softmax over 0 … 127. */
  const each = 1 - Math.exp(-1);
  async function isReadable({ trace, operations }: SessionState): Promise<void> {
    const step = operations.length;
    const range = { trace: trace!.id, series: 'memory.M', from: step, to: step + 1 };
    const values = await debug.api.engine.call('seriesRange', range);
    assert.ok(Math.abs(values.at(-1)! / (each * step) - 1) < 1e-3, `${values.at(-1)} at ${step}`);
  }
});
