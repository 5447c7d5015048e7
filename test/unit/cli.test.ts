import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readFloat32 } from '../../src/core/checkpoint/values';
import { openPath } from '../../src/engine/files';
import { mnemoscope as runCommandLine } from './commandLine';

const fixtures = 'test/fixtures/gpt2';
const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-cli-'));
after(() => rmSync(folder, { recursive: true }));

const mnemoscope = (...args: string[]) => runCommandLine(args);

async function tensorsOf(file: string): Promise<Map<string, Float32Array>> {
  const { checkpoint, close } = await openPath(file);
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of checkpoint.tensors) values.set(name, await readFloat32(tensor));
  await close();
  return values;
}

/** Largest difference over all tensors of the golden whose name begins so. */
function distance(
  golden: ReadonlyMap<string, Float32Array>,
  found: ReadonlyMap<string, Float32Array>,
  prefix: string,
): number {
  let largest = 0;
  for (const [name, expected] of golden) {
    if (!name.startsWith(prefix)) continue;
    const values = found.get(name);
    assert.equal(values?.length, expected.length, name);
    expected.forEach(
      (value, i) => (largest = Math.max(largest, Math.abs(value - (values[i] ?? NaN)))),
    );
  }
  return largest;
}

const link = path.join(folder, 'link.safetensors');
symlinkSync(path.resolve(fixtures, 'plain/model.safetensors'), link);

const forms: Readonly<Record<string, string>> = {
  'safetensors, Hugging Face names': `${fixtures}/plain/model.safetensors`,
  'a folder': `${fixtures}/plain`,
  'PyTorch zip': `${fixtures}/zip/model.pt`,
  'PyTorch before 1.6': `${fixtures}/legacy/model.pt`,
  'a Lightning checkpoint': `${fixtures}/lightning/last.ckpt`,
  'two shards': `${fixtures}/shards/model.safetensors.index.json`,
  'one shard of two': `${fixtures}/shards/model-00002-of-00002.safetensors`,
  'behind a symlink': link,
};

for (const [form, file] of Object.entries(forms)) {
  test(`a trace of GPT-2 as ${form} equals what transformers computes`, async () => {
    const out = path.join(folder, 'trace.safetensors');
    const { status, stderr } = mnemoscope(
      'trace',
      file,
      '--inputs',
      `${fixtures}/golden.safetensors`,
      '--out',
      out,
    );
    assert.equal(stderr, '');
    assert.equal(status, 0);
    const [golden, found] = [
      await tensorsOf(`${fixtures}/golden.safetensors`),
      await tensorsOf(out),
    ];
    assert.ok(distance(golden, found, 'attention.') < 2e-6);
    assert.ok(distance(golden, found, 'hidden.') < 1e-5);
    assert.ok(distance(golden, found, 'output.logits') < 1e-5);
  });
}

test('half precision gives the same picture', async () => {
  const out = path.join(folder, 'half.safetensors');
  mnemoscope(
    'trace',
    `${fixtures}/half`,
    '--inputs',
    `${fixtures}/golden.safetensors`,
    '--out',
    out,
  );
  const golden = await tensorsOf(`${fixtures}/golden.safetensors`);
  const worst = distance(golden, await tensorsOf(out), 'attention.');
  assert.ok(worst < 5e-3, `largest difference ${worst}`);
});

test('nanoGPT names, a compiled prefix and settings inside the file are recognised', async () => {
  const out = path.join(folder, 'nano.safetensors');
  const { stderr } = mnemoscope(
    'trace',
    `${fixtures}/nanogpt/ckpt.pt`,
    '--ids',
    '3,1,4,1,5,9,2,6,3,1,4,1',
    '--out',
    out,
  );
  assert.equal(stderr, '');
  const golden = await tensorsOf(`${fixtures}/golden.safetensors`);
  // nanoGPT computes the exact GELU, GPT-2 its tanh approximation: layer 0 attends before any of them.
  const first = new Map([...golden].filter(([name]) => name === 'attention.self.0'));
  assert.ok(distance(first, await tensorsOf(out), 'attention.') < 2e-6);
});

test('generated tokens are printed with their probability, and the trace is of the whole text', async () => {
  const out = path.join(folder, 'generated.safetensors');
  const words = ['trace', `${fixtures}/plain`, '--ids', '3,1,4', '--generate', '4', '--out', out];
  const { stdout, status } = mnemoscope(...words);
  assert.equal(status, 0);
  const lines = [...stdout.matchAll(/^token (\d+): (\d+) "\d+" 0\.\d+$/gm)];
  assert.deepEqual(
    lines.map(([, place]) => Number(place)),
    [3, 4, 5, 6],
  );
  const data = (await tensorsOf(out)).get('output.logits')!;
  assert.equal(data.length, 7 * 11);
  for (const [, place, id] of lines) {
    const row = data.subarray((Number(place) - 1) * 11, Number(place) * 11);
    assert.equal(row.indexOf(Math.max(...row)), Number(id));
  }
  const wrong = mnemoscope(...words.with(5, 'many'));
  assert.equal(wrong.status, 2);
});

test('heads are left out of a run by their names in a trace', async () => {
  const out = path.join(folder, 'without.safetensors');
  const ids = '3,1,4,1,5,9,2,6,3,1,4,1';
  const words = ['trace', `${fixtures}/plain`, '--ids', ids, '--out', out, '--without'];
  assert.equal(mnemoscope(...words, 'self.0.0,self.0.1').stderr, '');
  const golden = await tensorsOf(`${fixtures}/golden.safetensors`);
  const found = await tensorsOf(out);
  const of = (layer: number) =>
    new Map([...golden].filter(([name]) => name === `attention.self.${layer}`));
  assert.ok(distance(of(0), found, 'attention.') < 2e-6);
  assert.ok(distance(of(1), found, 'attention.') > 1e-3);
  const wrong = mnemoscope(...words, 'self.7.0');
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /^error: .*: there is no head self\.7\.0 to leave out\n$/);
  assert.equal(mnemoscope(...words, 'self.0.0', '--generate', '2').status, 2);
});

test('tensors --json keeps the contract', () => {
  const { status, stdout } = mnemoscope('tensors', `${fixtures}/plain/model.safetensors`, '--json');
  assert.equal(status, 0);
  const { format, metadata, tensors, warnings } = JSON.parse(stdout);
  assert.equal(format, 'safetensors');
  assert.deepEqual(warnings, []);
  assert.equal(typeof metadata, 'object');
  const wte = tensors.find(({ name }: { name: string }) => name === 'transformer.wte.weight');
  assert.deepEqual(wte, {
    name: 'transformer.wte.weight',
    dtype: 'float32',
    shape: [11, 8],
    bytes: 352,
    file: 'model.safetensors',
  });
});

test('a trace is rendered as SVG, PNG and one HTML page', () => {
  const trace = path.join(folder, 'render.safetensors');
  mnemoscope('trace', `${fixtures}/plain`, '--ids', '3,1,4,1', '--out', trace);
  const render = (file: string, ...more: string[]): Buffer => {
    const out = path.join(folder, file);
    assert.equal(mnemoscope('render', trace, ...more, '--out', out).stderr, '');
    return readFileSync(out);
  };
  const head = render('head.svg', '--layer', '1', '--head', '0').toString();
  assert.match(head, /^<svg [\s\S]*layer 1, head 0[\s\S]*every weight exactly[\s\S]*<\/svg>\n$/);
  assert.equal(
    render('all.svg')
      .toString()
      .match(/<image /g)?.length,
    4,
  );
  assert.equal(render('head.png', '--layer', '0', '--head', '1').subarray(1, 4).toString(), 'PNG');
  const overview = render('all.png');
  assert.deepEqual([overview.readUInt32BE(16), overview.readUInt32BE(20)], [152, 152]);
  assert.equal(render('all.html').toString().match(/<img /g)?.length, 4);
});

test('bad files are one line and exit code 1, bad usage is exit code 2, and nothing half is left', () => {
  const text = path.join(folder, 'text.safetensors');
  writeFileSync(text, 'not a checkpoint');
  const lines = [
    mnemoscope('tensors', text),
    mnemoscope(
      'trace',
      `${fixtures}/plain`,
      '--ids',
      '1,11',
      '--out',
      path.join(folder, 'no.safetensors'),
    ),
    mnemoscope(
      'trace',
      `${fixtures}/plain`,
      '--text',
      'a',
      '--out',
      path.join(folder, 'no.safetensors'),
    ),
    mnemoscope(
      'render',
      `${fixtures}/plain/model.safetensors`,
      '--out',
      path.join(folder, 'no.svg'),
    ),
  ];
  for (const { status, stderr } of lines) {
    assert.equal(status, 1);
    assert.match(stderr, /^error: [^\n]+\n$/);
  }
  assert.match(lines[1]?.stderr ?? '', /token id 11 at place 1 is outside the vocabulary 0…10/);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('no.')),
    [],
  );
  for (const args of [[], ['dance'], ['trace', `${fixtures}/plain`], ['tensors', 'a', '--loud']]) {
    assert.equal(mnemoscope(...args).status, 2, args.join(' '));
  }
});
