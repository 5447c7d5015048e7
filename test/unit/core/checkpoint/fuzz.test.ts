import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fuzzReaders } from '../../../fuzz/readers';

test('broken checkpoints are listed or refused in one line, whatever their bytes', async () => {
  const found = await fuzzReaders(join(process.cwd(), 'test/fixtures/checkpoints'), 12, 7);
  assert.deepEqual(found, []);
});
