import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { colors } from '../../../../src/core/draw/colormap';
import { base64, indexedPng } from '../../../../src/core/draw/png';
import { unit } from '../../../../src/core/draw/scale';
import { headSvg, overviewSvg } from '../../../../src/core/draw/svg';

const paint = { map: 'viridis', scale: 'linear', domain: unit } as const;

test('the PNG holds the pixels that went in, and its checksums are those of zlib', () => {
  const [width, height] = [300, 250];
  const indices = Uint8Array.from({ length: width * height }, (_, i) => (i * 31) % 256);
  const png = Buffer.from(indexedPng(indices, width, height, colors('viridis'), 255));
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.set(type, png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  assert.deepEqual([...chunks.keys()], ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
  // Inflating checks the Adler-32 of the stream.
  const lines = inflateSync(chunks.get('IDAT')!);
  for (let row = 0; row < height; row++) {
    const line = lines.subarray(row * (width + 1), (row + 1) * (width + 1));
    assert.equal(line[0], 0);
    assert.deepEqual(
      line.subarray(1),
      Buffer.from(indices.subarray(row * width, (row + 1) * width)),
    );
  }
  assert.equal(chunks.get('tRNS')![255], 0);
});

test('base64 is that of Buffer for every remainder', () => {
  for (let length = 0; length < 10; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => 255 - 17 * i);
    assert.equal(base64(bytes), Buffer.from(bytes).toString('base64'));
  }
});

const picture = {
  model: 'GPT-2 & friends <3',
  head: 'layer 3, head 7',
  queries: ['the', ' "cat"', '\u0000'],
  keys: ['the', ' "cat"', '\u0000'],
  queryTitle: 'query',
  keyTitle: 'key',
  paint,
};

test('a head says its model, place and that every weight is drawn, and escapes what people typed', () => {
  const tile = { rows: 3, columns: 3, pool: 1, data: new Float32Array(9).fill(0.5) };
  const svg = headSvg({ ...picture, tile });
  assert.match(svg, /GPT-2 &#38; friends &#60;3 · layer 3, head 7/);
  assert.match(svg, /every weight exactly/);
  assert.match(svg, /·&#34;cat&#34;/);
  assert.ok(![...svg].some((character) => character < ' ' && character !== '\n'));
  assert.doesNotMatch(svg, /url\(#nan\)/);
});

test('a pooled head says so, and one with NaN shows the hatch', () => {
  const data = new Float32Array([0, 1, Number.NaN, 0.5]);
  const svg = headSvg({ ...picture, tile: { rows: 2, columns: 2, pool: 2, data } });
  assert.match(svg, /maximum of 2×2 weights/);
  assert.match(svg, /fill="url\(#nan\)"/);
});

test('the overview draws a tile per head and a frame for one that has not arrived', () => {
  const tile = { rows: 1, columns: 1, pool: 1, data: new Float32Array([1]) };
  const heads = [
    { label: '0.0', row: 0, column: 0, tile },
    { label: '0.1', row: 0, column: 1 },
  ];
  const svg = overviewSvg({ model: 'GPT-2', heads, paint });
  assert.equal(svg.match(/<image /g)?.length, 1);
  assert.match(svg, />0\.1</);
});
