import assert from 'node:assert/strict';
import test from 'node:test';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint';
import { draftSpec } from '../../../../src/core/memory/draft/draftSpec';
import { recogniseMemory } from '../../../../src/core/memory/recognise';
import { applySpec, isFamily, parseSpec } from '../../../../src/core/memory/spec';
import { openPath } from '../../../../src/engine/files';

type Rename = (name: string) => string;

async function opened(path: string, rename: Rename): Promise<Checkpoint> {
  const { checkpoint, close } = await openPath(path);
  await close();
  const renamed = [...checkpoint.tensors.values()].map((tensor) => ({
    ...tensor,
    name: rename(tensor.name),
  }));
  return { ...checkpoint, tensors: new Map(renamed.map((tensor) => [tensor.name, tensor])) };
}

/** What the model is recognised as when the draft is its spec. */
function drafted(checkpoint: Checkpoint) {
  const draft = draftSpec(checkpoint.tensors);
  assert.ok(draft);
  const spec = parseSpec('m.mnemoscope.json', draft.text);
  const seen = applySpec(checkpoint, spec);
  const { match } = recogniseMemory(seen.tensors, spec.config, undefined);
  return { draft, sentence: match?.sentence };
}

const numbered = (): Rename => {
  let count = 0;
  return () => `param_${count++}`;
};

const machine: Rename = (name) =>
  name
    .replace('memory.mem_bias', 'tape.init')
    .replace(/heads\.\d\.fc_(read|write)/, '$1er.proj')
    .replace('controller.lstm.', 'core.')
    .replace('controller.lstm_', 'core.first_')
    .replace('read0_bias', 'reader.first')
    .replace('fc.', 'readout.');

test('a machine under other names is drafted, and nothing is left open', async () => {
  const checkpoint = await opened('samples/ntm-copy/model.safetensors', machine);
  assert.ok(checkpoint.tensors.has('reader.proj.weight') && checkpoint.tensors.has('tape.init'));
  const { draft, sentence } = drafted(checkpoint);
  assert.equal(draft.sentence, 'Neural Turing Machine, 1 read and 1 write head');
  assert.deepEqual(draft.notes, []);
  assert.equal(
    sentence,
    'Neural Turing Machine, 1 read and 1 write head, memory 32 × 16, LSTM of 64',
  );
});

test('without any names the shapes are enough, and what they leave open is listed', async () => {
  const checkpoint = await opened('samples/ntm-copy/model.safetensors', numbered());
  const { draft, sentence } = drafted(checkpoint);
  assert.match(sentence ?? '', /^Neural Turing Machine, 1 read and 1 write head, memory 32 × 16/);
  const lstm = draft.notes.filter((note) => /lstm\.bias_ih_l0 could also be param_\d+$/.test(note));
  assert.equal(lstm.length, 1);
  assert.equal(draft.notes.filter((note) => note.includes('fc.weight')).length, 0);
});

for (const [path, expected] of [
  ['samples/memn2n/model.safetensors', /^End-to-end memory network, 3 hops, width 32, 20 words/],
  ['samples/hopfield/model.safetensors', /^Hopfield network, 100 units, 5 patterns/],
  ['test/fixtures/memory/ntm_a.safetensors', /^Neural Turing Machine, 2 read and 2 write heads/],
  ['test/fixtures/memory/dnc_joined.safetensors', /^Differentiable Neural Computer, 2 read heads/],
] as const) {
  test(`${path} is recognised by a draft from its shapes alone`, async () => {
    const { sentence } = drafted(await opened(path, numbered()));
    assert.match(sentence ?? '', expected);
  });
}

test('what is missing is named with the shape that was expected, what is left over too', async () => {
  const checkpoint = await opened('samples/ntm-copy/model.safetensors', machine);
  const tensors = new Map(checkpoint.tensors);
  tensors.delete('readout.bias');
  tensors.set('extra', { ...tensors.get('tape.init')!, name: 'extra', shape: [3, 3, 3] });
  const draft = draftSpec(tensors);
  assert.deepEqual(draft?.notes, ['no tensor fits ntm.fc.bias [8]', 'extra [3, 3, 3] has no role']);
});

test('for shapes of no known architecture there is no draft', () => {
  const tensor = (name: string, ...shape: number[]) => [name, { name, shape }] as const;
  assert.equal(draftSpec(new Map([tensor('a', 3, 4, 5), tensor('b', 7)])), undefined);
  assert.equal(draftSpec(new Map()), undefined);
});

test('a drafted spec that is changed to what does not fit says which tensor and what was expected', async () => {
  const checkpoint = await opened('samples/ntm-copy/model.safetensors', machine);
  const text = draftSpec(checkpoint.tensors)!.text.replace('"readout.bias"', '"core.bias_ih_l0"');
  const spec = parseSpec('m.mnemoscope.json', text);
  const seen = applySpec(checkpoint, spec);
  const { recognition } = recogniseMemory(seen.tensors, spec.config, undefined, (family) =>
    isFamily(family, spec.architecture!),
  );
  assert.ok(recognition.kind === 'incomplete');
  assert.deepEqual(recognition.problems, ['ntm.fc.bias has shape [256], expected [8]']);
});
