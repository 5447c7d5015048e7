import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../../src/host/engineProcess';
import type { SessionState } from '../../src/protocol/session';
import { projectRoot } from './harness';

interface Live {
  state(): SessionState;
  ask<T>(moment: number, question: object): Promise<T>;
}
interface Api {
  readonly engine: Engine;
  readonly debugging: { readonly sessions: { active(): Live | undefined } };
}

/** A node_modules folder with @tensorflow/tfjs-core and tfjs-backend-cpu; without one, its test is left out. */
const tfjs = process.env['MNEMOSCOPE_TFJS'];
const program = path.join(projectRoot(), 'test/fixtures/debug/memory.mjs');

describe('debugging a JavaScript program', function () {
  this.timeout(60_000);
  let api: Api;
  let document: vscode.TextDocument;
  const line = (text: string): number =>
    document
      .getText()
      .split('\n')
      .findIndex((one) => one.includes(text));

  before(async () => {
    const extension = vscode.extensions.getExtension<Api>('mnemoscope.mnemoscope');
    assert.ok(extension);
    api = await extension.activate();
    document = await vscode.workspace.openTextDocument(program);
  });
  afterEach(async () => {
    await vscode.debug.stopDebugging();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  });

  async function until(wanted: (state: SessionState) => boolean): Promise<SessionState> {
    let state: SessionState | undefined;
    for (let tries = 0; tries < 400; tries++) {
      state = api.debugging.sessions.active()?.state();
      if (state && state.state !== 'ended' && wanted(state)) return state;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return assert.fail(`the session never got there: ${JSON.stringify(state)}`);
  }
  const breakAt = (text: string, condition?: string): void => {
    const at = new vscode.Location(document.uri, new vscode.Position(line(text), 0));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(at, true, condition)]);
  };
  const start = async (more: object = {}): Promise<void> => {
    const request = { type: 'pwa-node', name: 'memory', request: 'launch', program, ...more };
    assert.ok(await vscode.debug.startDebugging(undefined, request));
  };
  const resume = (): Thenable<unknown> =>
    vscode.commands.executeCommand('workbench.action.debug.continue');

  it('shows the typed arrays of the frame, also those that objects hold', async () => {
    breakAt('let last');
    await start();
    const { frame } = await until((state) => state.frame !== undefined);
    const numbers = frame?.tensors.find(({ name }) => name === 'numbers');
    assert.deepEqual(
      [numbers?.dtype, numbers?.shape, numbers?.min, numbers?.max, numbers?.nan],
      ['float32', [3], -2, 0.5, 1],
    );
    assert.ok(frame?.tensors.some(({ name }) => name === 'memory.memory'));
    const question = { tensor: 'numbers', question: 'text', slice: { columns: 0, at: [0] } };
    const more = { row: 0, column: 0, rows: 1, columns: 3 };
    const live = api.debugging.sessions.active();
    const found = await live?.ask(frame?.moment ?? 0, { ...question, more });
    assert.deepEqual(found, { text: ['0.5', 'NaN', '-2'] });
  });

  it('records reads and writes of a memory that a frame has shown, with their lines', async () => {
    breakAt('let last');
    breakAt('console.log');
    await start();
    await until((state) => state.frame?.line === line('let last') + 1);
    await resume();
    const { operations, trace } = await until(({ operations: all }) => all.length > 0);
    assert.deepEqual(
      operations.map(({ what }) => what),
      Array.from({ length: 4 }, () => ['write', 'read']).flat(),
    );
    assert.equal((operations[0]?.line ?? 0) - 1, line('memory.write(w'));
    const writes = trace?.blocks.find(({ act }) => act === 'write');
    assert.ok(trace && writes);
    const row = await api.engine.call('row', { trace: trace.id, block: writes.id, index: 2 });
    assert.deepEqual([...row], [0, 1, 0, 0]);
  });

  it('records a probe at each pass of its line without stopping there', async () => {
    // js-debug lets a short program run before the helper is there; at a stop it is.
    breakAt('let last');
    breakAt('return read', '(globalThis.__mnemo.probe("p", {"read": (read)}), false)');
    breakAt('console.log');
    await start();
    await until((state) => state.frame?.line === line('let last') + 1);
    await resume();
    const { operations, frame } = await until(({ operations: all }) => all.length > 0);
    assert.equal((frame?.line ?? 0) - 1, line('console.log'));
    assert.equal(operations.filter(({ what }) => what === 'probe').length, 4);
  });

  (tfjs ? it : it.skip)(
    'records attention of TensorFlow.js as the program computed it',
    async () => {
      const other = path.join(projectRoot(), 'test/fixtures/debug/attention.cjs');
      document = await vscode.workspace.openTextDocument(other);
      breakAt('console.log');
      await start({ program: other, env: { NODE_PATH: tfjs } });
      const { frame, operations, trace } = await until(({ trace: made }) => made !== undefined);
      const weights = frame?.tensors.find(({ name }) => name === 'weights');
      assert.deepEqual([weights?.library, weights?.shape], ['tfjs', [1, 4, 4]]);
      assert.deepEqual(
        operations.map(({ what, line: at }) => [what, at - 1]),
        [['attention', line('const attended = tf')]],
      );
      const head = trace?.blocks[0];
      assert.ok(trace && head && frame);
      const row = await api.engine.call('row', { trace: trace.id, block: head.id, index: 1 });
      // Scores of [1, 0, 3] with each row of the program's x.
      const powers = [7, 10, 7, 5].map(Math.exp);
      const sum = powers.reduce((a, b) => a + b, 0);
      powers.forEach((power, key) => assert.ok(Math.abs((row[key] ?? 0) - power / sum) < 1e-6));
    },
  );
});
