import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('a size that tf.shape gives is a tensor without dimensions, and still known where it is used', async () => {
  const at = await answersOf(`
import tensorflow as tf

class Heads(tf.keras.layers.Layer):
    def call(self, x):
        batch, time, width = tf.unstack(tf.shape(x))
        half = tf.shape(x)[1] // 2
        a = tf.zeros([batch, half, 4])
        b = tf.reshape(x, tf.stack([batch, time, 2, width // 2]))
        c = tf.ones(tf.concat([tf.shape(x)[:-1], [7]], axis=0))
        return half, a, b, c
`);
  assert.equal(at('^batch, time'), 'int32 []');
  assert.equal(at('^half ='), 'int32 []');
  assert.equal(at('^a ='), 'float32 [batch, half, 4]');
  assert.equal(at('^b ='), '? [batch, time, 2, width // 2]');
  assert.equal(at('^c ='), 'float32 [batch, time, 7]');
});

test('an array of tensors that a loop writes stacks to one more dimension', async () => {
  const at = await answersOf(`
import tensorflow as tf

def sample(steps, logits):
    b, n = logits.shape
    out = tf.TensorArray(tf.int64, size=0, dynamic_size=True)
    for t in tf.range(steps):
        token = tf.random.categorical(logits, num_samples=1)
        out = out.write(t, token)
    tokens = out.stack()
    return tf.transpose(tokens, [1, 0, 2])
`);
  assert.equal(at('^tokens ='), 'int64 [N, b, 1]');
  assert.equal(at('tf.^transpose'), 'int64 [b, N, 1]');
});

test('words become numbers one by one, and a row of words one text', async () => {
  const at = await answersOf(`
import tensorflow as tf

class Reader(tf.keras.layers.Layer):
    def __init__(self, words):
        super().__init__()
        self.number = tf.keras.layers.StringLookup(vocabulary=words)
        self.word = tf.keras.layers.StringLookup(vocabulary=words, invert=True)
        self.rows = tf.keras.layers.TextVectorization(output_sequence_length=9)
        self.start = self.number('[START]')

    def call(self, tokens):
        b, t = tokens.shape
        first = self.number([['[START]', '[END]']])
        words = self.word(tokens)
        text = tf.strings.reduce_join(words, axis=-1, separator=' ')
        again = self.rows(tf.strings.regex_replace(text, ' +', ' '))
        return first, self.start, again
`);
  assert.equal(at('^first ='), 'int64 [1, 2]');
  assert.equal(at('^words ='), 'string [b, t]');
  assert.equal(at('^text ='), 'string [b]');
  assert.equal(at('^again ='), 'int64 [b, 9]');
  assert.equal(at('first, self.^start'), 'int64 []');
});

test('Keras calls a schedule with a step, and a loss is a number unless each item is asked for', async () => {
  const at = await answersOf(`
import tensorflow as tf

class Warm(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, width):
        super().__init__()
        self.width = tf.cast(width, tf.float32)

    def __call__(self, step):
        now = tf.cast(step, tf.float32)
        return tf.math.rsqrt(self.width) * tf.math.rsqrt(now)

def losses(labels, scores):
    b, t, n = scores.shape
    each = tf.keras.losses.SparseCategoricalCrossentropy(reduction='none')(labels, scores)
    mean = tf.keras.losses.SparseCategoricalCrossentropy()(labels, scores)
    kept = tf.cast(labels != 0, each.dtype)
    total = tf.reduce_sum(each * kept) / tf.reduce_sum(kept)
    return mean, total
`);
  assert.equal(at('^now ='), 'float32 []');
  assert.equal(at('rsqrt(self.^width)'), 'float32 []');
  assert.equal(at('^each ='), 'float32 [b, t]');
  assert.equal(at('^mean ='), 'float32 []');
  assert.equal(at('^total ='), 'float32 []');
});

test('a comment behind a new value of a name is about that value, not about the parameter', async () => {
  const at = await answersOf(`
import tensorflow as tf

class Decoder(tf.keras.layers.Layer):
    def __init__(self, words, width):
        super().__init__()
        self.embedding = tf.keras.layers.Embedding(words, width)

    def call(self, x):
        b, t = x.shape
        x = self.embedding(x)
        # x.shape == (batch, time, width)
        return x
`);
  assert.equal(at('call(self, ^x)'), '? [b, t]');
  assert.equal(at('return ^x'), 'float32 [b, t, width]');
});

test('one number with a fraction makes a list of such numbers; of complex numbers nothing is said', async () => {
  const at = await answersOf(`
import tensorflow as tf

a = tf.constant([1, 3.0])
b = tf.constant([5 + 4j, 1])
words = tf.strings.split(tf.constant('one two'))
`);
  assert.equal(at('^a ='), 'float32 [2]');
  assert.equal(at('^b ='), undefined);
  assert.equal(at('^words ='), 'string [?]');
});

test('the tensors of a TensorArray are of one shape', async () => {
  const at = await answersOf(`
import tensorflow as tf

def decode(first, steps):
    array = tf.TensorArray(tf.int64, size=0, dynamic_size=True)
    array = array.write(0, first)
    array = array.write(1, tf.zeros([2, 3], tf.int64))
    return array.stack(), first
`);
  assert.equal(at('array.^stack'), 'int64 [N, 2, 3]');
  assert.equal(at('stack(), ^first'), '? [2, 3]');
});
