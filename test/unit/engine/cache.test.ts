import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCache } from '../../../src/engine/cache';

test('the least recently used value is dropped beyond the budget', async () => {
  const made: string[] = [];
  const cache = createCache<number>(10, (size) => size);
  const get = (key: string, size: number) =>
    cache.get(key, async () => {
      made.push(key);
      return size;
    });
  await get('a', 4);
  await get('b', 4);
  await get('a', 4);
  await get('c', 4);
  await get('a', 4);
  await get('b', 4);
  assert.deepEqual(made, ['a', 'b', 'c', 'b']);
});

test('the newest value stays although it alone is over the budget', async () => {
  let made = 0;
  const cache = createCache<number>(10, (size) => size);
  for (let i = 0; i < 2; i++) await cache.get('a', async () => (made++, 99));
  assert.equal(made, 1);
});

test('two callers at once share one making, and a failure is not kept', async () => {
  let made = 0;
  const cache = createCache<number>(10, () => 1);
  const fail = () => Promise.reject(new Error(`attempt ${++made}`));
  const both = await Promise.allSettled([cache.get('a', fail), cache.get('a', fail)]);
  assert.deepEqual([made, both.map(({ status }) => status)], [1, ['rejected', 'rejected']]);
  await assert.rejects(() => cache.get('a', fail), /attempt 2/);
});

test('what is being made while the cache is cleared is handed out but not kept', async () => {
  const cache = createCache<number>(10, () => 1);
  let finish: (value: number) => void = () => undefined;
  const first = cache.get('a', () => new Promise((resolve) => (finish = resolve)));
  cache.clear();
  finish(1);
  assert.equal(await first, 1);
  assert.equal(await cache.get('a', async () => 2), 2);
});
