import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SessionState } from '../../src/protocol/session';
import { debugging, fixture, hasModules } from './debugging';
import { projectRoot } from './harness';

/** Checkpoints that others published; this project may read them there but not keep them. */
const published = path.join(projectRoot(), '../shared/fixtures/third-party');
const machines = [
  ['ntm.py', 'pytorch-ntm-copy-1', 'copy-task-1-batch-40000.model', 17],
  ['ntm.py', 'pytorch-ntm-copy-7', 'copy-task-7-batch-40000.model', 29],
  ['ntm_cell.py', 'vlgiitr-ntm-copy', 'saved_model_copy_500000.pt', 20],
  ['ntm_cell.py', 'vlgiitr-ntm-associative', 'saved_model_associative_100000.pt', 24],
] as const;
const linesOf = {
  'ntm.py': ['self.reading = self.memory.read', 'self.memory.write(self.w_write'],
  'ntm_cell.py': ['reading = memory.read', 'memory.write(told'],
} as const;
const hasNtm = hasModules('debugpy', 'torch', 'safetensors') && existsSync(published);
const hasGpt2 = hasModules('debugpy', 'torch', 'transformers');
const hasKeras = hasModules('debugpy', 'torch', 'keras');

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

  const attentionOf = ({ operations }: SessionState) =>
    operations.filter(({ what }) => what === 'attention');

  for (const [program, folder, checkpoint, steps] of machines) {
    (hasNtm ? it : it.skip)(
      `${folder}, a Neural Turing Machine with published weights: each weighting is the program’s, and stepping back shows the old memory`,
      async () => {
        await debug.open(fixture(program));
        const args = [checkpoint, 'golden.golden.safetensors'];
        debug.breakAt('print("done"');
        await debug.start({ args: args.map((name) => path.join(published, folder, name)) });
        const state = await until(
          ({ operations, state: now }) =>
            now === 'stopped' && operations.filter(({ what }) => what === 'write').length === steps,
        );
        const accesses = state.operations.filter(({ what }) => /^(read|write)$/.test(what));
        const [read, write] = linesOf[program];
        assert.deepEqual(
          accesses.map(({ what, line: at }) => [what, at - 1]),
          Array.from({ length: steps }, () => [
            ['read', line(read)],
            ['write', line(write)],
          ]).flat(),
        );
        await equalToTheProgram(state, steps);
      },
    );
  }

  async function equalToTheProgram(state: SessionState, steps: number): Promise<void> {
    const { trace } = state;
    assert.ok(trace);
    const { engine } = debug.api;
    const blocks = new Map(trace.blocks.map((block) => [block.act, block.id]));
    const middle = Math.floor(steps / 2);
    for (const step of [0, middle, steps - 1]) {
      for (const [act, name, place] of [
        ['read', 'reads', 0],
        ['write', 'writes', 1],
      ] as const) {
        const where = { trace: trace.id, block: blocks.get(act)!, index: step * 2 + place };
        const wanted = await inProgram(state, name, [step, 0], 64);
        near(await engine.call('row', where), wanted, `${act} at ${step}`);
      }
    }
    // Before the write of a step, and after it.
    const range = { trace: trace.id, series: 'memory.M', from: middle * 2 + 1, to: middle * 2 + 3 };
    const data = await engine.call('seriesRange', range);
    const slot = 41 * 20;
    near(data.subarray(slot), await inProgram(state, 'memories', [middle, 41, 0], 20), 'before');
    const after = await inProgram(state, 'memories', [middle + 1, 41, 0], 20);
    near(data.subarray(128 * 20 + slot), after, 'after');
  }

  (hasGpt2 ? it : it.skip)(
    'GPT-2 of transformers with eager and with fused attention',
    async () => {
      await debug.open(fixture('gpt2.py'));
      debug.breakAt('print("done"');
      await debug.start();
      // Two layers, run twice.
      const state = await until((one) => one.state === 'stopped' && attentionOf(one).length >= 4);
      const attention = attentionOf(state);
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

  (hasKeras ? it : it.skip)('a Keras model, called layer by layer and whole', async () => {
    await debug.open(fixture('keras_model.py'));
    debug.breakAt('print("done"');
    await debug.start({ env: { KERAS_BACKEND: 'torch' } });
    const state = await until((one) => one.state === 'stopped' && attentionOf(one).length >= 2);
    assert.deepEqual(
      attentionOf(state).map(({ line: at }) => at - 1),
      [line('_, expected = attention'), line('answer = model')],
    );
    for (const [layer, head] of [
      [0, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      const row = { trace: state.trace!.id, block: `self.${layer}.${head}`, index: 4 };
      const wanted = await inProgram(state, 'expected', [0, head, 4, 0], 6);
      near(await debug.api.engine.call('row', row), wanted, row.block);
    }
    const gates = state.operations.filter(({ what }) => what === 'gates');
    assert.deepEqual(
      gates.map(({ line: at }) => at - 1),
      [line('states = layers.LSTM')],
    );
    const range = { trace: state.trace!.id, series: 'gates.reader.h', from: 3, to: 4 };
    const wanted = await inProgram(state, 'states', [0, 3, 0], 5);
    near(await debug.api.engine.call('seriesRange', range), wanted, range.series);
  });
});
