/** Runs the command line on each row and compares. Arguments: the command line's bundle, part of a name. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';
import type { NamedArray } from '../../src/core/memory/memory';
import { type Arrays, arraysOf, fixtures } from '../unit/core/memory/runFamily';
import { type GoldenRow, goldenRows } from './goldenRows';

const [cli = '', filter = ''] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-goldens-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const say = (line: string) => void process.stdout.write(`${line}\n`);
const most = { outputs: 1e-4, internals: 1e-3 };

function write(name: string, arrays: Arrays): string {
  const file = path.join(folder, name);
  const all = [...arrays];
  const planned = all.map(([of, { shape }]) => ({ name: of, dtype: 'F32' as const, shape }));
  const parts = [
    safetensorsHeader(planned, new Map()),
    ...all.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

/** `name:2` is row 2, or head 2 of [steps, heads, …]; `name:last` the last row, `name:after` all but the first. */
function part(arrays: Arrays, name: string): NamedArray {
  const [, own = '', which] = /^(.+?)(?::(\w+))?$/.exec(name) ?? [];
  const found = arrays.get(own);
  if (!found) throw new Error(`there is no ${own}`);
  if (which === undefined) return found;
  const [rows = 0, ...rest] = found.shape;
  const size = found.data.length / rows;
  if (which === 'after') return { shape: [rows - 1, ...rest], data: found.data.slice(size) };
  if (which === 'last') return { shape: rest, data: found.data.slice(-size) };
  if (rest.length < 2) {
    return {
      shape: rest,
      data: found.data.slice(Number(which) * size, (Number(which) + 1) * size),
    };
  }
  const [heads = 1, ...own2] = rest;
  const each = size / heads;
  const data = new Float32Array(rows * each);
  for (let row = 0; row < rows; row++) {
    const at = row * size + Number(which) * each;
    data.set(found.data.subarray(at, at + each), row * each);
  }
  return { shape: [rows, ...own2], data };
}

function apart(trace: Arrays, golden: Arrays, names: Readonly<Record<string, string>>): number {
  let largest = 0;
  for (const [own, other] of Object.entries(names)) {
    const [found, wanted] = [part(trace, own).data, part(golden, other).data];
    if (found.length !== wanted.length) {
      throw new Error(`${own} has ${found.length} values, the golden ${wanted.length}`);
    }
    found.forEach((value, i) => {
      const difference = Math.abs(value - wanted[i]!);
      if (!(difference <= largest)) largest = difference;
    });
  }
  return largest;
}

async function run(row: GoldenRow) {
  const checkpoint = path.join(fixtures, row.checkpoint);
  const golden = await arraysOf(path.join(path.dirname(checkpoint), row.golden));
  const file = row.made
    ? write('made.safetensors', new Map([[row.made[0], part(golden, row.made[1])]]))
    : checkpoint;
  const given = Object.entries(row.inputs).flatMap(([input, tensor]) =>
    golden.has(tensor.replace(/:.*/, '')) ? [[input, part(golden, tensor)] as const] : [],
  );
  const inputs = write('inputs.safetensors', new Map(given));
  const out = path.join(folder, 'trace.safetensors');
  const words = ['trace', file, '--inputs', inputs, ...(row.args ?? []), '--out', out];
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr.trim());
  const trace = await arraysOf(out);
  return {
    outputs: apart(trace, golden, row.outputs),
    internals: apart(trace, golden, row.internals),
    compared: Object.keys({ ...row.outputs, ...row.internals }).length,
    said: stdout.trim().split('\n').at(-1)!,
  };
}

async function main(): Promise<void> {
  say(`${''.padEnd(40)}${'outputs'.padStart(10)}${'internals'.padStart(11)}  tensors`);
  for (const row of goldenRows.filter(({ name }) => name.includes(filter))) {
    try {
      const { outputs, internals, compared, said } = await run(row);
      const bad = !(outputs <= most.outputs) || !(internals <= most.internals);
      if (bad) process.exitCode = 1;
      const [a, b] = [outputs, internals].map((value) => value.toExponential(1));
      const about = /^(passed|failed): (.{1,48})/.exec(said)?.[0] ?? '';
      const line = `${row.name.padEnd(40)}${a!.padStart(10)}${b!.padStart(11)}${`${compared}`.padStart(9)}`;
      say(`${line}  ${bad ? 'TOO FAR ' : ''}${about}`);
    } catch (error) {
      process.exitCode = 1;
      say(`${row.name.padEnd(40)} ${(error as Error).message}`);
    }
  }
}

void main();
