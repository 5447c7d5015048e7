import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { debugging, fixture, isStopped, stackOf } from './debugging';

describe('debugging a JavaScript program', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('memory.mjs'));
  const { line, breakAt, start, resume, live } = debug;
  const until: typeof debug.until = (wanted, of) =>
    // The session that has no program of its own is not followed.
    debug.until((state) => state.state !== 'ended' && wanted(state), of);

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
    const found = await live()?.ask(frame?.moment ?? 0, { ...question, more });
    assert.deepEqual(found, { text: ['0.5', 'NaN', '-2'] });
  });

  it('records reads and writes of a memory that a frame has shown, with their lines', async () => {
    breakAt('let last');
    breakAt('console.log');
    await start();
    await until((state) => state.frame?.line === line('let last') + 1);
    await resume();
    const { operations, trace } = await until(
      (state) => isStopped(state) && state.operations.length > 0,
    );
    assert.deepEqual(
      operations.map(({ what }) => what),
      Array.from({ length: 4 }, () => ['write', 'read']).flat(),
    );
    assert.equal((operations[0]?.line ?? 0) - 1, line('memory.write(w'));
    const writes = trace?.blocks.find(({ act }) => act === 'write');
    assert.ok(trace && writes);
    const row = await debug.api.engine.call('row', { trace: trace.id, block: writes.id, index: 2 });
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
    const { operations, frame } = await until(
      (state) => isStopped(state) && state.operations.length > 0,
    );
    assert.equal((frame?.line ?? 0) - 1, line('console.log'));
    assert.equal(operations.filter(({ what }) => what === 'probe').length, 4);
  });

  it('stops at a memory event, on the person’s own line, and steps on from there', async () => {
    breakAt('let last');
    await start();
    await until(isStopped);
    await debug.api.debugging.watches.add('write weight > 0.5 at slot 2');
    await resume();
    const { frame, operations } = await until(
      (state) => isStopped(state) && state.operations.some(({ stopped }) => stopped !== undefined),
    );
    assert.deepEqual([frame?.function, (frame?.line ?? 0) - 1], ['step', line('memory.write(w')]);
    assert.equal(operations.filter(({ what }) => what === 'write').length, 3);
    // The helper is not in the call stack that VS Code shows.
    const stack = await stackOf(live()!);
    assert.deepEqual(
      stack.slice(0, 2).map(({ name, line: at }) => [name, at - 1]),
      [
        ['step', line('memory.write(w')],
        ['<anonymous>', line('last = step')],
      ],
    );
    // The first step leaves the call on that line.
    const next = line('const read = memory.read') + 1;
    for (let steps = 0; steps < 2 && live()?.state().frame?.line !== next; steps++) {
      const from = live()?.state().frame?.moment;
      await vscode.commands.executeCommand('workbench.action.debug.stepOver');
      await until((state) => isStopped(state) && state.frame?.moment !== from);
    }
    assert.equal(live()?.state().frame?.line, next);
  });

  it('stops where an energy rises', async () => {
    await debug.open(fixture('energy.mjs'));
    breakAt('// from here on');
    await start();
    await until(isStopped);
    await debug.api.debugging.watches.add('energy rises');
    await resume();
    const { frame, operations } = await until(
      (state) => isStopped(state) && state.operations.some(({ stopped }) => stopped !== undefined),
    );
    assert.equal((frame?.line ?? 0) - 1, line('energies.push'));
    const energies = operations.map(({ facts }) => facts['energy']);
    assert.deepEqual(energies.length, 3);
    assert.ok(Number(energies[2]) > Number(energies[1]));
  });
});
