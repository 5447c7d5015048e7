/** The programs of recordings of every kind: what a person steps through. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { equationsOf, type Line } from '../../../../src/core/replay/equations';
import { momentsOf } from '../../../../src/core/replay/moments';
import { namesAt } from '../../../../src/core/replay/names';
import { type Steppable, steppable } from '../../../../src/core/replay/steppable';
import { openModel } from '../../../../src/engine/model';
import { traceData } from '../../../../src/engine/traceData';
import { fixtures } from '../memory/runFamily';

interface Program {
  readonly trace: Steppable;
  readonly lines: readonly Line[];
  /** Lines that compute something. */
  readonly code: readonly string[];
}

async function programOf(path: string, options: Record<string, string> = {}): Promise<Program> {
  const model = await openModel(path);
  const run = await model.runArrays({ options });
  await run.ended;
  const trace = steppable(traceData(1, run, new Set()));
  const lines = equationsOf(trace);
  await run.close();
  await model.close();
  const code = lines.filter(({ computes }) => computes).map(({ text }) => text.trim());
  return { trace, lines, code };
}

const lineOf = ({ lines }: Program, text: string): Line =>
  lines.find((line) => line.text.includes(text))!;

const addressing = [
  'w_content = softmax(beta * cosine(key, M))',
  'w_gated = gate * w_content + (1 - gate) * w[t-1]',
  'w_shifted[i] = sum(w_gated[j] * shift[i - j] for j)',
  'w = w_shifted ** gamma / sum(w_shifted ** gamma)',
];

test('a Neural Turing Machine addresses, reads, addresses, erases, adds, and answers', async () => {
  const program = await programOf('samples/ntm-copy/model.safetensors', { length: '4' });
  assert.deepEqual(program.code, [
    'h, c = controller(x[t], read[t-1])',
    ...addressing,
    'read = w @ M',
    ...addressing,
    'M = M * (1 - outer(w, erase))',
    'M = M + outer(w, add)',
    'y = output(h, read)',
  ]);
  assert.equal(program.trace.steps, 9);
  assert.deepEqual([...program.trace.states], ['memory.M']);
});

test('the names of a head mean its own values where the program stands in it', async () => {
  const program = await programOf('samples/ntm-copy/model.safetensors', { length: '4' });
  const reading = namesAt(program.trace, lineOf(program, 'read = w @ M'));
  const writing = namesAt(program.trace, lineOf(program, 'M = M + '));
  assert.deepEqual(reading.get('w'), { kind: 'weighting', block: 'read.0' });
  assert.deepEqual(writing.get('w'), { kind: 'weighting', block: 'write.1' });
  assert.deepEqual(writing.get('beta'), {
    kind: 'series',
    series: 'memory.head1.beta',
    state: false,
  });
  assert.deepEqual(writing.get('M'), { kind: 'series', series: 'memory.M', state: true });
  assert.equal(reading.has('add'), false);
});

test('a DNC allocates and writes, links what was written, then reads by its modes', async () => {
  const { code } = await programOf('test/fixtures/memory/dnc_joined.safetensors');
  const order = [
    'usage =',
    'w_allocation',
    'M = M +',
    'link[',
    'precedence =',
    'read_modes =',
    'w_backward',
    'read = w @ M',
    'y =',
  ];
  const places = order.map((start) => code.findIndex((line) => line.startsWith(start)));
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
  assert.ok(!places.includes(-1), code.join('\n'));
  assert.equal(code.filter((line) => line === 'read = w @ M').length, 2);
});

test('a memory network goes over its hops', async () => {
  const program = await programOf('samples/memn2n/model.safetensors');
  assert.equal(program.lines[1]!.text, 'for t in hops:');
  assert.deepEqual(program.code, ['score = m @ u', 'w = softmax(score)', 'o = w @ c', 'u = u + o']);
  assert.equal(program.trace.steps, 3);
  const names = namesAt(program.trace, lineOf(program, 'o = w @ c'));
  assert.deepEqual(names.get('u'), { kind: 'series', series: 'memory.u', state: true });
  assert.deepEqual(names.get('c'), { kind: 'series', series: 'memory.c', state: false });
  assert.equal(names.has('logits'), false, 'there is one answer, not one per hop');
});

test('a Hopfield network updates one unit after the other, or all at once', async () => {
  const path = 'samples/hopfield/model.safetensors';
  const one = await programOf(path);
  assert.deepEqual(one.code, [
    'i = order[t]',
    'flipped = sign(h[i]) != s[i]',
    's[i] = sign(h[i])',
    'h = W @ s + b',
    'E = -1/2 * s @ W @ s - b @ s',
    'overlap = patterns @ s / N',
  ]);
  const names = namesAt(one.trace, lineOf(one, 's[i] ='));
  assert.deepEqual(names.get('s'), { kind: 'series', series: 'energy.state', state: true });
  assert.deepEqual(names.get('h'), { kind: 'series', series: 'energy.field', state: true });
  assert.equal(names.has('patterns') || names.has('extent'), false);
  const all = await programOf(path, { update: 'sync' });
  assert.ok(all.code.includes('s = sign(h)') && !all.code.includes('i = order[t]'));
  const modern = await programOf(path, { update: 'modern' });
  assert.deepEqual(modern.code.slice(0, 2), [
    'w = softmax(beta * patterns @ s)',
    's = w @ patterns',
  ]);
  assert.equal(modern.code.filter((line) => line.startsWith('E = ')).length, 1);
});

const shared = (name: string) => ({ skip: existsSync(`${fixtures}/own`) ? false : `no ${name}` });

test('LSTM, GRU and RNN cells show their gates, layer after layer', shared('cells'), async () => {
  const lstm = await programOf(`${fixtures}/own/cell-lstm-2layer-bi/model.pt`);
  assert.equal(lstm.code.length, 4 * 6 + 1);
  assert.deepEqual(lstm.code.slice(4, 6), ['c = f * c + i * g', 'h = o * tanh(c)']);
  const comments = lstm.lines.filter(({ text }) => text.includes('# layer'));
  assert.match(comments[3]!.text, /# layer 1, from the last step back: x = h of the layer below/);
  const last = lstm.lines.filter(({ text }) => text.includes('c = f * c')).at(-1);
  const names = namesAt(lstm.trace, last);
  assert.deepEqual(names.get('f'), { kind: 'series', series: 'state.1.bwd.f', state: false });
  assert.deepEqual(names.get('state.0.fwd.f'), {
    kind: 'series',
    series: 'state.0.fwd.f',
    state: false,
  });
  const gru = await programOf(`${fixtures}/own/cell-gru/model.pt`);
  assert.deepEqual(gru.code.slice(2, 4), [
    'n = tanh(W_n @ x + b_n + r * (U_n @ h + c_n))',
    'h = (1 - z) * n + z * h',
  ]);
  const rnn = await programOf(`${fixtures}/own/cell-rnn-tanh/model.pt`);
  assert.equal(rnn.code[0], 'h = tanh(W @ x + U @ h + b)');
});

test(
  'fast weights and associations are written before they are used',
  shared('memories'),
  async () => {
    const fast = await programOf(`${fixtures}/own/fast-weights/model.pt`);
    assert.deepEqual(
      fast.code.map((line) => line.slice(0, line.indexOf(' '))),
      ['slow', 'A', 'w[j]', 'inner', 'h'],
    );
    const linear = await programOf(`${fixtures}/own/linear-associative-memory/memory.npz`);
    assert.equal(linear.code[0], 'A = A + outer(values[t], keys[t])');
    assert.deepEqual(linear.code.slice(1, 3), ['w = keys @ query[t]', 'y = W @ query[t]']);
    assert.equal(linear.trace.steps, 6);
  },
);

test(
  'a glimpse is taken before the state, a caption looks before it writes',
  shared('images'),
  async () => {
    const eye = await programOf(`${fixtures}/own/ram-glyph32/model.pt`);
    assert.deepEqual(
      eye.code.map((line) => line.slice(0, line.indexOf(' '))),
      ['location', 'patches', 'g', 'h', 'next', 'logits'],
    );
    const told = await programOf(`${fixtures}/own/show-attend-tell-28/model.pt`);
    assert.equal(told.lines[1]!.text, 'for t in words:');
    assert.deepEqual(
      told.code.map((line) => line.slice(0, line.indexOf(' '))),
      ['score', 'w', 'context', 'gate', 'h,', 'logits', 'ids'],
    );
  },
);

test('moments go through every line of every step, forward and back, and end', async () => {
  const { lines, trace, code } = await programOf('samples/memn2n/model.safetensors');
  const { first, last, next, nextStep } = momentsOf(lines, trace.steps);
  let count = 1;
  let now = first;
  for (let after = next(now, 1); after; after = next(now, 1), count++) {
    assert.deepEqual(next(after, -1), now);
    now = after;
  }
  assert.equal(count, code.length * 3);
  assert.deepEqual(now, last);
  assert.equal(next(first, -1), undefined);
  assert.deepEqual(nextStep({ step: 1, line: first.line }, 1), { step: 2, line: first.line });
  assert.deepEqual(nextStep(last, 1), last);
});
