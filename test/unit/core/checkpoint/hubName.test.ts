import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hubPath, parseHubName } from '../../../../src/core/checkpoint/hubName';

test('a name on the Hub has an owner, and may have a revision and a file', () => {
  for (const [text, expected, path = text] of [
    ['hf:a/b', { model: 'a/b', revision: 'main' }],
    ['a/b', { model: 'a/b', revision: 'main' }, 'hf:a/b'],
    ['hf://a/b@v1.0', { model: 'a/b', revision: 'v1.0' }, 'hf:a/b@v1.0'],
    ['hf:a/b@refs/pr/3', { model: 'a/b', revision: 'refs/pr/3' }],
    ['hf:a/b/c/d.gguf', { model: 'a/b', revision: 'main', file: 'c/d.gguf' }],
    ['hf:a/b@x/d.gguf', { model: 'a/b', revision: 'x', file: 'd.gguf' }],
  ] as const) {
    const name = parseHubName(text);
    assert.deepEqual(name, expected, text);
    assert.equal(hubPath(name!), path);
  }
});

test('what is no such name is refused', () => {
  for (const text of [
    '',
    'a',
    'hf:a',
    'a/..',
    '../b',
    'a b/c',
    'a/b/../c',
    'a/b//c',
    'a/b\\c',
    'http://a/b?x',
  ]) {
    assert.equal(parseHubName(text), undefined, text);
  }
});
