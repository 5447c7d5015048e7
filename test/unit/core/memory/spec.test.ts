import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Checkpoint, Tensor } from '../../../../src/core/checkpoint/checkpoint';
import { applySpec, isFamily, parseSpec } from '../../../../src/core/memory/spec';

const tensor = (name: string): Tensor => ({
  name,
  dtype: 'float32',
  shape: [1],
  bytes: 4,
  file: 'model.pt',
  data: { kind: 'opaque', reason: 'made for a test' },
});
const checkpoint: Checkpoint = {
  format: 'made',
  metadata: new Map(),
  tensors: new Map(['a.0.w', 'a.1.w', 'b', 'other'].map((name) => [name, tensor(name)])),
  files: [{ name: 'model.pt', size: 4 }],
  warnings: [],
};
const spec = (tensors: object) => parseSpec('m.mnemoscope.json', JSON.stringify({ tensors }));

test('a spec renames tensors, one by one or many with a star, and leaves the others', () => {
  const seen = applySpec(checkpoint, spec({ 'heads.*.weight': 'a.*.w', bias: 'b' }));
  assert.deepEqual([...seen.tensors.keys()].sort(), [
    'bias',
    'heads.0.weight',
    'heads.1.weight',
    'other',
  ]);
  assert.equal(seen.tensors.get('heads.1.weight')?.name, 'heads.1.weight');
});

test('a spec that names a tensor that is not there says which, and for what', () => {
  assert.throws(
    () => applySpec(checkpoint, spec({ bias: 'c' })),
    /m\.mnemoscope\.json: the checkpoint has no tensor "c" \(in tensor "bias"\)/,
  );
});

for (const [text, said] of [
  ['{', /this is not JSON/],
  ['[]', /expected the spec to be a JSON object/],
  [
    '{"tensor": {}}',
    /"tensor" is not one of: \$schema, architecture, tensors, config, options, notes/,
  ],
  ['{"tensors": {"a": 1}}', /expected the name of a tensor .*\(in tensor "a"\)/],
  ['{"tensors": {"a.*": "b"}}', /at most one \* on each side.*\(in tensor "a\.\*"\)/],
  ['{"options": {"beta": []}}', /expected option "beta" to be a string or a number/],
] as const) {
  test(`a spec ${text} is refused in one line`, () => {
    assert.throws(() => parseSpec('m.json', text), said);
  });
}

test('numbers among the options are taken as they would be typed', () => {
  const { options } = parseSpec('m.json', '{"options": {"beta": 0.5, "variant": "V0"}}');
  assert.deepEqual(options, { beta: '0.5', variant: 'V0' });
});

test('a family is the same in words and with dashes', () => {
  assert.ok(isFamily('Neural Turing Machine', 'neural-turing-machine'));
  assert.equal(isFamily('GPT-2', 'Neural Turing Machine'), false);
});

test('the schema knows the same keys as the parser', () => {
  const schema = JSON.parse(readFileSync('media/model-spec.schema.json', 'utf8')) as {
    properties: object;
  };
  for (const key of Object.keys(schema.properties)) {
    const value = key === '$schema' || key === 'architecture' ? 'x' : {};
    assert.doesNotThrow(() => parseSpec('m.json', JSON.stringify({ [key]: value })));
  }
  assert.equal(Object.keys(schema.properties).length, 6);
});
