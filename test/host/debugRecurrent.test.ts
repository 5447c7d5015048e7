import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { SessionState } from '../../src/protocol/session';
import { debugging, fixture, isStopped, ourFiles, stackOf } from './debugging';

describe('debugging recurrent layers of TensorFlow.js', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('recurrent.cjs'));
  const { line, breakAt, start, live } = debug;
  const until: typeof debug.until = (wanted, of) =>
    debug.until((state) => state.state !== 'ended' && wanted(state), of);

  it('records the gates of each step, with the states that the program computed', async () => {
    breakAt('console.log');
    await start();
    const state = await until((one) => isStopped(one) && one.operations.length >= 10);
    const { operations, trace } = state;
    assert.deepEqual(
      operations.map(({ what, name, line: at }) => [what, name, at - 1]),
      ['LSTM', 'GRU'].flatMap((name) =>
        Array.from({ length: 5 }, () => ['gates', name, line('= model.predict')]),
      ),
    );
    assert.deepEqual(
      (trace?.series ?? []).map(({ name }) => name).sort(),
      ['GRU.h', 'GRU.n', 'GRU.r', 'GRU.z', ...[...'cfghio'].map((gate) => `LSTM.${gate}`)].map(
        (name) => `gates.${name}`,
      ),
    );
    await sameAsComputed(state);
  });

  async function sameAsComputed({ trace }: SessionState): Promise<void> {
    const { result } = (await live()!.session.customRequest('evaluate', {
      expression: 'JSON.stringify([states, after].map((one) => [...one.dataSync()]))',
      frameId: (await stackOf(live()!))[0]?.id,
      context: 'clipboard',
    })) as { result: string };
    const computed = JSON.parse(JSON.parse(result) as string) as readonly (readonly number[])[];
    for (const [at, series, units] of [
      [0, 'gates.LSTM.h', 4],
      [1, 'gates.GRU.h', 2],
    ] as const) {
      const range = { trace: trace!.id, series, from: 0, to: 5 };
      const found = await debug.api.engine.call('seriesRange', range);
      assert.equal(found.length, 5 * units);
      // Of the first of the batch.
      found.forEach((value, index) =>
        assert.ok(Math.abs(value - (computed[at]?.[index] ?? NaN)) < 1e-6, `${series} ${index}`),
      );
    }
  }

  it('stops where a gate is wanted, and opens the weights of the model by their saved names', async () => {
    breakAt('const x = numbers');
    await start();
    await until(isStopped);
    await debug.api.debugging.watches.add('gates');
    await debug.resume();
    const { frame } = await until((one) => isStopped(one) && one.operations.length > 0);
    assert.equal((frame?.line ?? 0) - 1, line('= model.predict'));
    const before = ourFiles();
    const file = Buffer.from(await live()!.weightsOf('model'));
    const length = Number(file.readBigUInt64LE(0));
    const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<
      string,
      { readonly shape: readonly number[]; readonly data_offsets: readonly [number, number] }
    >;
    assert.deepEqual(
      Object.entries(header).map(([name, { shape }]) => [name.replace(/_\d+/g, ''), shape]),
      [
        ['lstm_LSTM1/kernel', [3, 16]],
        ['lstm_LSTM1/recurrent_kernel', [4, 16]],
        ['lstm_LSTM1/bias', [16]],
        ['gru_GRU1/kernel', [4, 6]],
        ['gru_GRU1/recurrent_kernel', [2, 6]],
        ['gru_GRU1/bias', [6]],
      ],
    );
    const [from] = Object.values(header)[1]!.data_offsets;
    const second = file.readFloatLE(8 + length + from + 4);
    assert.ok(Math.abs(second - Math.sin(1 + 1.7)) < 1e-6);
    assert.deepEqual(ourFiles(), before);
  });

  it('records those of a program that was bundled with its libraries and minified, on its own lines', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-bundled-'));
    try {
      const outfile = path.join(folder, 'recurrent.js');
      const how = { bundle: true, minify: true, sourcemap: true, platform: 'node' } as const;
      buildSync({ ...how, entryPoints: [fixture('recurrent.cjs')], outfile, logLevel: 'silent' });
      breakAt('console.log');
      await start({ program: outfile, outFiles: [`${folder}/*.js`] });
      const { operations } = await until((one) => isStopped(one) && one.operations.length >= 10);
      assert.deepEqual(
        [...new Set(operations.map(({ what, file, line: at }) => [what, file, at - 1].join()))],
        [['gates', debug.document.fileName, line('= model.predict')].join()],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
