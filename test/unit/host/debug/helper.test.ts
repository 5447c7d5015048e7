/** The debugger's helper inside a real Python: each function of `helper.py` whose name begins with `test_` is a test. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';

interface Result {
  readonly test: string;
  readonly error?: string;
  readonly skip?: string;
}

const python = process.env['MNEMOSCOPE_PYTHON'];
const sources = path.resolve('src/host/debug/python');

/** As the extension puts them together: the order matters to `main.py` alone. */
function helper(): string {
  const files = readdirSync(sources).filter((name) => name.endsWith('.py') && name !== 'main.py');
  return [...files, 'main.py']
    .map((name) => readFileSync(path.join(sources, name), 'utf8'))
    .join('\n');
}

function results(): readonly Result[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-helper-'));
  try {
    const file = path.join(folder, 'helper.txt');
    writeFileSync(file, helper());
    const program = path.resolve('test/unit/host/debug/helper.py');
    const { stdout, stderr } = spawnSync(python!, [program, file], {
      encoding: 'utf8',
      env: { ...process.env, CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: '2' },
    });
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
    assert.ok(lines.length > 0, stderr);
    return lines.map((line) => JSON.parse(line) as Result);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (python) {
  for (const { test: name, error, skip } of results()) {
    void test(name.replaceAll('_', ' '), { skip: skip ?? false }, () =>
      assert.equal(error, undefined),
    );
  }
} else {
  void test('the helper in a Python', { skip: 'MNEMOSCOPE_PYTHON names none' }, () => undefined);
}
