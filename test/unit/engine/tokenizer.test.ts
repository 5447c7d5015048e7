import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteSource, Folder } from '../../../src/core/checkpoint/bytes';
import { loadTokenizer } from '../../../src/engine/tokenizer';

/** A folder of texts. */
function folder(files: Readonly<Record<string, string>>): Folder {
  return {
    name: 'model',
    list: async () => Object.keys(files),
    async open(name): Promise<ByteSource> {
      const bytes = new TextEncoder().encode(files[name]);
      return {
        name,
        size: bytes.length,
        read: async (offset, target) => target.set(bytes.subarray(offset, offset + target.length)),
      };
    },
  };
}

const words = ['<unk>', 'the', 'red', 'fox', ','];
const wordLevel = JSON.stringify({
  version: '1.0',
  added_tokens: [{ id: 0, content: '<unk>', special: true }],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordLevel',
    vocab: Object.fromEntries(words.map((w, i) => [w, i])),
    unk_token: '<unk>',
  },
});

test('tokenizer.json gives ids, labels and the characters that each token covers', async () => {
  const tokenizer = await loadTokenizer(folder({ 'tokenizer.json': wordLevel }));
  assert.equal(tokenizer?.source, 'tokenizer.json');
  const tokens = tokenizer?.encode('The red fox, the cow');
  assert.deepEqual(tokens?.ids, [1, 2, 3, 4, 1, 0]);
  assert.deepEqual(tokens?.labels, ['the', 'red', 'fox', ',', 'the', '<unk>']);
  assert.deepEqual(tokens?.origins[2], { kind: 'text', start: 8, end: 11 });
  assert.deepEqual(tokens?.origins[4], { kind: 'text', start: 13, end: 16 });
  assert.equal(tokens?.origins[5], undefined, 'an unknown word is not found in the text');
});

test('vocab.json and merges.txt are read as byte-level BPE, spaces kept in the labels', async () => {
  const pieces = ['a', 'b', 'c', '\u0120', 'ab', '\u0120c', '\u00c3', '\u00a9'];
  const tokenizer = await loadTokenizer(
    folder({
      'vocab.json': JSON.stringify(Object.fromEntries(pieces.map((piece, i) => [piece, i]))),
      'merges.txt': '#version: 0.2\na b\n\u0120 c\n',
    }),
  );
  const tokens = tokenizer?.encode('ab c');
  assert.deepEqual(tokens?.ids, [4, 5]);
  assert.deepEqual(tokens?.labels, ['ab', ' c']);
  assert.equal(tokenizer?.label(6), '\u00c3', 'half a character is called by its own name');
  assert.equal(tokenizer?.label(99), '#99');
});

test('a folder without a tokenizer has none', async () => {
  assert.equal(await loadTokenizer(folder({ 'config.json': '{}' })), undefined);
});

test('a tokenizer that cannot be read is one clear line', async () => {
  const broken = loadTokenizer(folder({ 'tokenizer.json': '{"model":' }));
  await assert.rejects(broken, /^FormatError: model\/tokenizer\.json: not JSON/);
  const list = loadTokenizer(folder({ 'tokenizer.json': '7' }));
  await assert.rejects(list, /expected a JSON object/);
  const other = loadTokenizer(folder({ 'tokenizer.json': '{"model":{"type":"Telepathy"}}' }));
  await assert.rejects(other, /not a tokenizer that can be used/);
});
