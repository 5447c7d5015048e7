import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessBlock, Tile } from '../../../src/core/trace/trace';
import { plain } from '../../../src/core/trace/trace';
import type { TraceData } from '../../../src/protocol/engine';
import { layOut, sortBlocks } from '../../../webview/attention/overviewLayout';
import { roleOf } from '../../../webview/attention/roles';
import { createTileCache } from '../../../webview/attention/tileCache';
import {
  clamp,
  fit,
  levelFor,
  pooled,
  reveal,
  tilesIn,
  zoomAbout,
} from '../../../webview/attention/viewport';
import { parseIds } from '../../../webview/ids';
import { languages } from '../../../webview/strings';
import { createTrace, type TraceClient } from '../../../webview/trace';

const size = { width: 800, height: 600 };

test('the whole matrix fits, and no value is larger than allowed', () => {
  assert.equal(fit([1000, 2000], size, 40).zoom, 0.4);
  assert.equal(fit([4, 4], size, 40).zoom, 40);
});

test('while moving there is at most one cell per pixel, at rest at least one', () => {
  for (const zoom of [0.1, 0.125, 0.3, 0.5, 0.9, 1, 3]) {
    assert.ok(2 ** levelFor(zoom, 'coarse') * zoom >= 1 - 1e-9);
    assert.ok(2 ** levelFor(zoom, 'fine') * zoom <= Math.max(1, zoom) + 1e-9);
  }
  assert.deepEqual([1, 0.5, 0.4, 0.1, 7].map(pooled), [1, 2, 3, 10, 1]);
});

test('zooming keeps the place under the pointer where it is', () => {
  const before = { left: 100, top: 50, zoom: 2 };
  const after = zoomAbout(before, 1.5, 300, 200);
  assert.ok(Math.abs(before.left + 300 / before.zoom - (after.left + 300 / after.zoom)) < 1e-9);
  assert.ok(Math.abs(before.top + 200 / before.zoom - (after.top + 200 / after.zoom)) < 1e-9);
});

test('the matrix cannot be dragged off the screen or zoomed out past its whole', () => {
  const out = clamp({ left: -50, top: 9999, zoom: 0.01 }, [1000, 1000], size, 40);
  assert.deepEqual(out, { left: 0, top: 0, zoom: 0.6 });
  const far = clamp({ left: 9999, top: 0, zoom: 4 }, [1000, 1000], size, 40);
  assert.equal(far.left, 1000 - 800 / 4);
});

test('the cursor is brought on screen by the smallest move', () => {
  const viewport = { left: 10, top: 10, zoom: 10 };
  assert.deepEqual(reveal(viewport, size, 20, 20), viewport);
  assert.equal(reveal(viewport, size, 5, undefined).top, 5);
  assert.equal(reveal(viewport, size, 90, undefined).top, 91 - 60);
});

test('only tiles that the viewport touches are wanted', () => {
  const viewport = { left: 1000, top: 0, zoom: 1 };
  const tiles = tilesIn(viewport, [4096, 4096], size, 0, 256);
  assert.deepEqual([...new Set(tiles.map(({ column }) => column))], [3, 4, 5, 6, 7]);
  assert.deepEqual([...new Set(tiles.map(({ row }) => row))], [0, 1, 2]);
});

const block = (layer: number, head: number, ask?: () => Promise<Tile>): AccessBlock => {
  const axis = { id: 'tokens', kind: 'token', length: 8, label: String } as const;
  const none = (): Promise<never> => Promise.reject(new Error('not asked for in this test'));
  return {
    id: `self.${layer}.${head}`,
    act: 'read',
    layer,
    head,
    rows: axis,
    columns: axis,
    normalised: 'rows',
    stages: new Map(),
    scalars: new Map(),
    vectors: new Map(),
    weighting: {
      shape: [8, 8],
      thumbnail: none,
      tile: ask ?? none,
      row: none,
      received: none,
    } as never,
  };
};

test('layers lie below each other, heads beside each other, and a line that must break breaks evenly', () => {
  const blocks = [0, 1].flatMap((layer) =>
    Array.from({ length: 12 }, (_, head) => block(layer, head)),
  );
  const wide = layOut(blocks, 1400, false);
  assert.equal(wide.columns, 12);
  assert.deepEqual(
    wide.lines.map(({ label }) => label),
    ['0', '1'],
  );
  const narrow = layOut(blocks, 280, false);
  assert.equal(narrow.columns, 6);
  for (const { x } of narrow.tiles) assert.ok(x + narrow.edge <= 280);
  const places = new Set(narrow.tiles.map(({ x, y }) => `${x} ${y}`));
  assert.equal(places.size, blocks.length);
});

test('heads are sorted by a statistic, those without one last', () => {
  const blocks = [block(0, 0), block(0, 1), block(0, 2)];
  const statistics = { entropy: 1, previous: 0, first: 0, diagonal: 0, induction: 0 };
  const known = new Map([
    ['self.0.1', { ...statistics, induction: 0.2 }],
    ['self.0.2', { ...statistics, induction: 0.9 }],
  ]);
  const order = sortBlocks(blocks, 'induction', known).map(({ id }) => id);
  assert.deepEqual(order, ['self.0.2', 'self.0.1', 'self.0.0']);
});

test('a head is named by the place that takes most of its weight, or broad near the largest entropy', () => {
  const quiet = { entropy: 0.5, previous: 0.1, first: 0.1, diagonal: 0.1, induction: Number.NaN };
  const of = block(0, 0);
  const wide = { ...of, columns: { ...of.columns, length: 64 } };
  assert.deepEqual(roleOf({ ...quiet, previous: 0.7 }, wide), { role: 'previous', share: 0.7 });
  assert.equal(roleOf({ ...quiet, first: 0.5, induction: 0.6 }, wide)?.role, 'induction');
  assert.equal(roleOf({ ...quiet, entropy: 0.9 * Math.log(64) }, wide)?.role, 'broad');
  assert.equal(roleOf(quiet, wide), undefined);
  const recall = { ...wide, normalised: 'none' } as const;
  assert.equal(roleOf({ ...quiet, previous: 0.7 }, recall), undefined);
});

test('the tile cache asks once for a tile, keeps its bound and drops what was used longest ago', async () => {
  let asked = 0;
  const tile = { rows: 16, columns: 16, pool: 1, data: new Float32Array(256) };
  const head = block(0, 0, () => {
    asked++;
    return Promise.resolve(tile);
  });
  const each = 256 * 8;
  const cache = createTileCache(
    3 * each,
    () => undefined,
    (error) => assert.fail(String(error)),
  );
  const at = (column: number) => ({ level: 0, row: 0, column });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  cache.want(head, [at(0), at(1), at(2)], plain);
  cache.want(head, [at(0), at(1), at(2)], plain);
  await settle();
  assert.equal(asked, 3);
  cache.peek(head, at(0), plain);
  cache.want(head, [at(3)], plain);
  await settle();
  assert.equal(cache.bytes, 3 * each);
  assert.equal(cache.peek(head, at(1), plain), undefined);
  assert.equal(cache.peek(head, at(0), plain), tile);
});

test('a tile that cannot be had is said once and not asked for again', async () => {
  let failures = 0;
  const head = block(0, 0, () => Promise.reject(new Error('gone')));
  const cache = createTileCache(1e6, assert.fail, () => failures++);
  for (let i = 0; i < 3; i++) {
    cache.want(head, [{ level: 0, row: 0, column: 0 }], plain);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.equal(failures, 1);
});

test('ids are numbers below the vocabulary; the first that is none is named', () => {
  assert.deepEqual(parseIds('1, 2  3\n4', 10), { ids: [1, 2, 3, 4] });
  assert.deepEqual(parseIds('1, 10', 10), { problem: '10' });
  assert.deepEqual(parseIds('1 -2', 10), { problem: '-2' });
  assert.deepEqual(parseIds(' ', 10), { problem: '' });
});

test('a trace follows what the host tells and asks for the block that it names', async () => {
  const data: TraceData = {
    id: 7,
    model: { sentence: 'a model', family: 'none' },
    source: 'checkpoint',
    events: [],
    state: { kind: 'running', done: 0, total: 2 },
    axes: [{ id: 'tokens', kind: 'token', length: 2, labels: ['a', 'b'] }],
    blocks: [
      {
        id: 'self.0.0',
        act: 'read',
        layer: 0,
        head: 0,
        normalised: 'rows',
        rows: 'tokens',
        columns: 'tokens',
      },
    ],
    ready: [],
  };
  const calls: unknown[] = [];
  const client = {
    call: (method: string, params: unknown) => {
      calls.push([method, params]);
      return Promise.resolve(new Float32Array([1, 0]));
    },
  } as unknown as TraceClient;
  const trace = createTrace(data, client);
  let told = 0;
  const following = trace.on(() => told++);
  trace.apply({ blocks: ['self.0.0'] });
  trace.apply({ state: { kind: 'done', milliseconds: 3 } });
  following.dispose();
  trace.apply({});
  assert.equal(told, 2);
  assert.ok(trace.ready.has('self.0.0'));
  assert.deepEqual(trace.state, { kind: 'done', milliseconds: 3 });
  const [first] = trace.blocks;
  assert.deepEqual(first?.weighting.shape, [2, 2]);
  assert.equal(first?.columns.label(1), 'b');
  await first?.weighting.row(1);
  assert.deepEqual(calls, [['row', { trace: 7, block: 'self.0.0', index: 1 }]]);
  assert.throws(() => createTrace({ ...data, axes: [] }, client), /axis "tokens"/);
});

test('both languages have every word, and sentences name what they are given', () => {
  const compare = (english: unknown, chinese: unknown, path: string): void => {
    assert.equal(typeof chinese, typeof english, path);
    if (typeof english === 'string') assert.notEqual(chinese, '', path);
    else if (typeof english === 'function') {
      const given = Array.from({ length: english.length }, (_, i) => String(1000 + i));
      for (const speak of [english, chinese] as ((...values: string[]) => string)[]) {
        for (const value of given) assert.ok(speak(...given).includes(value), path);
      }
    } else {
      const [left, right] = [english, chinese] as Record<string, unknown>[];
      assert.deepEqual(Object.keys(right!).sort(), Object.keys(left!).sort(), path);
      for (const key of Object.keys(left!)) compare(left![key], right![key], `${path}.${key}`);
    }
  };
  compare(languages.en, languages.zh, 'strings');
});
