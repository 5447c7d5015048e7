import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { readTensor } from '../../../../src/core/checkpoint/values';
import { openPath } from '../../../../src/engine/files';

interface Oracle {
  readonly open: string;
  readonly also_open?: readonly string[];
  readonly tar?: string;
  readonly format: string;
  readonly name_rule?: string;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly sha256: string;
    readonly stored_as?: string;
    readonly optional?: boolean;
    readonly parts?: readonly { readonly name: string; readonly sha256: string }[];
  }[];
}
interface Expectation {
  readonly file: string;
  readonly open?: string;
  readonly must: 'error' | 'list';
  readonly accept?: readonly string[];
  readonly tensors?: readonly string[];
}

const shared = resolve(process.cwd(), '../shared/fixtures');
const skip = !existsSync(shared) && 'the shared fixtures are not beside this project';
const read = <T>(folder: string, name: string) =>
  JSON.parse(readFileSync(join(shared, folder, name), 'utf8')) as T;
const named = (folder: string, ending: string) =>
  skip ? [] : readdirSync(join(shared, folder)).filter((name) => name.endsWith(ending));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The formats that this folder's readers are for. */
const ours = /^(safetensors|torch|pt2)/;

async function check(path: string, oracle: Oracle) {
  const { checkpoint, close } = await openPath(path);
  const expected = oracle.tensors.flatMap((tensor) =>
    tensor.parts
      ? tensor.parts.map((part) => ({ ...part, name: `${tensor.name}.${part.name}` }))
      : [tensor],
  );
  assert.deepEqual([...checkpoint.tensors.keys()].sort(), expected.map(({ name }) => name).sort());
  for (const { name, sha256: hash } of expected) {
    assert.equal(sha256(await readTensor(checkpoint.tensors.get(name)!)), hash, name);
  }
  await close();
}

test(
  'every shared safetensors and PyTorch fixture has the listed tensors and bytes',
  { skip },
  async (t) => {
    for (const name of named('formats', '.oracle.json')) {
      const oracle = read<Oracle>('formats', name);
      if (!ours.test(oracle.format)) continue;
      await t.test(oracle.open, async () => {
        const unpacked = oracle.tar && mkdtempSync(join(tmpdir(), 'mnemoscope-'));
        const root = unpacked || join(shared, 'formats');
        if (unpacked)
          execFileSync('tar', ['-xf', join(shared, 'formats', oracle.tar!), '-C', unpacked]);
        for (const path of [oracle.open, ...(oracle.also_open ?? [])])
          await check(join(root, path), oracle);
        if (unpacked) rmSync(unpacked, { recursive: true });
      });
    }
  },
);

test(
  'every hostile safetensors and PyTorch file is refused or listed as it must be',
  { skip },
  async (t) => {
    for (const name of named('hostile', '.expect.json').filter((file) => /^(st|pt)_/.test(file))) {
      const {
        file,
        open,
        must,
        accept = [must],
        tensors = [],
      } = read<Expectation>('hostile', name);
      await t.test(file, async () => {
        const opened = openPath(join(shared, 'hostile', open ?? file));
        if (must === 'error') return assert.rejects(opened, /^FormatError: [^\n]+$/);
        const { checkpoint, close } = await opened;
        for (const tensor of tensors) assert.ok(checkpoint.tensors.has(tensor), tensor);
        assert.ok(accept.includes('list'));
        return close();
      });
    }
  },
);
