import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint';
import { readFloat32, readTensor } from '../../../../src/core/checkpoint/values';
import { openPath } from '../../../../src/engine/files';

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: string;
  readonly float32?: string;
}

const folder = join(process.cwd(), 'test/fixtures/checkpoints');
const oracle = JSON.parse(readFileSync(join(folder, 'oracle.json'), 'utf8')) as Record<
  string,
  Record<string, Expected>
>;

async function withCheckpoint(name: string, use: (checkpoint: Checkpoint) => Promise<void>) {
  const opened = await openPath(join(folder, name));
  try {
    await use(opened.checkpoint);
  } finally {
    await opened.close();
  }
}

for (const [name, expected] of Object.entries(oracle)) {
  test(`${name} has the tensors that torch says it has, bit for bit`, () =>
    withCheckpoint(name, async ({ tensors }) => {
      assert.deepEqual([...tensors.keys()].sort(), Object.keys(expected).sort());
      for (const tensor of tensors.values()) {
        const { dtype, shape, bytes, float32 } = expected[tensor.name]!;
        assert.deepEqual([tensor.dtype, tensor.shape], [dtype, shape], tensor.name);
        const stored = await readTensor(tensor);
        assert.equal(Buffer.from(stored).toString('base64'), bytes, `bytes of ${tensor.name}`);
        if (float32 === undefined) {
          await assert.rejects(readFloat32(tensor), /has no float32 value/);
        } else {
          const wanted = Uint8Array.from(Buffer.from(float32, 'base64'));
          // As numbers: which NaN a NaN becomes is not defined.
          const values = [...(await readFloat32(tensor))];
          assert.deepEqual(values, [...new Float32Array(wanted.buffer)], tensor.name);
        }
      }
    }));

  test(`${name} gives any range of a tensor as it gives the whole`, () =>
    withCheckpoint(name, async ({ tensors }) => {
      for (const tensor of tensors.values()) {
        const whole = await readTensor(tensor);
        const count = tensor.shape.reduce((product, n) => product * n, 1);
        const size = whole.length / Math.max(1, count);
        for (const start of [0, 1, 3]) {
          for (const length of [0, 1, 2, count - start]) {
            if (length < 0 || start + length > count) continue;
            const part = await readTensor(tensor, { start, count: length });
            assert.deepEqual(
              Buffer.from(part),
              Buffer.from(whole.subarray(start * size, (start + length) * size)),
              `${tensor.name} ${start}+${length}`,
            );
          }
        }
      }
    }));
}

test('tensors over one storage share source and offset, so that tied weights can be told', () =>
  withCheckpoint('views.pt', async ({ tensors }) => {
    const base = tensors.get('base')!.data;
    const tied = tensors.get('tied')!.data;
    assert.ok(base.kind === 'stored' && tied.kind === 'stored');
    assert.equal(base.source, tied.source);
    assert.equal(base.offset, tied.offset);
  }));

test('hyper-parameters and class names are kept as metadata', async () => {
  await withCheckpoint('lightning.ckpt', async ({ metadata }) => {
    assert.equal(metadata.get('epoch'), '3');
    assert.equal(metadata.get('hyper_parameters.betas'), '[0.9,0.999]');
  });
  await withCheckpoint('inside.pt', async ({ metadata, warnings }) => {
    assert.equal(metadata.get('net.first.__class__'), 'torch.nn.modules.linear.Linear');
    assert.equal(metadata.get('net.first.in_features'), '3');
    assert.match(warnings.join(), /"net\.plain"/);
  });
  await withCheckpoint('dtypes.safetensors', async ({ metadata }) => {
    assert.equal(metadata.get('__proto__'), 'x');
  });
});

test('source text inside a file is shown', async () => {
  await withCheckpoint('legacy_module.pt', async ({ sources }) => {
    assert.match(sources?.get('models/net.py') ?? '', /class Net\(nn\.Module\)/);
  });
  await withCheckpoint('scripted.pt', async ({ format, sources }) => {
    assert.equal(format, 'TorchScript');
    assert.match([...(sources?.values() ?? [])].join(), /def forward/);
  });
});

test('one shard opens the whole checkpoint', () =>
  withCheckpoint('sharded_safetensors/model-00002-of-00002.safetensors', async (checkpoint) => {
    assert.deepEqual([...checkpoint.tensors.keys()].sort(), ['a.bias', 'a.weight', 'b']);
    assert.equal(checkpoint.files.length, 3);
  }));
