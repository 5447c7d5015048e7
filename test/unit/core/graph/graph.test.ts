import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  createGraph,
  type Graph,
  type GraphBuilder,
  type Value,
} from '../../../../src/core/graph/graph';

async function run(graph: Graph, feeds: Record<string, [number[], number[]]>) {
  const session = await InferenceSession.create(graph.bytes);
  const tensors = Object.entries(feeds).map(([name, [shape, values]]) => {
    return [name, new Tensor('float32', values, shape)] as const;
  });
  const results = await session.run(Object.fromEntries(tensors));
  const found = Object.entries(results).map(([name, { dims, data }]) => {
    return [name, { shape: [...dims], values: [...(data as Float32Array)] }] as const;
  });
  await session.release();
  return Object.fromEntries(found);
}

/** What an expression over one input gives. */
async function value(shape: number[], values: number[], of: (g: GraphBuilder, x: Value) => Value) {
  const g = createGraph('test');
  const x = g.input(
    'x',
    'float32',
    shape.map((_, axis) => `d${axis}`),
  );
  return (await run(g.build({ y: of(g, x) }), { x: [shape, values] }))['y']!;
}

test('only what the outputs need is written', async () => {
  const g = createGraph('pruned');
  const [a, b] = [g.input('a', 'float32', ['n']), g.input('b', 'float32', ['n'])];
  const sum = g.add(a, 1);
  const product = g.mul(sum, b);
  const both = g.build({ sum, product });
  const one = g.build({ sum });
  assert.deepEqual(both.inputs, ['a', 'b']);
  assert.deepEqual(one.inputs, ['a']);
  assert.ok(one.bytes.length < both.bytes.length);
  assert.deepEqual(await run(one, { a: [[2], [1, 2]] }), { sum: { shape: [2], values: [2, 3] } });
});

test('an edge may be given out under several names', async () => {
  const g = createGraph('twice');
  const y = g.add(g.input('x', 'float32', []), 1);
  const found = await run(g.build({ one: y, other: y }), { x: [[], [1]] });
  assert.deepEqual([found['one']!.values, found['other']!.values], [[2], [2]]);
});

test('numbers become constants, also those that JSON has no word for', async () => {
  const found = await value([3], [1, 2, 3], (g, x) => g.where(g.greater(x, 2), NaN, -Infinity));
  assert.deepEqual(found.values, [-Infinity, -Infinity, NaN]);
});

test('a linear map multiplies by [in, out] or, transposed, by [out, in]', async () => {
  const g = createGraph('linear');
  const x = g.input('x', 'float32', ['n', 2]);
  const w = g.input('w', 'float32', ['a', 'b']);
  const bias = g.input('bias', 'float32', ['c']);
  const rows: [number[], number[]] = [
    [1, 2],
    [1, 2],
  ];
  const plain = await run(g.build({ y: g.linear(x, w) }), {
    x: rows,
    w: [
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ],
  });
  assert.deepEqual(plain['y']!.values, [9, 12, 15]);
  const turned = await run(g.build({ y: g.linear(x, w, bias, true) }), {
    x: rows,
    w: [
      [3, 2],
      [1, 4, 2, 5, 3, 6],
    ],
    bias: [[3], [1, 1, 1]],
  });
  assert.deepEqual(turned['y']!.values, [10, 13, 16]);
});

test('maximum pooling counts the partial windows at the end', async () => {
  const cells = Array.from({ length: 25 }, (_, i) => i);
  const found = await value([1, 5, 5], cells, (g, x) => g.maxPool(x, 2, 2));
  assert.deepEqual(found, { shape: [1, 3, 3], values: [6, 8, 9, 16, 18, 19, 21, 23, 24] });
});

test('the causal mask lets a query see its own place and those before', async () => {
  const found = await value([3, 1], [0, 0, 0], (g, x) => g.causalMask(x));
  const no = -Infinity;
  assert.deepEqual(found, { shape: [3, 3], values: [0, no, no, 0, 0, no, 0, 0, 0] });
});

test('slices take a step, so that a flattened square gives its diagonal', async () => {
  const cells = Array.from({ length: 9 }, (_, i) => i);
  const found = await value([1, 9], cells, (g, x) => g.slice(x, 3, 9, 1, 4));
  assert.deepEqual(found, { shape: [1, 2], values: [3, 7] });
});

test('reductions drop their axes or keep them', async () => {
  const kept = await value([2, 2], [1, 5, 2, 3], (g, x) => g.reduce('Max', x, [1], true));
  assert.deepEqual(kept, { shape: [2, 1], values: [5, 3] });
  const dropped = await value([2, 2], [1, 5, 2, 3], (g, x) => g.reduce('Sum', x, [0]));
  assert.deepEqual(dropped, { shape: [2], values: [3, 8] });
  assert.deepEqual((await value([2], [1, 2], (g, x) => g.reduce('Mean', x, [0]))).values, [1.5]);
});

test('activations and norms are those of their papers', async () => {
  const near = (found: readonly number[], expected: readonly number[]) =>
    found.forEach((one, i) => assert.ok(Math.abs(one - expected[i]!) < 1e-5, `${one}`));
  near((await value([2], [1, -2], (g, x) => g.gelu(x, 'none'))).values, [0.8413447, -0.0455003]);
  near((await value([2], [1, -2], (g, x) => g.gelu(x, 'tanh'))).values, [0.841192, -0.0454023]);
  near((await value([2], [0, 2], (g, x) => g.sigmoid(x))).values, [0.5, 0.8807971]);
  near((await value([2], [-1, 2], (g, x) => g.relu(x))).values, [0, 2]);
  near((await value([1, 2], [0, Math.log(3)], (g, x) => g.softmax(x))).values, [0.25, 0.75]);
  const g = createGraph('norm');
  const x = g.input('x', 'float32', ['n', 2]);
  const scale = g.input('scale', 'float32', [2]);
  const normed = g.build({ y: g.layerNorm(x, scale, undefined, 0) });
  near(
    (
      await run(normed, {
        x: [
          [1, 2],
          [1, 3],
        ],
        scale: [[2], [1, 2]],
      })
    )['y']!.values,
    [-1, 2],
  );
});
