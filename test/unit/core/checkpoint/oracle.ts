/** Compares the committed files of make_more.py and make_frameworks.py with what their own libraries say is in them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FormatError } from '../../../../src/core/checkpoint/bytes';
import type { Tensor } from '../../../../src/core/checkpoint/checkpoint';
import { readFloat32, readTensor } from '../../../../src/core/checkpoint/values';
import { openPath } from '../../../../src/engine/files';

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Absent where the values must be refused. */
  readonly bytes?: string;
  readonly float32?: string;
}
type Oracle = Readonly<Record<string, Readonly<Record<string, Expected>>>>;

export const fixtures = join(process.cwd(), 'test/fixtures/checkpoints');

/** One test for each file below `folder`: names, types, shapes, bytes and float32 values. */
export function testAgainstOracle(
  folder: string,
  library: string,
  oracleFile = 'oracle_more.json',
): void {
  const oracle = JSON.parse(readFileSync(join(fixtures, oracleFile), 'utf8')) as Oracle;
  for (const [file, expected] of Object.entries(oracle)) {
    if (!file.startsWith(`${folder}/`)) continue;
    test(`${file} has the tensors that ${library} says it has, bit for bit`, async () => {
      const { checkpoint, close } = await openPath(join(fixtures, file));
      try {
        assert.deepEqual([...checkpoint.tensors.keys()].sort(), Object.keys(expected).sort());
        for (const tensor of checkpoint.tensors.values()) {
          await compare(tensor, expected[tensor.name]!);
        }
      } finally {
        await close();
      }
    });
  }
}

async function compare(tensor: Tensor, { dtype, shape, bytes, float32 }: Expected): Promise<void> {
  assert.deepEqual([tensor.dtype, tensor.shape], [dtype, shape], tensor.name);
  if (bytes === undefined) {
    await assert.rejects(readTensor(tensor), FormatError, tensor.name);
  } else {
    const found = Buffer.from(await readTensor(tensor)).toString('base64');
    assert.equal(found, bytes, `bytes of ${tensor.name}`);
  }
  if (float32 === undefined) {
    await assert.rejects(readFloat32(tensor), FormatError, tensor.name);
  } else {
    const values = await readFloat32(tensor);
    const wanted = new Float32Array(Uint8Array.from(Buffer.from(float32, 'base64')).buffer);
    assert.equal(values.length, wanted.length, tensor.name);
    // Bit for bit, but which NaN a NaN becomes is not defined.
    const differs = wanted.findIndex((value, i) => !Object.is(value, values[i]));
    assert.equal(
      differs,
      -1,
      `${tensor.name} [${differs}]: ${values[differs]}, ${wanted[differs]}`,
    );
  }
}
