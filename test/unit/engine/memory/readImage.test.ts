import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { InputSpec } from '../../../../src/core/memory/memory';
import { readInputs } from '../../../../src/engine/memory/readInputs';

const images = 'test/fixtures/images';
const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-images-'));
after(() => rmSync(folder, { recursive: true }));
const spec = (name: string, ...shape: (number | string)[]): InputSpec => ({
  name,
  shape,
  meaning: '',
});
const all = () => true;
const colors = [spec('image', 3, 'H', 'W')];

const { height, width, pixels } = JSON.parse(readFileSync(`${images}/pixels.json`, 'utf8')) as {
  readonly height: number;
  readonly width: number;
  readonly pixels: Readonly<Record<string, readonly number[]>>;
};

for (const [name, expected] of Object.entries(pixels)) {
  test(`the pixels of ${name}.png are those that Pillow wrote`, async () => {
    const { arrays } = await readInputs(`${images}/${name}.png`, all, colors);
    const { shape, data } = arrays.get('image')!;
    assert.deepEqual(shape, [3, height, width]);
    assert.deepEqual(
      Array.from(data, (value) => Math.round(255 * value)),
      expected,
    );
  });
}

test('a state is +1 where its cell of the image is dark', async () => {
  const specs = [spec('state', 4)];
  const { arrays } = await readInputs(`${images}/grey.png`, all, specs);
  // The image grows brighter to the right.
  assert.deepEqual([...arrays.get('state')!.data], [1, -1, 1, -1]);
});

test('an image for a model with none, and damaged images, are refused in one line', async () => {
  const good = readFileSync(`${images}/rgb.png`);
  const damaged = (name: string, change: (bytes: Buffer) => Buffer): string => {
    const file = path.join(folder, name);
    writeFileSync(file, change(Buffer.from(good)));
    return file;
  };
  const refused = (file: string, why: RegExp, specs = colors) =>
    assert.rejects(readInputs(file, all, specs), why);
  await refused(`${images}/rgb.png`, /^.*no input of this model can be an image$/, [
    spec('x', 'T', 9),
  ]);
  await refused(
    damaged('text.png', () => Buffer.from('hello')),
    /text\.png: this is no PNG/,
  );
  await refused(
    damaged('cut.png', (bytes) => bytes.subarray(0, 60)),
    /longer than the file/,
  );
  await refused(
    damaged('wide.png', (bytes) => (bytes.writeUInt32BE(4_000_000_000, 16), bytes)),
    /4000000000 × 7 pixels/,
  );
  await refused(
    damaged('tall.png', (bytes) => (bytes.writeUInt32BE(8, 20), bytes)),
    /expected 8 rows of 33 bytes, its data are damaged/,
  );
});
