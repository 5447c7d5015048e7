import assert from 'node:assert/strict';
import { rename, truncate, utimes, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openModel } from '../../../src/engine/model';
import type { Run } from '../../../src/engine/transformerRun';
import { tiny, tinyBytes, tinyWeights, writeTiny } from './tinyGpt2';

/** Wide enough that the last layer's weights lie far behind the first ones. */
const model = { ...tiny, layers: 6, width: 64 };

/** Changes the file when the first layer has arrived, and gives the message that the run fails with. */
async function failure(change: (file: string) => Promise<unknown>): Promise<string> {
  const file = await writeTiny(model);
  const opened = await openModel(file);
  const run: Run = await opened.run({ ids: [1, 2, 3] });
  const changed = new Promise<void>((resolve) => {
    run.on(({ blocks }) => {
      if (blocks?.includes('self.0.0')) resolve(change(file).then(() => undefined));
    });
  });
  await run.ended;
  await changed;
  if (run.state.kind === 'done') {
    // The run was quicker than the change: the next one must see it.
    await run.close();
    const message = await opened.run({ ids: [1] }).then(
      () => 'nothing was noticed',
      (error: Error) => error.message,
    );
    await opened.close();
    return message;
  }
  assert.equal(run.state.kind, 'failed');
  const message = run.state.kind === 'failed' ? run.state.message : '';
  await assert.rejects(() => run.blocks[11]!.weighting.thumbnail(), { message });
  await run.close();
  await opened.close();
  return message;
}

test('a file that is truncated under a run ends it with one line, not with a crash', async () => {
  const message = await failure((file) => truncate(file, 20_000));
  assert.match(message, /^model\.safetensors.*(shorter|now has 20000)/);
});

test('a file that is replaced under a run ends it with one line', async () => {
  const message = await failure(async (file) => {
    await writeFile(`${file}.new`, tinyBytes(model, tinyWeights(model, 99)));
    await rename(`${file}.new`, file);
  });
  assert.match(message, /^model\.safetensors was replaced/);
});

test('a file that is written over under a run ends it with one line', async () => {
  const message = await failure(async (file) => {
    await writeFile(file, tinyBytes(model, tinyWeights(model, 99)));
    await utimes(file, 1, 1);
  });
  assert.match(message, /^model\.safetensors (was changed|had|:)/);
});

test('a file that is already truncated when a run starts is refused', async () => {
  const file = await writeTiny(model);
  const opened = await openModel(file);
  await truncate(file, 20_000);
  await assert.rejects(() => opened.run({ ids: [1] }), /now has 20000/);
  await opened.close();
});
