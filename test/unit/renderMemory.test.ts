/** `mnemoscope render --view memory`: the panels of the papers over one time axis. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { memoryPicture } from '../../src/cli/renderMemory';
import { held } from '../../src/core/trace/recording';
import { traceOf } from '../../src/core/trace/traceOf';
import { openModel } from '../../src/engine/model';

async function pictureOf(path: string, out: string, options: Record<string, string> = {}) {
  const model = await openModel(path);
  const run = await model.runArrays({ options });
  await run.ended;
  const picture = await memoryPicture(path, run, out);
  await run.close();
  await model.close();
  return picture;
}

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
  const svg = await memoryPicture('t', trace, 'a.svg');
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
  await assert.rejects(memoryPicture('t', trace, 'a.png'), /writes \.svg and \.html, not a\.png/);
});
