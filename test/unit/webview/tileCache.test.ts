import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain } from '../../../src/core/trace/trace';
import { createTileCache } from '../../../webview/attention/tileCache';

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('an outdated tile stays on screen until the better one has come', async () => {
  let made = 0;
  let release = () => {};
  const source = {
    id: 'x',
    weighting: {
      shape: [1, 1] as const,
      async tile() {
        if (made > 0) await new Promise<void>((resolve) => (release = resolve));
        return { rows: 1, columns: 1, pool: 1, data: Float32Array.of(++made) };
      },
    },
  };
  const at = { level: 0, row: 0, column: 0 };
  const cache = createTileCache(
    1000,
    () => undefined,
    (error) => assert.fail(String(error)),
  );
  const shown = () => cache.peek(source, at, plain)?.data[0];
  cache.want(source, [at], plain);
  await settle();
  assert.equal(shown(), 1);
  cache.want(source, [at], plain);
  await settle();
  assert.equal(made, 1);
  cache.outdate(source, (tile) => tile.data[0] === 1);
  cache.want(source, [at], plain);
  await settle();
  assert.equal(shown(), 1);
  release();
  await settle();
  assert.equal(shown(), 2);
  assert.equal(cache.bytes, 8);
});
