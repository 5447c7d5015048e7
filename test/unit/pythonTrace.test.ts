/** The example by which a person writes traces from Python. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { readTrace } from '../../src/core/trace/readTrace';
import { openPath } from '../../src/engine/files';

const python = process.env['MNEMOSCOPE_PYTHON'];

test(
  'the trace that the Python example writes has its heads, its words and its verdict',
  { skip: python ? false : 'MNEMOSCOPE_PYTHON names no Python with NumPy and safetensors' },
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-python-'));
    try {
      const program = path.join(folder, 'write_trace.py');
      copyFileSync('samples/python-trace/write_trace.py', program);
      const { status, stderr } = spawnSync(python!, [program], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      const file = path.join(folder, 'trace.safetensors');
      const { checkpoint, close } = await openPath(file);
      const trace = readTrace(file, checkpoint, (_, read) => read());
      assert.deepEqual(trace.blocks.map(({ id, act }) => [id, act]).sort(), [
        ['read.0', 'read'],
        ['write.0', 'write'],
      ]);
      const read = trace.blocks.find(({ id }) => id === 'read.0')!;
      assert.deepEqual([...read.scalars.keys(), ...read.vectors.keys()].sort(), [
        'beta',
        'key',
        'read',
      ]);
      assert.deepEqual([read.columns.label(1), read.columns.label(6)], ['green', '']);
      assert.deepEqual(trace.verdict, { good: true, text: 'recalled 5 of 5 words' });
      const memory = trace.series.find(({ name }) => name === 'memory.M')!;
      assert.deepEqual([memory.steps.length, memory.shape], [11, [8, 10]]);
      await close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
