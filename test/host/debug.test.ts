import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../../src/host/engineProcess';
import type { SessionState } from '../../src/protocol/session';
import { projectRoot } from './harness';

interface Live {
  state(): SessionState;
  readonly onDidChange: vscode.Event<SessionState>;
}
interface Api {
  readonly engine: Engine;
  readonly debugging: {
    readonly sessions: { active(): Live | undefined; all(): readonly Live[] };
    readonly watches: {
      add(text: string): Promise<void>;
      clear(): Promise<void>;
      continueToNext(): Promise<void>;
    };
  };
}

const python = process.env['MNEMOSCOPE_PYTHON'] ?? 'python3';
const hasPython =
  spawnSync(python, ['-c', 'import debugpy, torch'], { stdio: 'ignore' }).status === 0;
const program = path.join(projectRoot(), 'test/fixtures/debug/memory.py');

const line = (document: vscode.TextDocument, text: string): number =>
  document
    .getText()
    .split('\n')
    .findIndex((one) => one.includes(text));

/** Waits until the followed session is as wanted. */
async function until(
  live: () => Live | undefined,
  wanted: (state: SessionState) => boolean,
): Promise<SessionState> {
  for (let tries = 0; tries < 400; tries++) {
    const state = live()?.state();
    if (state && wanted(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail(`the session never got there: ${JSON.stringify(live()?.state().problem)}`);
}

(hasPython ? describe : describe.skip)('debugging a Python program', function () {
  this.timeout(60_000);
  let api: Api;
  let document: vscode.TextDocument;
  const live = (): Live | undefined => api.debugging.sessions.active();

  before(async () => {
    const extension = vscode.extensions.getExtension<Api>('mnemoscope.mnemoscope');
    assert.ok(extension);
    api = await extension.activate();
    document = await vscode.workspace.openTextDocument(program);
  });
  afterEach(async () => {
    await vscode.debug.stopDebugging();
    await api.debugging.watches.clear();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  });

  const start = async (breakAt: string): Promise<void> => {
    const at = new vscode.Location(document.uri, new vscode.Position(line(document, breakAt), 0));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(at)]);
    assert.ok(
      await vscode.debug.startDebugging(undefined, {
        type: 'debugpy',
        name: 'memory.py',
        request: 'launch',
        program,
        justMyCode: true,
      }),
    );
  };
  const resume = (): Thenable<unknown> =>
    vscode.commands.executeCommand('workbench.action.debug.continue');

  it('shows the tensors of the frame at a stop, and what changed at the next', async () => {
    await start('return read');
    const first = await until(live, ({ frame }) => frame?.function === 'step');
    const memory = first.frame?.tensors.find(({ name }) => name === 'memory.memory');
    assert.deepEqual(
      [memory?.library, memory?.dtype, memory?.shape, memory?.nan, memory?.change],
      ['torch', 'float32', [8, 5], 0, 'new'],
    );
    await resume();
    const second = await until(live, ({ frame }) => frame !== undefined && frame !== first.frame);
    const again = second.frame?.tensors.find(({ name }) => name === 'memory.memory');
    assert.equal(again?.change, 'changed');
  });

  it('records reads and writes with their lines; the live trace holds the values of the program', async () => {
    await start('attended = attend(x)');
    const { operations, trace } = await until(live, ({ trace: made }) => made !== undefined);
    assert.deepEqual(
      operations.map(({ what }) => what),
      Array.from({ length: 4 }, () => ['write', 'read']).flat(),
    );
    assert.deepEqual(
      operations.slice(0, 2).map((operation) => operation.line - 1),
      [line(document, 'memory.write(w, torch.ones'), line(document, 'read = memory.read(w)')],
    );
    assert.ok(trace);
    const writes = trace.blocks.find(({ act }) => act === 'write');
    assert.ok(writes, 'there is a write head');
    // softmax of 4 at one place of 8: e⁴ / (e⁴ + 7).
    const row = await api.engine.call('row', { trace: trace.id, block: writes.id, index: 0 });
    assert.ok(Math.abs((row[0] ?? 0) - Math.exp(4) / (Math.exp(4) + 7)) < 1e-6, String(row[0]));
  });

  it('records fused attention with its weights', async () => {
    await start('print("done"');
    const { operations, trace } = await until(live, (state) =>
      state.operations.some(({ what }) => what === 'attention'),
    );
    const attention = operations.find(({ what }) => what === 'attention');
    assert.equal((attention?.line ?? 0) - 1, line(document, 'return F.scaled_dot_product'));
    const head = trace?.blocks.find(({ id }) => id.startsWith('self.'));
    assert.ok(trace && head);
    const row = await api.engine.call('row', { trace: trace.id, block: head.id, index: 2 });
    assert.ok(Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
    assert.deepEqual([...row.slice(3)], [0, 0, 0]);
  });

  it('stops at a memory event, on the person’s own line', async () => {
    await api.debugging.watches.add('write weight > 0.5 at slot 2');
    await start('memory = Memory(8, 5)');
    await until(live, ({ state }) => state === 'stopped');
    await resume();
    const { frame, operations } = await until(live, ({ operations: all }) =>
      all.some(({ stopped }) => stopped !== undefined),
    );
    assert.equal(frame?.function, 'step');
    assert.equal((frame?.line ?? 0) - 1, line(document, 'memory.write(w, torch.ones'));
    assert.equal(operations.filter(({ what }) => what === 'write').length, 3);
  });

  it('continues to the next memory operation', async () => {
    await start('memory = Memory(8, 5)');
    await until(live, ({ state }) => state === 'stopped');
    await api.debugging.watches.continueToNext();
    const { operations, frame } = await until(live, ({ operations: all }) => all.length > 0);
    assert.deepEqual(
      [operations.length, operations[0]?.what, frame?.function],
      [1, 'write', 'step'],
    );
  });

  it('leaves no file behind', async () => {
    await start('print("done"');
    await until(live, ({ operations }) => operations.length > 0);
    await vscode.debug.stopDebugging();
    await until(live, ({ state }) => state === 'ended');
    const left = readdirSync(tmpdir()).filter((name) => /^mnemoscope-.*\.safetensors$/.test(name));
    assert.deepEqual(left, []);
  });
});
