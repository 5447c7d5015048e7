import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SessionState } from '../../src/protocol/session';
import { debugging, fixture, hasModules, ourFiles } from './debugging';

(hasModules('debugpy', 'torch') ? describe : describe.skip)(
  'a debugged Python program in trouble',
  function () {
    this.timeout(60_000);
    const debug = debugging('debugpy', fixture('troubles.py'));
    const { line, until } = debug;
    const start = (breakAt: string, more: object = {}): Promise<void> => {
      if (breakAt) debug.breakAt(breakAt);
      return debug.start(more);
    };
    const stopped = (name: string) => (state: SessionState) =>
      state.state === 'stopped' && state.name === name && state.frame !== undefined;

    /** A tensor of a gigabyte is sampled, and its tiles are pooled in the program. */
    const sampledAndPooled = async (state: SessionState): Promise<void> => {
      const { frame } = state;
      const large = frame?.tensors.find(({ name }) => name === 'large');
      assert.ok((large?.sampled ?? 0) > 1);
      const live = debug.live()!;
      const tile = await live.ask<{ rows: number; data: string }>(frame?.moment ?? 0, {
        tensor: 'large',
        question: 'tile',
        slice: { rows: 0, columns: 1, at: [0, 0] },
        more: { level: 6, row: 0, column: 0 },
      });
      assert.equal(tile.rows, 256);
      assert.equal(Buffer.from(tile.data, 'base64').readFloatLE(0), 5);
    };
    /** Of a large attention one head is fetched exactly when somebody looks. */
    const fetchedExactly = async (state: SessionState): Promise<void> => {
      const { frame, trace, operations } = state;
      const [operation] = operations.filter(({ pooled }) => pooled);
      assert.deepEqual(operation?.pooled?.shape, [2, 400, 400]);
      assert.ok(trace && operation);
      const { engine } = debug.api;
      const row = { trace: trace.id, block: 'self.0.1', index: 399 };
      await assert.rejects(engine.call('row', row), /head 1 of operation \d+ was not fetched/);
      const thumbnail = await engine.call('thumbnail', {
        trace: trace.id,
        block: 'self.0.1',
        transform: { perRow: false, hideFirst: false },
      });
      assert.deepEqual([thumbnail.rows, thumbnail.pool], [58, 7]);
      const data = await debug.live()!.exact(operation.id, 1);
      const fetched = { trace: trace.id, operation: operation.id, head: 1, data };
      await engine.call('exactLive', fetched);
      const values = await engine.call('row', row);
      const { text } = await debug.live()!.ask<{ text: readonly string[] }>(frame?.moment ?? 0, {
        tensor: 'last',
        question: 'text',
        slice: { columns: 0, at: [0] },
        more: { row: 0, column: 336, rows: 1, columns: 64 },
      });
      // The last keys of the row, as the program itself has them.
      text.forEach((value, at) => assert.ok(Math.abs(values[336 + at]! - Number(value)) < 1e-6));
    };
    /** The weights of a module of the frame are a file like any other. */
    const weightsAsAFile = async (): Promise<void> => {
      const before = ourFiles();
      const data = await debug.live()!.weightsOf('model');
      const length = Number(Buffer.from(data).readBigUInt64LE(0));
      const header = JSON.parse(Buffer.from(data.subarray(8, 8 + length)).toString()) as object;
      assert.deepEqual(Object.keys(header), ['weight', 'bias']);
      assert.deepEqual(ourFiles(), before);
    };
    it('large tensors, large attention and weights are read where it stands', async () => {
      await start('ready = True', { name: 'large' });
      const state = await until((one) => stopped('large')(one) && one.trace !== undefined);
      await sampledAndPooled(state);
      await fetchedExactly(state);
      await weightsAsAFile();
    });

    it('a stop in a thread shows the frame of that thread, also without justMyCode', async () => {
      await start('# in a thread', { justMyCode: false, name: 'threads' });
      const { frame } = await until(stopped('threads'));
      assert.equal(frame?.function, 'work');
      assert.equal(frame?.tensors.find(({ name }) => name === 'mine')?.max, 2);
    });

    it('an uncaught exception shows the frame in which it was raised', async () => {
      await start('', { name: 'raises' });
      const { frame } = await until(
        (state) => stopped('raises')(state) && state.frame?.line === line('raise ValueError') + 1,
      );
      assert.equal(frame?.tensors.find(({ name }) => name === 'broken')?.nan, 1);
    });

    it('a program that dies while it is read ends its session, and what was shown stays', async () => {
      await start('ready = True', { name: 'dies' });
      const { frame } = await until(stopped('dies'));
      const live = debug.live()!;
      const asked = live.ask(frame?.moment ?? 0, {
        tensor: 'gone',
        question: 'statistics',
      });
      await assert.rejects(asked, /there is no array gone here/);
      const session = vscode.debug.activeDebugSession;
      const dying = session?.customRequest('evaluate', {
        expression: `__import__('os')._exit(3)`,
        context: 'repl',
      });
      await Promise.resolve(dying).catch(() => undefined);
      const ended = await until(
        ({ state }) => state === 'ended',
        () => live,
      );
      assert.equal(ended.frame?.function, '<module>');
      await assert.rejects(
        live.ask(frame?.moment ?? 0, { tensor: 'large', question: 'statistics' }),
        /the program has gone on/,
      );
    });

    it('two sessions at once are told apart by name', async () => {
      await start('ready = True', { name: 'one' });
      await until(stopped('one'));
      await start('', { name: 'two' });
      const of = (name: string) => () =>
        debug.api.debugging.sessions.all().find((live) => live.state().name === name);
      await until(stopped('two'), of('two'));
      assert.equal(of('one')()?.state().state, 'stopped');
      await vscode.debug.stopDebugging();
    });
  },
);
