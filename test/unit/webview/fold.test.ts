import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorRow } from '../../../src/protocol/engine';
import { fold } from '../../../src/core/summary/fold';
import { everything, linesOf, openAtFirst, pathTo } from '../../../webview/tensors/lines';

const tensor = (
  name: string,
  shape: readonly number[] = [2, 3],
  sharedWith?: string,
): TensorRow => ({
  name,
  dtype: 'float32',
  shape,
  bytes: 4 * shape.reduce((a, b) => a * b, 1),
  file: 'model.safetensors',
  ...(sharedWith !== undefined && { sharedWith }),
});

test('blocks of equal structure fold into one node that lists them', () => {
  const names = [0, 1, 2].flatMap((i) => [`h.${i}.attn.weight`, `h.${i}.mlp.weight`]);
  const [h] = fold(names.map((name) => tensor(name)));
  assert.equal(h?.children.length, 1);
  const [blocks] = h!.children;
  assert.deepEqual([blocks?.label, blocks?.repeat], ['0…2', 3]);
  assert.deepEqual(
    blocks?.children.map(({ path }) => path),
    ['h.0', 'h.1', 'h.2'],
  );
  assert.deepEqual([blocks?.parameters, blocks?.bytes, blocks?.tensors], [36, 144, 6]);
});

test('a block that differs in one shape stays outside the fold', () => {
  const rows = [0, 1, 2, 3].map((i) => tensor(`h.${i}.weight`, i === 2 ? [2, 4] : [2, 3]));
  const [h] = fold(rows);
  assert.deepEqual(
    h?.children.map(({ label }) => label),
    ['0…1', '2', '3'],
  );
});

test('numbered tensors are no blocks, and names like __proto__ are names', () => {
  const [list, odd] = fold(
    ['list.0', 'list.1', '__proto__.constructor'].map((name) => tensor(name)),
  );
  assert.deepEqual(
    list?.children.map(({ label }) => label),
    ['0', '1'],
  );
  assert.equal(odd?.children[0]?.path, '__proto__.constructor');
});

test('a tensor whose name is also a module keeps both', () => {
  const [a] = fold([tensor('a'), tensor('a.b')]);
  assert.equal(a?.tensor?.name, 'a');
  assert.equal(a?.children[0]?.tensor?.name, 'a.b');
  assert.equal(a?.tensors, 2);
});

test('tied tensors count once', () => {
  const roots = fold([tensor('wte.weight'), tensor('lm_head.weight', [2, 3], 'wte.weight')]);
  assert.deepEqual(
    roots.map(({ parameters }) => parameters),
    [6, 0],
  );
});

test('lines know their level, place and parent, and only open nodes show their children', () => {
  const roots = fold(['a.b.c', 'a.d', 'e'].map((name) => tensor(name)));
  assert.equal(linesOf(roots, new Set()).length, 2);
  const lines = linesOf(roots, new Set(['a']));
  assert.deepEqual(
    lines.map(({ node, level, place, siblings, parent }) => [
      node.path,
      level,
      place,
      siblings,
      parent,
    ]),
    [
      ['a', 1, 1, 2, -1],
      ['a.b', 2, 1, 2, 0],
      ['a.d', 2, 2, 2, 0],
      ['e', 1, 2, 2, -1],
    ],
  );
});

test('a model opens down to its folded blocks', () => {
  const rows = [0, 1].map((i) => tensor(`transformer.h.${i}.weight`));
  const roots = fold([...rows, tensor('transformer.ln_f.weight')]);
  const shown = linesOf(roots, openAtFirst(roots)).map(({ node }) => node.path);
  assert.deepEqual(shown, [
    'transformer',
    'transformer.h',
    'transformer.h.0…1',
    'transformer.ln_f',
    'transformer.ln_f.weight',
  ]);
});

test('every tensor is in the tree exactly once, however many there are', () => {
  const rows = Array.from({ length: 20000 }, (_, i) => tensor(`m.${i % 7}.x${i}.weight`));
  const found: string[] = [];
  const walk = (nodes: ReturnType<typeof fold>): void => {
    for (const node of nodes) {
      if (node.tensor) found.push(node.tensor.name);
      walk(node.children);
    }
  };
  walk(fold(rows));
  assert.deepEqual(found.sort(), rows.map(({ name }) => name).sort());
});

test('names that begin with a dot, end with one or are nothing are tensors like others', () => {
  const names = ['', '.', '.a', 'a.', 'a..b'];
  const roots = fold(names.map((name) => tensor(name)));
  const found = linesOf(roots, everything(roots)).flatMap(({ node }) => node.tensor?.name ?? []);
  assert.deepEqual(found.toSorted(), names.toSorted());
});

test('the way to a tensor leads through the fold that it is in', () => {
  const roots = fold([0, 1, 10].map((i) => tensor(`h.${i}.weight`)));
  assert.deepEqual(pathTo(roots, 'h.1.weight'), ['h', 'h.0…1', 'h.1', 'h.1.weight']);
  assert.deepEqual(pathTo(roots, 'h.10.weight'), ['h', 'h.10', 'h.10.weight']);
  assert.equal(pathTo(roots, 'h.2.weight'), undefined);
});
