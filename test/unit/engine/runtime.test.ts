import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { createGraph } from '../../../src/core/graph/graph';
import { runtime } from '../../../src/engine/runtime';
import { difference, plainForward, tiny, tinyWeights, writeTiny } from './tinyGpt2';

test('an output is written into the array that was prepared for it', async () => {
  const g = createGraph('double');
  const graph = g.build({ y: g.mul(g.input('x', 'float32', ['n']), 2) });
  const session = await (await runtime()).load(graph);
  const data = new Float32Array(3);
  const x = { data: Float32Array.of(1, 2, 3), shape: [3] };
  await session.run({ x }, { y: { data, shape: [3] } });
  assert.deepEqual([...data], [2, 4, 6]);
  assert.deepEqual([...(await session.run({ x }))['y']!], [2, 4, 6]);
  await session.release();
});

/** A process of its own, since a runtime is chosen once per process. */
async function inProcess(kind: string, file: string, ids: readonly number[]) {
  const script = `
    import { openModel } from './src/engine/model';
    import { runtime } from './src/engine/runtime';
    async function main() {
      const model = await openModel(${JSON.stringify(file)});
      const run = await model.run({ ids: ${JSON.stringify(ids)} });
      await run.ended;
      const values = await Promise.all(run.blocks.map(async ({ weighting }) => [...(await weighting.values())]));
      const pictures = await Promise.all(run.blocks.map(async ({ weighting }) => [...(await weighting.thumbnail()).data]));
      const logits = [...(await run.logits(0, ${ids.length}))];
      const { kind } = await runtime();
      await run.close();
      await model.close();
      process.stdout.write(JSON.stringify({ kind, values, pictures, logits }));
    }
    void main();`;
  const outfile = path.resolve(`out/runtime-${kind}-${process.pid}.cjs`);
  await build({
    stdin: { contents: script, resolveDir: process.cwd(), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'warning',
  });
  const env = { ...process.env, MNEMOSCOPE_RUNTIME: kind };
  const answer = execFileSync(process.execPath, [outfile], { env, encoding: 'utf8' });
  rmSync(outfile);
  return JSON.parse(answer) as {
    kind: string;
    values: number[][];
    pictures: number[][];
    logits: number[];
  };
}

test('native and WebAssembly runtimes give the weightings of the plain loops', async () => {
  const file = await writeTiny(tiny);
  const ids = Array.from({ length: 12 }, (_, place) => (place * 5) % 11);
  const expected = plainForward(tiny, tinyWeights(tiny), ids);
  const heads = expected.attentions.flat().map((head) => head.flat());
  for (const kind of ['native', 'wasm']) {
    const found = await inProcess(kind, file, ids);
    assert.equal(found.kind, kind);
    assert.ok(difference(found.values.flat(), heads.flat()) < 2e-6);
    assert.ok(difference(found.pictures.flat(), heads.flat()) < 2e-6);
    assert.ok(difference(found.logits, expected.logits.flat()) < 5e-5);
  }
});
