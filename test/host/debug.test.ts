import assert from 'node:assert/strict';
import { debugging, fixture, hasModules, isStopped, ourFiles } from './debugging';

(hasModules('debugpy', 'torch') ? describe : describe.skip)(
  'debugging a Python program',
  function () {
    this.timeout(60_000);
    const debug = debugging('debugpy', fixture('memory.py'));
    const { line, until, live, resume } = debug;
    const start = (breakAt: string): Promise<void> => {
      debug.breakAt(breakAt);
      return debug.start({ justMyCode: true });
    };

    it('shows the tensors of the frame at a stop, and what changed at the next', async () => {
      await start('return read');
      const first = await until(({ frame }) => frame?.function === 'step');
      const memory = first.frame?.tensors.find(({ name }) => name === 'memory.memory');
      assert.deepEqual(
        [memory?.library, memory?.dtype, memory?.shape, memory?.nan, memory?.change],
        ['torch', 'float32', [8, 5], 0, 'new'],
      );
      await resume();
      const second = await until(({ frame }) => frame !== undefined && frame !== first.frame);
      const again = second.frame?.tensors.find(({ name }) => name === 'memory.memory');
      assert.equal(again?.change, 'changed');
    });

    it('records reads and writes with their lines; the live trace holds the values of the program', async () => {
      await start('attended = attend(x)');
      const { operations, trace } = await until(({ trace: made }) => made !== undefined);
      assert.deepEqual(
        operations.map(({ what }) => what),
        Array.from({ length: 4 }, () => ['write', 'read']).flat(),
      );
      assert.deepEqual(
        operations.slice(0, 2).map((operation) => operation.line - 1),
        [line('memory.write(w, torch.ones'), line('read = memory.read(w)')],
      );
      assert.ok(trace);
      const writes = trace.blocks.find(({ act }) => act === 'write');
      assert.ok(writes, 'there is a write head');
      // softmax of 4 at one place of 8: e⁴ / (e⁴ + 7).
      const row = await debug.api.engine.call('row', {
        trace: trace.id,
        block: writes.id,
        index: 0,
      });
      assert.ok(Math.abs((row[0] ?? 0) - Math.exp(4) / (Math.exp(4) + 7)) < 1e-6, String(row[0]));
    });

    it('records fused attention with its weights', async () => {
      await start('print("done"');
      const { operations, trace } = await until((state) =>
        state.operations.some(({ what }) => what === 'attention'),
      );
      const attention = operations.find(({ what }) => what === 'attention');
      assert.equal((attention?.line ?? 0) - 1, line('return F.scaled_dot_product'));
      const head = trace?.blocks.find(({ id }) => id.startsWith('self.'));
      assert.ok(trace && head);
      const row = await debug.api.engine.call('row', { trace: trace.id, block: head.id, index: 2 });
      assert.ok(Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
      assert.deepEqual([...row.slice(3)], [0, 0, 0]);
    });

    it('stops at a memory event, on the person’s own line', async () => {
      await debug.api.debugging.watches.add('write weight > 0.5 at slot 2');
      await start('memory = Memory(8, 5)');
      await until(isStopped);
      await resume();
      const { frame, operations } = await until(
        (state) =>
          isStopped(state) && state.operations.some(({ stopped }) => stopped !== undefined),
      );
      assert.equal(frame?.function, 'step');
      assert.equal((frame?.line ?? 0) - 1, line('memory.write(w, torch.ones'));
      assert.equal(operations.filter(({ what }) => what === 'write').length, 3);
    });

    it('stops at the first memory event where its condition was set before the program ran', async () => {
      await debug.api.debugging.watches.add('write');
      // Where it stops in libraries as well, the debugger's own calls are some.
      await debug.start({ justMyCode: false });
      const { frame, operations } = await until(
        (state) => state.state === 'ended' || (isStopped(state) && state.operations.length > 0),
      );
      assert.deepEqual(
        [frame?.function, (frame?.line ?? 0) - 1],
        ['step', line('memory.write(w, torch.ones')],
      );
      assert.deepEqual(
        operations.map(({ what }) => what),
        ['write'],
      );
    });

    it('continues to the next memory operation', async () => {
      await start('memory = Memory(8, 5)');
      await until(isStopped);
      await debug.api.debugging.watches.continueToNext();
      const { operations, frame } = await until(
        (state) => isStopped(state) && state.operations.length > 0,
      );
      assert.deepEqual(
        [operations.length, operations[0]?.what, frame?.function],
        [1, 'write', 'step'],
      );
    });

    it('keeps what was recorded after the last stop, and leaves no file behind', async () => {
      const before = ourFiles();
      await start('memory = Memory(8, 5)');
      await until(isStopped);
      const ending = live();
      await resume();
      const { operations } = await until(
        ({ state, operations: all }) => state === 'ended' && all.length > 0,
        () => ending,
      );
      assert.equal(operations.filter(({ what }) => what === 'write').length, 4);
      for (let tries = 0; tries < 40 && ourFiles().length > before.length; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.deepEqual(ourFiles(), before);
    });
  },
);
