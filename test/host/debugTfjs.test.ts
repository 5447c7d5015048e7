import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { debugging, fixture, isStopped, stackOf } from './debugging';

describe('debugging a program of TensorFlow.js', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('tensors.cjs'));
  const { line, breakAt, start, resume, live } = debug;
  const until: typeof debug.until = (wanted, of) =>
    debug.until((state) => state.state !== 'ended' && wanted(state), of);

  it('shows its tensors by name, and says of each without values why', async () => {
    breakAt('// here');
    await start();
    const { frame } = await until((state) => state.frame !== undefined);
    const shown = new Map(frame?.tensors.map((tensor) => [tensor.name, tensor]));
    const facts = (name: string): unknown => {
      const { library, dtype, shape, min, max, nan, note } = shown.get(name)!;
      return note === undefined
        ? [library, dtype, shape, min, max, nan]
        : [library, dtype, shape, note];
    };
    assert.deepEqual(facts('kept'), ['tfjs', 'float32', [2, 2], -3, 2, 1]);
    assert.deepEqual(facts('flags'), ['tfjs', 'bool', [2], 0, 1, 0]);
    assert.deepEqual(facts('complex'), ['tfjs', 'complex64', [2], 1, 5, 0]);
    assert.deepEqual(facts('disposed'), ['tfjs', 'float32', [2], 'disposed']);
    assert.deepEqual(facts('tidied'), ['tfjs', 'float32', [2, 2], 'disposed']);
    assert.deepEqual(facts('words'), ['tfjs', 'string', [2], 'no numbers']);
    const later =
      'Later hands over no values while the program waits: Error: values are only read asynchronously';
    assert.deepEqual(facts('later'), ['tfjs', 'float32', [2], later]);
    assert.equal(shown.get('kernel')?.shape.join(), '2,3');
    assert.equal(shown.get('memory.memory')?.shape.join(), '4,3');
    assert.equal(shown.get('weightings[0]')?.shape.join(), '4');
  });

  it('records a memory of tensors as the program computed it', async () => {
    breakAt('// here');
    await start();
    const { operations, trace } = await until(({ trace: made }) => made !== undefined);
    assert.deepEqual(
      operations.map(({ what, line: at }) => [what, at - 1]),
      Array.from({ length: 4 }, () => ['write', line('memory.write(w')]),
    );
    const writes = trace?.blocks.find(({ act }) => act === 'write');
    const { result } = (await live()!.session.customRequest('evaluate', {
      expression: 'JSON.stringify(weightings.map((w) => [...w.dataSync()]))',
      frameId: (await stackOf(live()!))[0]?.id,
      context: 'clipboard',
    })) as { result: string };
    const computed = JSON.parse(JSON.parse(result) as string) as readonly (readonly number[])[];
    assert.equal(computed.length, 4);
    // What each write left, and what the one before it had left: that is what stepping back shows.
    const memory = new Float32Array(12);
    for (const [step, w] of computed.entries()) {
      const range = { trace: trace!.id, series: 'memory.M', from: step, to: step + 1 };
      const old = await debug.api.engine.call('seriesRange', range);
      old.forEach((value, at) => assert.ok(Math.abs(value - memory[at]!) < 1e-6, `${step} ${at}`));
      [step, 1, -1].forEach((add, column) =>
        w.forEach((weight, slot) => (memory[slot * 3 + column]! += weight * add)),
      );
    }
    for (const [index, wanted] of computed.entries()) {
      const asked = { trace: trace!.id, block: writes!.id, index };
      const row = await debug.api.engine.call('row', asked);
      wanted.forEach((weight, slot) => assert.ok(Math.abs((row[slot] ?? 0) - weight) < 1e-6));
    }
  });

  it('records attention as the program computed it', async () => {
    await debug.open(fixture('attention.cjs'));
    breakAt('console.log');
    await start();
    const { frame, operations, trace } = await until(({ trace: made }) => made !== undefined);
    const weights = frame?.tensors.find(({ name }) => name === 'weights');
    assert.deepEqual([weights?.library, weights?.shape], ['tfjs', [1, 4, 4]]);
    assert.deepEqual(
      operations.map(({ what, line: at }) => [what, at - 1]),
      [['attention', line('const attended = tf')]],
    );
    const head = trace?.blocks[0];
    assert.ok(trace && head && frame);
    const row = await debug.api.engine.call('row', { trace: trace.id, block: head.id, index: 1 });
    // Scores of [1, 0, 3] with each row of the program's x.
    const powers = [7, 10, 7, 5].map(Math.exp);
    const sum = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, key) => assert.ok(Math.abs((row[key] ?? 0) - power / sum) < 1e-6));
  });

  it('stops where a token is attended to, the person’s own line on top, and steps on in their code', async () => {
    await debug.open(fixture('attention.cjs'));
    breakAt('const x');
    await start();
    await until(isStopped);
    await debug.api.debugging.watches.add('attention to token 1 > 0.6');
    await resume();
    const { frame } = await until(
      (state) => isStopped(state) && state.operations.some(({ stopped }) => stopped !== undefined),
    );
    const lines = async () => (await stackOf(live()!)).slice(0, 2).map((one) => one.line - 1);
    assert.deepEqual(await lines(), [line('const attended = tf'), line('= attend(x')]);
    assert.equal((frame?.line ?? 0) - 1, line('const attended = tf'));
    await vscode.commands.executeCommand('workbench.action.debug.stepOver');
    const next = await until(
      (state) => isStopped(state) && state.frame?.line === line('return [weights') + 1,
    );
    assert.match(next.frame?.function ?? '', /attend$/);
  });
});
