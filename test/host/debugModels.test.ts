import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SessionState } from '../../src/protocol/session';
import { debugging, fixture, hasModules } from './debugging';
import { projectRoot } from './harness';

/** A checkpoint that others published; this project may read it there but not keep it. */
const published = path.join(projectRoot(), '../shared/fixtures/third-party/pytorch-ntm-copy-7');
const hasNtm = hasModules('debugpy', 'torch', 'safetensors') && existsSync(published);
const hasGpt2 = hasModules('debugpy', 'torch', 'transformers');

describe('models that people debug', function () {
  this.timeout(90_000);
  const debug = debugging('debugpy', fixture('ntm.py'));
  const { until, line } = debug;

  /** Values of an array of the frame, at most 64 of one row, as the program has them. */
  async function inProgram(
    { frame }: SessionState,
    tensor: string,
    at: readonly number[],
    columns: number,
  ): Promise<readonly number[]> {
    const { text } = await debug.live()!.ask<{ text: readonly string[] }>(frame?.moment ?? 0, {
      tensor,
      question: 'text',
      slice: { columns: at.length - 1, at },
      more: { row: 0, column: 0, rows: 1, columns },
    });
    return text.map(Number);
  }
  const near = (found: Float32Array, wanted: readonly number[], what: string): void =>
    wanted.forEach((value, index) =>
      assert.ok(Math.abs((found[index] ?? NaN) - value) < 1e-6, `${what} ${index}`),
    );

  (hasNtm ? it : it.skip)(
    'a Neural Turing Machine with published weights: each weighting is the program’s, and stepping back shows the old memory',
    async () => {
      const args = ['copy-task-7-batch-40000.model', 'golden.golden.safetensors'];
      debug.breakAt('print("done"');
      await debug.start({ args: args.map((name) => path.join(published, name)) });
      const state = await until(
        ({ operations, state: now }) =>
          now === 'stopped' && operations.filter(({ what }) => what === 'write').length === 29,
      );
      const memoryOperations = state.operations.filter(({ what }) => what !== 'gates');
      assert.deepEqual(
        memoryOperations.slice(0, 4).map(({ what, line: at }) => [what, at - 1]),
        [
          ['address', line('self.w_read = self.memory.address')],
          ['read', line('self.reading = self.memory.read')],
          ['address', line('self.w_write = self.memory.address')],
          ['write', line('self.memory.write(self.w_write')],
        ],
      );
      const { trace } = state;
      assert.ok(trace);
      const { engine } = debug.api;
      const blocks = new Map(trace.blocks.map((block) => [block.act, block.id]));
      for (const step of [0, 16, 28]) {
        for (const [act, name, place] of [
          ['read', 'reads', 0],
          ['write', 'writes', 1],
        ] as const) {
          const where = { trace: trace.id, block: blocks.get(act)!, index: step * 2 + place };
          const wanted = await inProgram(state, name, [step, 0], 64);
          near(await engine.call('row', where), wanted, `${act} at ${step}`);
        }
      }
      // Before the write of step 16, and after it.
      const range = { trace: trace.id, series: 'memory.M', from: 16 * 2 + 1, to: 16 * 2 + 3 };
      const data = await engine.call('seriesRange', range);
      const slot = 41 * 20;
      near(data.subarray(slot), await inProgram(state, 'memories', [16, 41, 0], 20), 'before');
      const after = await inProgram(state, 'memories', [17, 41, 0], 20);
      near(data.subarray(128 * 20 + slot), after, 'after');
    },
  );

  (hasGpt2 ? it : it.skip)(
    'GPT-2 of transformers with eager and with fused attention',
    async () => {
      await debug.open(fixture('gpt2.py'));
      debug.breakAt('print("done"');
      await debug.start();
      const state = await until(
        ({ trace, state: now }) => now === 'stopped' && trace !== undefined,
      );
      const attention = state.operations.filter(({ what }) => what === 'attention');
      // Two layers, run twice.
      const [eager, fused] = [line('expected = model'), line('logits = model')];
      assert.deepEqual(
        attention.map(({ line: at }) => at - 1),
        [eager, eager, fused, fused],
      );
      for (const [layer, head] of [
        [0, 0],
        [1, 1],
        [2, 0],
        [3, 1],
      ] as const) {
        const row = { trace: state.trace!.id, block: `self.${layer}.${head}`, index: 5 };
        const wanted = await inProgram(state, `expected[${layer % 2}]`, [0, head, 5, 0], 6);
        near(await debug.api.engine.call('row', row), wanted, row.block);
      }
    },
  );
});
