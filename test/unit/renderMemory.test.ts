/** `mnemoscope render --view memory`: the panels of the papers over one time axis. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { inflateSync } from 'node:zlib';
import { memoryPicture } from '../../src/cli/renderMemory';
import { held } from '../../src/core/trace/recording';
import { traceOf } from '../../src/core/trace/traceOf';
import { openModel } from '../../src/engine/model';

async function drawingOf(path: string, out: string, options: Record<string, string> = {}) {
  const model = await openModel(path);
  const run = await model.runArrays({ options });
  await run.ended;
  const picture = await memoryPicture(path, run, out);
  await run.close();
  await model.close();
  return picture;
}

const pictureOf = async (...of: Parameters<typeof drawingOf>): Promise<string> =>
  String(await drawingOf(...of));

const titles = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([a-z]+[.:][^<]*)<\/text>/g)].map(([, title = '']) => title);

test('a machine has inputs, outputs, adds, erases, reads, then writing above reading', async () => {
  const svg = await pictureOf('samples/ntm-copy/model.safetensors', 'a.svg', { length: '5' });
  assert.deepEqual(titles(svg), [
    'input.x',
    'output.y',
    'output.target',
    'write.1: add',
    'write.1: erase',
    'read.0: read',
    'write.1: weighting over 32 slots',
    'read.0: weighting over 32 slots',
  ]);
  assert.match(svg, />copied 5 of 5 vectors, 0 bit errors</);
  assert.equal(svg.match(/<image /g)?.length, 8);
});

test('as a page it needs nothing else, and stays small however long the run is', async () => {
  const page = await pictureOf('samples/ntm-copy/model.safetensors', 'a.html', { length: '500' });
  assert.ok(page.length < 2_000_000);
  assert.ok(page.includes('where there are more values than pixels, the one farthest from 0'));
  assert.ok(!/<script|https?:\/\/(?!www\.w3\.org)/.test(page));
});

test('a memory network has its sentences down and its hops across, with the weights', async () => {
  const svg = await pictureOf('samples/memn2n/model.safetensors', 'a.svg');
  assert.ok(svg.indexOf('>hop 1<') < svg.indexOf('>mary went to the kitchen<'));
  assert.equal(svg.match(/>[01]\.\d\d</g)?.length, 15);
});

test('gates are drawn where there are no heads; a NaN is hatched', async () => {
  const data = Float32Array.of(0, 1, NaN, 0.5);
  const trace = traceOf(
    {
      model: { sentence: 'a cell & its gate', family: '' },
      tensors: new Map([['state.0.fwd.i', held([2, 2], data)]]),
      labels: new Map(),
      events: [],
    },
    'file',
    (_, read) => read(),
  );
  const svg = String(await memoryPicture('t', trace, 'a.svg'));
  assert.deepEqual(titles(svg), ['state.0.fwd.i']);
  assert.match(svg, /url\(#nan\)/);
  assert.match(svg, /a cell &#38; its gate/);
});

test('a trace without a memory, and an ending that is not written, are refused', async () => {
  const trace = traceOf(
    { model: { sentence: '', family: '' }, tensors: new Map(), labels: new Map(), events: [] },
    'file',
    (_, read) => read(),
  );
  await assert.rejects(memoryPicture('t', trace, 'a.svg'), /t: it holds no memory/);
  await assert.rejects(
    memoryPicture('t', trace, 'a.gif'),
    /writes \.svg, \.png and \.html, not a\.gif/,
  );
});

/** Width, height and how many colours a PNG of a palette uses. */
function look(png: string | Uint8Array): { width: number; height: number; colours: number } {
  assert.ok(typeof png !== 'string');
  const view = new DataView(png.buffer, png.byteOffset);
  assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from('PNG')]);
  const data = Buffer.from(png).indexOf('IDAT');
  const pixels = inflateSync(png.subarray(data + 4, data + 4 + view.getUint32(data - 4)));
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  assert.equal(pixels.length, (width + 1) * height);
  return { width, height, colours: new Set(pixels).size };
}

test('as PNG the panels stand under each other, however long the run is', async () => {
  const file = 'samples/ntm-copy/model.safetensors';
  const short = look(await drawingOf(file, 'a.png', { length: '5' }));
  assert.equal(short.width, 11 * 16 + 16);
  assert.ok(short.colours > 50);
  const long = look(await drawingOf(file, 'a.png', { length: '2000' }));
  assert.ok(long.width <= 980 && long.height === short.height);
  const hops = look(await drawingOf('samples/memn2n/model.safetensors', 'a.png'));
  assert.deepEqual([hops.width, hops.height], [3 * 48 + 16, 5 * 20 + 16]);
});
