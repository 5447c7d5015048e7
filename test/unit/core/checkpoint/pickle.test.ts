import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { FormatError } from '../../../../src/core/checkpoint/bytes';
import { unpickle } from '../../../../src/core/checkpoint/pickle';
import { PickleTooShort } from '../../../../src/core/checkpoint/pickleBytes';
import { concat, op, openBytes, pickledTensor, torchPickle, u32, u64, utf8 } from './support';

const run = (...parts: readonly Uint8Array[]) => unpickle(concat(...parts), 0, 'x.pkl').value;
const tensor = pickledTensor({ shape: [2, 2], strides: [2, 1] });
const refuses = (bytes: Uint8Array, problem: RegExp) =>
  assert.rejects(openBytes('x.pt', bytes), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, problem);
    return true;
  });

test('numbers, texts and containers of every protocol are built', () => {
  assert.equal(run(utf8('I42\nF1.5\n0L12345678901234567890L\n.')), 12345678901234567890n);
  assert.equal(run(utf8("S'it\\'s \\x41\\n'\n.")), "it's A\n");
  assert.equal(run(utf8('V\\u00e9\\U0001f9e0\n.')), 'é🧠');
  assert.equal(run(op.proto(2), Uint8Array.of(0x8a, 2, 0, 0xff), op.stop), -256);
  assert.equal(run(Uint8Array.of(0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), op.stop), 1.5);
  assert.deepEqual(run(utf8('(I01\nI00\nNt.')), { kind: 'tuple', items: [true, false, null] });
  assert.deepEqual(run(op.dict(['a', op.int(1)]), op.stop), { kind: 'dict', entries: [['a', 1]] });
  assert.deepEqual(run(op.proto(5), Uint8Array.of(0x8f, 0x28, 0x4b, 7, 0x90), op.stop), {
    kind: 'set',
    items: [7],
  });
});

test('calls are written down, never made', () => {
  const value = run(op.reduce(op.global('os', 'system'), op.tuple(op.text('x'))), op.stop);
  assert.deepEqual(value, {
    kind: 'call',
    callable: { kind: 'global', name: 'os.system' },
    args: { kind: 'tuple', items: ['x'] },
    instance: false,
  });
});

test('a pickle that would run a command lists its tensors, names the command and runs nothing', async () => {
  const marker = join(tmpdir(), `mnemoscope-pickle-${process.pid}`);
  const evil = op.reduce(op.global('os', 'system'), op.tuple(op.text(`touch ${marker}`)));
  const { tensors, warnings, metadata } = await openBytes(
    'x.pt',
    torchPickle(op.dict(['w', tensor], ['evil', evil])),
  );
  assert.deepEqual([...tensors.keys()], ['w']);
  assert.match(warnings.join(), /os\.system is not known and was not called: "evil"/);
  assert.equal(metadata.get('evil'), 'os.system(…)');
  assert.equal(existsSync(marker), false);
});

test('a pickle cut at any byte says that it goes on', () => {
  const whole = concat(op.proto(), op.dict(['w', tensor]), op.stop);
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => unpickle(whole.slice(0, length), 0, 'x'), PickleTooShort, `at ${length}`);
  }
});

test('lengths that lie take no memory', () => {
  for (const [code, length] of [
    ['X', u32(0x7fffffff)],
    ['B', u32(0xffffffff)],
    ['\x8d', u64(2 ** 40)],
    ['\x8b', u32(0x7fffffff)],
    ['T', u32(0x7fffffff)],
  ] as const) {
    const bytes = concat(Uint8Array.of(code.charCodeAt(0)), length, utf8('ab'));
    assert.throws(() => unpickle(bytes, 0, 'x'), /an integer of|^PickleTooShort/);
  }
  for (const claim of [-1n, 2n ** 53n, 2n ** 63n]) {
    assert.throws(() => run(Uint8Array.of(0x8d), u64(claim)), /length of \d+ is claimed/);
  }
});

test('broken programs are refused with one line', () => {
  for (const [program, problem] of [
    ['.', /stack is empty/],
    ['R.', /stack is empty/],
    ['t.', /mark is missing/],
    ['NNs.', /stack is empty|sets items/],
    ['(Nd.', /key has no value/],
    ['Na.', /stack is empty|appends/],
    ['NNb.', /gives state/],
    ['j\x01\x00\x00\x00.', /memo 1 is empty/],
    ['Ix\n.', /not an integer/],
    ['\x09.', /opcode 0x9 is not known/],
    ['NN\x93.', /no name/],
  ] as const) {
    const bytes = Uint8Array.from(program, (character) => character.charCodeAt(0));
    assert.throws(() => unpickle(bytes, 0, 'x'), problem, JSON.stringify(program));
  }
  assert.throws(() => run(op.proto(9), op.stop), /protocol 9/);
});

test('shared lists with 2^64 paths end in an error, not in time or memory', async () => {
  const levels = Array.from({ length: 64 }, (_, i) =>
    concat(utf8('('), op.get(i), op.get(i), utf8('l'), op.put(i + 1)),
  );
  await refuses(torchPickle(utf8(']'), op.put(0), ...levels), /more than 1000000 paths/);
});

test('a structure that holds itself is walked once', async () => {
  const cycle = concat(
    utf8('}'),
    op.put(0),
    utf8('('),
    op.text('self'),
    op.get(0),
    op.text('w'),
    tensor,
    utf8('u'),
  );
  assert.deepEqual([...(await openBytes('x.pt', torchPickle(cycle))).tensors.keys()], ['w']);
});

test('deep nesting and endless programs are refused', async () => {
  const deep = utf8(']'.repeat(100_000) + 'a'.repeat(99_999));
  await refuses(torchPickle(deep), /nests deeper than 400/);
  await refuses(torchPickle(utf8('N0'.repeat(2_500_000) + 'N')), /more than 4000000 operations/);
  await refuses(torchPickle(utf8('}'.repeat(1_100_000))), /more than 1000000 objects/);
  await refuses(torchPickle(utf8('('.repeat(1_000_000))), /more than 10000 marks are open/);
});
