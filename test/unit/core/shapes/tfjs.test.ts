import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse, type SourceFile } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';

const parser = loadShapesParser(['javascript', 'typescript']);
const tf = "import * as tf from '@tensorflow/tfjs';\n";

/** dtype and shape at the place behind `^` in `text`, which is in the code without it. */
async function answersOf(code: string, others: readonly SourceFile[] = [], file = 'model.ts') {
  const source: SourceFile = { module: file.replace(/\.\w+$/, ''), file, text: tf + code };
  const found = analyse(
    {
      parser: await parser,
      cache: new Map(),
      find: (module) => others.find((one) => one.module === module),
      callers: others,
    },
    source,
  );
  return (text: string): string => {
    const index = source.text.indexOf(text.replace('^', ''));
    assert.ok(index >= 0, `the code has no ${text}`);
    const before = source.text.slice(0, index + text.indexOf('^')).split('\n');
    const answer = found.find(
      ({ line, column }) => line === before.length && column === before.at(-1)!.length,
    );
    return answer ? `${answer.dtype ?? ''} [${answer.shape.join(', ')}]`.trim() : '';
  };
}

test('attention in TypeScript has shapes in the names of its code', async () => {
  const at = await answersOf(`
class Attention {
  private size: number;
  constructor(private width: number, private heads: number) {
    this.size = width / heads;
  }
  split(x: tf.Tensor3D): tf.Tensor {
    const [batch, time] = x.shape;
    return x.reshape([batch, time, this.heads, this.size]).transpose([0, 2, 1, 3]);
  }
  scores(q: tf.Tensor3D, k: tf.Tensor3D) {
    return tf.softmax(tf.matMul(this.split(q), this.split(k), false, true));
  }
}
export function run(batch: number, time: number, width: number, heads: number) {
  const x: tf.Tensor3D = tf.randomNormal([batch, time, width]);
  const weights = new Attention(width, heads).scores(x, x);
  return weights;
}
`);
  assert.equal(at('const ^weights'), 'float32 [batch, heads, time, time]');
  assert.equal(at(').^transpose'), 'float32 [batch, this.heads, time, this.width // this.heads]');
});

test('a plain number makes an int32 tensor float32, comparisons are bool, sums of masks int32', async () => {
  const at = await answersOf(`
function types(n: number) {
  const ids = tf.zeros([n, 3], 'int32');
  const next = ids.add(1);
  const mask = ids.greater(0);
  const count = mask.sum(1, true);
  const best = next.argMax(-1);
}
`);
  assert.equal(at('const ^ids'), 'int32 [n, 3]');
  assert.equal(at('const ^next'), 'float32 [n, 3]');
  assert.equal(at('const ^mask'), 'bool [n, 3]');
  assert.equal(at('const ^count'), 'int32 [n, 1]');
  assert.equal(at('const ^best'), 'int32 [n]');
});

test('layers grow a sequential model, and predict gives its last shape for the batch', async () => {
  const at = await answersOf(`
function build(classes: number) {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({filters: 8, kernelSize: 3, strides: 2, inputShape: [28, 28, 1]}));
  model.add(tf.layers.maxPooling2d({poolSize: 2}));
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({units: classes}));
  return model;
}
export function classify(images: number, classes: number) {
  const model = build(classes);
  const middle = model.layers[2].output;
  return model.predict(tf.zeros([images, 28, 28, 1]));
}
`);
  assert.equal(at('model.^predict'), 'float32 [images, classes]');
  assert.match(at('^middle ='), /^float32 \[\w+, 288\]$/);
});

test('a functional model has the outputs of its graph', async () => {
  const at = await answersOf(`
function run(batch: number, time: number) {
  const words = tf.input({shape: [null]});
  const embedded = tf.layers.embedding({inputDim: 100, outputDim: 16}).apply(words);
  const [states, last] = tf.layers.gru({units: 32, returnSequences: true, returnState: true}).apply(embedded);
  const model = tf.model({inputs: words, outputs: [states, last]});
  const [a, b] = model.predict(tf.ones([batch, time]));
  return [a, b];
}
`);
  assert.equal(at('const [^a, b]'), 'float32 [batch, time, 32]');
  assert.equal(at('[a, ^b] ='), 'float32 [batch, 32]');
});

test('callbacks of tidy, map and minimize are followed, and set variables outside', async () => {
  const at = await answersOf(`
function run(rows: number) {
  let kept;
  const total = tf.tidy(() => {
    kept = tf.ones([rows, 4]);
    return kept.sum(0);
  });
  const parts = [1, 2].map(width => tf.zeros([rows, width]));
  const both = tf.concat(parts, 1);
  return kept;
}
`);
  assert.equal(at('const ^total'), 'float32 [4]');
  assert.equal(at('const ^both'), 'float32 [rows, 3]');
  assert.equal(at('return ^kept;'), 'float32 [rows, 4]');
});

test('what JSDoc says of a parameter is taken, what it says of others than tensors is not', async () => {
  const at = await answersOf(
    `
/**
 * @param {tf.Tensor} x Rows of shape
 *   [batch, features].
 * @param {tf.LayersModel} model A model with input shape [batch, features].
 */
function center(x, model) {
  return x.sub(x.mean(0, true)), model;
}
`,
    [],
    'model.js',
  );
  assert.equal(at('center(^x'), '[batch, features]');
  assert.equal(at('x.^mean'), 'float32 [1, features]');
  assert.equal(at('x, ^model)'), '');
});

test('modules, CommonJS and the code of a script are read, and what is not known is silent', async () => {
  const other: SourceFile = {
    module: 'data',
    file: 'data.js',
    text: "const tf = require('@tensorflow/tfjs');\nexports.load = (n) => tf.ones([n, 5]);\n",
  };
  const at = await answersOf(
    `
import {load} from './data.js';
const weights = tf.variable(tf.zeros([5, 2]));
const out = load(7).matMul(weights);
const guess = tf.tidy(() => unknownFunction());
function anything(x) {
  const y = x.mean(0);
  return y;
}
`,
    [other],
    'main.mjs',
  );
  assert.equal(at('const ^out'), 'float32 [7, 2]');
  assert.equal(at('const ^guess'), '');
  assert.equal(at('const ^y'), '');
});

test('lists of different lengths are not of one size', async () => {
  const at = await answersOf(`
function encode(words: string[]) {
  return tf.zeros([words.length, 8]);
}
export function split(words: string[]) {
  const all = words.map(word => word.trim());
  const train = encode(all.slice(0, 10 * all.length));
  const rest = encode(all.slice(all.length));
  const sum = train.add(rest);
}
`);
  assert.notEqual(at('const ^train'), at('const ^rest'));
});

test('a layer that flattens all axes it names has no others', async () => {
  const at = await answersOf(`
class Halves extends tf.layers.Layer {
  call(inputs, kwargs) {
    let input = inputs;
    if (Array.isArray(input)) {
      input = input[0];
    }
    const shape = input.shape;
    const flat = input.reshape([shape[0], shape[1] * shape[2] * shape[3]]);
    const back = flat.relu().reshape(shape);
    return tf.concat([back, back], 3);
  }
}
`);
  assert.match(at('const ^flat'), /^\S* ?\[N, \S+\]$/);
  assert.match(at('const ^back'), /\[N, M, K, L\]$/);
  assert.match(at('tf.^concat'), /\[N, M, K, 2\*L\]$/);
});

test('what is drawn from scores, and made again of the numbers drawn, has their rank and type', async () => {
  const at = await answersOf(`
/**
 * @param {tf.Tensor} chances Chances of all words, as a 1D \`tf.Tensor\` of shape \`[words]\`.
 */
function pick(chances) {
  return tf.multinomial(tf.log(chances), 1);
}
function act(policy, state) {
  const left = tf.sigmoid(policy(state));
  const both = tf.concat([left, tf.sub(1, left)], 1);
  const drawn = tf.multinomial(both, 1, null, true);
  const kept = drawn.dataSync();
  return tf.tensor2d(kept, drawn.shape);
}
`);
  assert.equal(at('tf.^log'), '[words]');
  assert.equal(at('tf.^multinomial(tf.log'), 'int32 [1]');
  assert.equal(at('const ^drawn'), 'int32 [N, 1]');
  assert.match(at('const ^left'), /^\S* ?\[N, M\]$/);
  assert.equal(at('tf.^tensor2d'), '[N, 1]');
});
