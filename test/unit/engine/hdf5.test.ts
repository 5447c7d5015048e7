import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FormatError, memorySource, type ByteSource } from '../../../src/core/checkpoint/bytes';
import { openHdf5 } from '../../../src/core/checkpoint/hdf5';
import { readTensor } from '../../../src/core/checkpoint/values';
import { platform } from '../../../src/engine/files';
import { createHdf5 } from '../../../src/engine/hdf5/client';

const bytes = readFileSync('test/fixtures/checkpoints/hdf5/heap.h5');
const withLimit = (milliseconds: number) => ({ ...platform, hdf5: createHdf5(milliseconds) });

/**
 * The rest of a global heap, when libhdf5 reads it, ends with a free object of no bytes: it goes round in it
 * for ever. What is read before to check that is whole: such a file changes while it is open.
 */
function endless(): ByteSource {
  const heap = bytes.indexOf('GCOL');
  const broken = Uint8Array.from(bytes).fill(0, heap + 6056, heap + 6064);
  return {
    ...memorySource('endless.h5', bytes),
    async read(offset, target) {
      const from = offset === heap + 4096 ? broken : bytes;
      target.set(from.subarray(offset, offset + target.length));
    },
  };
}

test('a file that libhdf5 never comes back from is given up, and the next one opens', async () => {
  const limited = withLimit(300);
  await assert.rejects(openHdf5(endless(), limited), {
    name: 'FormatError',
    message: 'endless.h5: libhdf5 did not answer within 0.3 s',
  });
  const { tensors, metadata } = await openHdf5(memorySource('whole.h5', bytes), limited);
  assert.equal(metadata.get('second'), 'y'.repeat(3000));
  assert.deepEqual(await readTensor(tensors.get('w')!), floats(0, 1, 2));
});

test('waiting for the file is no time of the library', async () => {
  let wait = 400;
  const slow: ByteSource = {
    ...memorySource('slow.h5', bytes),
    async read(offset, target) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = 0;
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
  assert.equal((await openHdf5(slow, withLimit(300))).tensors.size, 1);
});

test('a file that can no longer be read says so as the file does', async () => {
  const problem = 'the file is shorter than when it was opened';
  let isCut = false;
  const cut: ByteSource = {
    ...memorySource('cut.h5', bytes),
    async read(offset, target) {
      if (isCut) throw new FormatError('cut.h5', problem, { byte: offset });
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
  const { tensors } = await openHdf5(cut, platform);
  isCut = true;
  await assert.rejects(readTensor(tensors.get('w')!), /^FormatError: cut\.h5: the file is shorter/);
});

test('files that are read at the same time are read one after another', async () => {
  const read = async (name: string) => {
    const { tensors } = await openHdf5(memorySource(name, bytes), platform);
    return readTensor(tensors.get('w')!);
  };
  const all = await Promise.all(['a.h5', 'b.h5', 'c.h5'].map(read));
  for (const values of all) assert.deepEqual(values, floats(0, 1, 2));
});

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
