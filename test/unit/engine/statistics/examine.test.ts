import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Tensor } from '../../../../src/core/checkpoint/checkpoint';
import { readFloat32 } from '../../../../src/core/checkpoint/values';
import type { Examined } from '../../../../src/core/statistics/gather';
import { momentsOf, statisticsFrom } from '../../../../src/core/statistics/moments';
import type { TensorStatistics } from '../../../../src/core/statistics/statistics';
import { openPath } from '../../../../src/engine/files';
import { createCrew } from '../../../../src/engine/statistics/crew';
import { createExamination, histogram } from '../../../../src/engine/statistics/examine';
import { Stopped } from '../../../../src/engine/statistics/looking';

const fixtures = path.resolve('test/fixtures/checkpoints');

interface Outcome {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly examined: ReadonlyMap<string, Examined>;
  readonly unreadable: ReadonlyMap<string, string>;
}

async function examine(file: string): Promise<Outcome> {
  const { checkpoint, close } = await openPath(file);
  const { tensors } = checkpoint;
  const examined = new Map<string, Examined>();
  const unreadable = new Map<string, string>();
  const crew = createCrew(file, checkpoint, tensors.values());
  try {
    await createExamination(tensors.values(), 'health', {
      examined: ({ name }, found) => void examined.set(name, found),
      unreadable: ({ name }, reason) => void unreadable.set(name, reason),
    }).run(crew);
    for (const [name, { statistics }] of examined) {
      const wanted = await inOnePiece(tensors.get(name)!);
      if (wanted) assertNear(statistics, wanted);
      const spread = await histogram(tensors.get(name)!, statistics, crew);
      const finite = statistics.count - statistics.nan;
      const infinite = statistics.positiveInfinities + statistics.negativeInfinities;
      const counted = spread?.linear.counts.reduce((a, b) => a + b) ?? 0;
      assert.equal(counted, finite - infinite, name);
    }
  } finally {
    await crew.close();
    await close();
  }
  return { tensors, examined, unreadable };
}

/** What the reader's float32 values give, where they hold every digit. */
async function inOnePiece(tensor: Tensor): Promise<TensorStatistics | undefined> {
  const { name, dtype, dequantise } = tensor;
  if (!dequantise && /64|int32|complex/.test(dtype)) return undefined;
  const values = await readFloat32(tensor);
  return statisticsFrom(name, values.length, momentsOf(values));
}

function assertNear(found: TensorStatistics, wanted: TensorStatistics): void {
  const { mean, std, ...exact } = found;
  const { mean: wantedMean, std: wantedStd, ...wantedExact } = wanted;
  assert.deepEqual(exact, wantedExact);
  const scale = Math.max(Math.abs(found.min), Math.abs(found.max));
  if (found.count === 0 || Number.isNaN(scale)) return;
  assert.ok(Math.abs(mean - wantedMean) <= 1e-12 * scale, `mean of ${found.name}`);
  assert.ok(Math.abs(std - wantedStd) <= 1e-9 * scale, `std of ${found.name}`);
}

const files = readdirSync(fixtures, { recursive: true })
  .map(String)
  .filter((file) => /\.(safetensors|pt|pt2|ckpt|gguf|h5|npz|npy|onnx|tflite|msgpack)$/.test(file))
  .filter((file) => !file.startsWith('sharded'));

for (const file of files) {
  test(`the values of ${file} are looked at as its reader gives them`, async () => {
    const { tensors, examined, unreadable } = await examine(path.join(fixtures, file));
    assert.equal(examined.size + unreadable.size, tensors.size);
    for (const [name, reason] of unreadable) assert.notEqual(reason, '', name);
  });
}

test('an order of axes that is not that of the file changes nothing', async () => {
  const { examined, tensors } = await examine(path.join(fixtures, 'views.pt'));
  const turned = [...tensors.values()].filter(
    ({ data }) => data.kind === 'stored' && data.strides !== undefined,
  );
  assert.ok(turned.length > 0);
  for (const { name } of turned) assert.ok(examined.has(name), name);
});

test('a crew that was told to stop leaves the rest for another one', async () => {
  const file = path.join(fixtures, 'dtypes.safetensors');
  const { checkpoint, close } = await openPath(file);
  const done = new Set<string>();
  const examination = createExamination(checkpoint.tensors.values(), 'moments', {
    examined: ({ name }) => void done.add(name),
    unreadable: ({ name }) => void done.add(name),
  });
  const stopped = createCrew(file, checkpoint, []);
  stopped.stop();
  await assert.rejects(examination.run(stopped), Stopped);
  assert.ok(done.size < checkpoint.tensors.size);
  await examination.run(createCrew(file, checkpoint, []));
  assert.equal(done.size, checkpoint.tensors.size);
  await close();
});
