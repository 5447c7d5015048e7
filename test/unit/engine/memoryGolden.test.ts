/** Published Neural Turing Machines and a DNC, run by `mnemoscope trace` as a person does. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { mnemoscope } from '../commandLine';
import { arraysOf, difference } from '../core/memory/runFamily';

const folder = path.resolve('../shared/fixtures/third-party');
const skip = existsSync(folder) ? false : 'the shared fixtures are not there';
const out = mkdtempSync(path.join(tmpdir(), 'mnemoscope-memory-'));
after(() => rmSync(out, { recursive: true }));

/** Names of the goldens → names of the trace file. */
const parts: Readonly<Record<string, string>> = {
  k: 'key',
  g: 'gate',
  s: 'shift',
  wc: 'w_content',
  wg: 'w_gated',
  wt: 'w_shifted',
  r: 'read',
  e: 'erase',
  a: 'add',
};
const series: Readonly<Record<string, string>> = { y: 'output.y', h: 'state.h', c: 'state.c' };

function recordedName(name: string): string | undefined {
  const [, head, part = ''] = /^head(\d+)\.(\w+)$/.exec(name) ?? [];
  return head === undefined ? series[name] : `memory.head${head}.${parts[part] ?? part}`;
}

async function trace(checkpoint: string, golden: string) {
  const file = path.join(out, 'trace.safetensors');
  const inputs = path.join(folder, path.dirname(checkpoint), golden);
  const { status, stdout, stderr } = mnemoscope([
    'trace',
    path.join(folder, checkpoint),
    '--inputs',
    inputs,
    '--out',
    file,
  ]);
  assert.equal(status, 0, stderr);
  return { stdout, found: await arraysOf(file), wanted: await arraysOf(inputs) };
}

const first = 'pytorch-ntm-copy-1/copy-task-1-batch-40000.model';
const seventh = 'pytorch-ntm-copy-7/copy-task-7-batch-40000.model';
const usual = 'golden.golden.safetensors';
const long = 'golden-len40.golden.safetensors';
const cases: readonly (readonly [string, string, ...RegExp[]])[] = [
  [first, usual, /Activations: V0/, /passed: copied 8 of 8 vectors, 0 bit errors/],
  [first, long, /Activations: V0/, /failed: copied 1 of 40 vectors, 160 of 320 bits wrong/],
  [seventh, usual, /Activations: V0/, /passed: copied 14 of 14 vectors, 0 bit errors/],
  [seventh, long, /Activations: V0/, /passed: copied 40 of 40 vectors, 0 bit errors/],
  ['pytorch-ntm-head-random/model.pt', usual, /Activations: V2/],
  ['vlgiitr-ntm-copy/saved_model_copy_500000.pt', usual, /passed: copied 9 of 9 vectors/],
  [
    'vlgiitr-ntm-associative/saved_model_associative_100000.pt',
    usual,
    /passed: recalled 3 of 3 vectors/,
  ],
];

for (const [checkpoint, golden, ...said] of cases) {
  const name = `${path.dirname(checkpoint)} ${golden.slice(0, golden.indexOf('.'))}`;
  test(`${name} computes what its authors' code does`, { skip }, async () => {
    const { stdout, found, wanted } = await trace(checkpoint, golden);
    for (const words of said) assert.match(stdout, words);
    let compared = 0;
    for (const [tensor, { data }] of wanted) {
      const recorded = recordedName(tensor);
      if (recorded === undefined) continue;
      const apart = difference(found.get(recorded)!.data, data);
      assert.ok(apart < (tensor === 'y' ? 1e-4 : 1e-3), `${tensor} is ${apart} apart`);
      compared++;
    }
    assert.ok(compared >= 20);
    const memory = found.get('memory.M')!.data;
    const last = wanted.get('M_last')?.data ?? wanted.get('M')!.data;
    assert.ok(difference(memory.slice(-last.length), last) < 1e-3);
  });
}

test('dnc-random computes what its authors’ code does', { skip }, async () => {
  const { found, wanted } = await trace('dnc-random/model.pt', usual);
  const values = (name: string) => found.get(name)!.data;
  const cells = 12;
  const reads = (t: number) =>
    ['memory.read0.w', 'memory.read1.w'].flatMap((name) => [
      ...values(name).subarray(t * cells, (t + 1) * cells),
    ]);
  const steps = wanted.get('y')!.shape[0]!;
  const recorded: Readonly<Record<string, Float32Array>> = {
    y: values('output.y'),
    h: values('state.h'),
    c: values('state.c'),
    memory: values('memory.M').slice(-wanted.get('memory')!.data.length),
    link_matrix: values('memory.link'),
    precedence: values('memory.precedence'),
    usage_vector: values('memory.usage'),
    write_weights: values('memory.write0.w'),
    read_weights: Float32Array.from(Array.from({ length: steps }, (_, t) => reads(t)).flat()),
  };
  for (const [name, data] of Object.entries(recorded)) {
    const apart = difference(data, wanted.get(name)!.data);
    assert.ok(apart < 1e-5, `${name} is ${apart} apart`);
  }
});
