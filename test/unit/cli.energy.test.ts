/** `mnemoscope render --view energy`: a Hopfield run as a drawing. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { mnemoscope } from './commandLine';

const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-cli-'));
after(() => rmSync(folder, { recursive: true }));
const trace = path.join(folder, 'letters.safetensors');
const out = path.join(folder, 'letters.svg');

test('a descent is drawn with its verdict, its states and the names of its patterns', () => {
  const made = ['trace', path.resolve('samples/hopfield/model.safetensors'), '--out', trace];
  assert.equal(mnemoscope(made).stderr, '');
  assert.equal(mnemoscope(['render', trace, '--view', 'energy', '--out', out]).stderr, '');
  const drawing = readFileSync(out, 'utf8');
  assert.match(drawing, /^<svg [^>]+>\n<title>Hopfield network, 100 units/);
  assert.match(drawing, />fell into pattern A after \d+ flips</);
  for (const name of ['A', 'E T', 'O', 'X', 'step 0'])
    assert.ok(drawing.includes(`>${name}<`), name);
  assert.ok(!/NaN|undefined/.test(drawing));
});

test('a descent is one HTML page that loads nothing', () => {
  const page = path.join(folder, 'letters.html');
  assert.equal(mnemoscope(['render', trace, '--view', 'energy', '--out', page]).stderr, '');
  const html = readFileSync(page, 'utf8');
  assert.match(html, /^<!doctype html>[\s\S]*default-src 'none'[\s\S]*<svg [\s\S]*<\/html>\n$/);
});

test('a descent is written as PNG too', () => {
  const picture = path.join(folder, 'letters.png');
  assert.equal(mnemoscope(['render', trace, '--view', 'energy', '--out', picture]).stderr, '');
  const png = readFileSync(picture);
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [504, 472]);
});

test('what cannot be drawn is refused in one line', () => {
  const refused = (status: number, ...words: string[]) => {
    const ran = mnemoscope(['render', ...words]);
    assert.equal(ran.status, status, ran.stderr);
    return ran.stderr;
  };
  assert.match(
    refused(2, trace, '--view', 'energy', '--out', path.join(folder, 'a.gif')),
    /--view energy writes \.svg, \.png and \.html/,
  );
  const others = path.join(folder, 'others.safetensors');
  mnemoscope(['trace', path.resolve('test/fixtures/memory/ntm_a.safetensors'), '--out', others]);
  assert.match(refused(1, others, '--view', 'energy', '--out', out), /^error: .*no energy\.E\n$/);
});
