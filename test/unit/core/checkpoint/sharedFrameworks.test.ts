import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Tensor } from '../../../../src/core/checkpoint/checkpoint';
import { readTensor } from '../../../../src/core/checkpoint/values';
import { openPath } from '../../../../src/engine/files';

interface Oracle {
  readonly open: string;
  readonly also_open?: readonly string[];
  readonly format: string;
  readonly extra_ok?: readonly string[];
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[] | null;
    readonly sha256?: string;
    readonly optional?: boolean;
  }[];
}

const shared = resolve(process.cwd(), '../shared/fixtures');
const skip = !existsSync(shared) && 'the shared fixtures are not beside this project';
const oracles = skip
  ? []
  : readdirSync(join(shared, 'formats'))
      .filter((name) => name.endsWith('.oracle.json'))
      .map((name) => JSON.parse(readFileSync(join(shared, 'formats', name), 'utf8')) as Oracle)
      .filter(({ format }) => /^(flax|orbax|tf|keras|hdf5)/.test(format));

async function check(path: string, { tensors: expected, extra_ok = [] }: Oracle) {
  const { checkpoint, close } = await openPath(path);
  const known = new Set([...expected.map(({ name }) => name), ...extra_ok]);
  const extra = [...checkpoint.tensors.keys()].filter((name) => !known.has(name));
  assert.deepEqual(extra, []);
  for (const { name, dtype, shape, sha256, optional } of expected) {
    const tensor: Tensor | undefined = checkpoint.tensors.get(name);
    if (!tensor && optional) continue;
    assert.ok(tensor, name);
    if (optional) continue;
    assert.deepEqual([tensor.dtype, tensor.shape], [dtype, shape], name);
    if (!sha256) continue;
    assert.equal(
      createHash('sha256')
        .update(await readTensor(tensor))
        .digest('hex'),
      sha256,
      name,
    );
  }
  await close();
}

test(
  'every shared Flax, Orbax, TensorFlow, Keras and HDF5 fixture is read as its library does',
  { skip },
  async (t) => {
    assert.ok(oracles.length > 10, 'the fixtures were found');
    for (const oracle of oracles) {
      for (const path of [oracle.open, ...(oracle.also_open ?? [])]) {
        await t.test(path, () => check(join(shared, 'formats', path), oracle));
      }
    }
  },
);

test(
  'an HDF5 file that points to other files lists its own data and reads no other',
  { skip },
  async () => {
    const { checkpoint, close } = await openPath(join(shared, 'hostile/h5_external_storage.h5'));
    const { tensors, warnings } = checkpoint;
    assert.ok(tensors.has('inside'));
    assert.ok(!tensors.has('extlink/leaked_ds'));
    assert.match(warnings.join(), /"\/extlink" leads to another file/);
    for (const name of ['leak', 'leak_abs']) {
      await assert.rejects(readTensor(tensors.get(name)!), /^FormatError: h5_external[^\n]+$/);
    }
    await close();
  },
);
