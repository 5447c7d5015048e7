/** What is written to a trace file is what is read from it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readRecording } from '../../../../src/core/trace/readTrace';
import { held, type Recording } from '../../../../src/core/trace/recording';
import { verdict } from '../../../../src/core/trace/toldEnglish';
import { planRecording } from '../../../../src/core/trace/writeTrace';
import { openPath } from '../../../../src/engine/files';

const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-trace-'));
after(() => rmSync(folder, { recursive: true }));

async function through(recording: Recording): Promise<Recording> {
  const { header, chunks } = planRecording(recording, 'session', 'model.pt');
  const parts: Uint8Array[] = [header];
  for await (const chunk of chunks()) parts.push(chunk);
  const file = path.join(folder, 't.safetensors');
  writeFileSync(file, Buffer.concat(parts));
  const { checkpoint, close } = await openPath(file);
  const found = readRecording('t.safetensors', checkpoint);
  for (const [name, { read, shape }] of recording.tensors) {
    const count = shape.reduce((product, length) => product * length, 1);
    assert.deepEqual(await found.tensors.get(name)?.read(0, count), await read(0, count), name);
  }
  await close();
  return found;
}

test('values, labels, facts, events with their lines of code and the verdict come back', async () => {
  const recording: Recording = {
    model: { sentence: 'a machine', family: 'mine', facts: [['Cells', '3']] },
    tensors: new Map([['memory.M', held([2, 3, 1], Float32Array.of(1, 2, 3, 4, NaN, 6))]]),
    labels: new Map([['slots', ['a', 'b', 'c']]]),
    events: [
      {
        step: 1,
        of: 'memory.M',
        what: 'NaN',
        origin: { kind: 'code', file: '/home/me/ntm.py', line: 12 },
      },
      { step: 0, of: 'write.0', what: 'strongest write, slot 2', value: 0.5 },
    ],
    verdict: verdict(false, {
      kind: 'rows',
      did: 'copied',
      right: 1,
      rows: 2,
      wrong: 3,
      bits: 8,
    }),
  };
  const found = await through(recording);
  assert.deepEqual(found.model, recording.model);
  assert.deepEqual(found.labels.get('slots'), ['a', 'b', 'c']);
  assert.deepEqual(found.events, recording.events);
  assert.deepEqual(found.verdict, recording.verdict);
});
