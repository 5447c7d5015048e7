import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteText, countText } from '../../../src/host/shapes/amounts';

test('counts are exact while they are short, then three digits and a unit', () => {
  const said = [0, 7200, 9999, 10_000, 123_456, 999_950, 4_194_304, 12_582_912, 3.5e9, 1.2e15];
  assert.deepEqual(said.map(countText), [
    '0',
    '7200',
    '9999',
    '10 k',
    '123 k',
    '1 M',
    '4.19 M',
    '12.6 M',
    '3.5 G',
    '1.2 P',
  ]);
});

test('bytes are counted by the thousand', () => {
  const said = [12, 999, 1000, 393_216, 50_331_648, 1.44e12].map(byteText);
  assert.deepEqual(said, ['12 B', '999 B', '1 KB', '393 KB', '50.3 MB', '1.44 TB']);
});
