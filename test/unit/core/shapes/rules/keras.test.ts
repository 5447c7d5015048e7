import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('a functional Keras model gives every layer a batch of its own and channels last', async () => {
  const at = await answersOf(`
import tensorflow as tf
from tensorflow.keras import layers

def build(classes, width):
    inputs = tf.keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(width, 3, padding='same')(inputs)
    y = layers.MaxPooling2D()(x)
    z = layers.Conv2D(2 * width, (3, 3), strides=2)(y)
    flat = layers.Flatten()(z)
    pooled = layers.GlobalAveragePooling2D()(z)
    out = layers.Dense(classes)(pooled)
    return tf.keras.Model(inputs, out)

def use(images):
    images = tf.zeros([5, 28, 28, 1])
    scores = build(10, 16)(images)
    return scores
`);
  assert.equal(at('^inputs ='), 'float32 [batch, 28, 28, 1]');
  assert.equal(at('^x ='), 'float32 [batch, 28, 28, width]');
  assert.equal(at('^y ='), 'float32 [batch, 14, 14, width]');
  assert.equal(at('^z ='), 'float32 [batch, 6, 6, 2*width]');
  assert.equal(at('^flat ='), 'float32 [batch, 72*width]');
  assert.equal(at('^out ='), 'float32 [batch, classes]');
  assert.equal(at('^scores ='), 'float32 [5, 10]');
});

test('weights made in build have the width of the first input', async () => {
  const at = await answersOf(`
import tensorflow as tf

class Scores(tf.keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units))
        self.v = self.add_weight(shape=(self.units, 1))

    def call(self, x):
        hidden = tf.tanh(tf.matmul(x, self.w))
        scores = tf.matmul(hidden, self.v)
        return tf.nn.softmax(scores, axis=1)

class Model(tf.keras.Model):
    def __init__(self, words, width):
        super().__init__()
        self.embed = tf.keras.layers.Embedding(words, width)
        self.rnn = tf.keras.layers.LSTM(width, return_sequences=True, return_state=True)
        self.both = tf.keras.layers.Bidirectional(tf.keras.layers.GRU(width, return_sequences=True))
        self.scores = Scores(7)

    def call(self, tokens):
        batch, time = tokens.shape
        x = self.embed(tokens)
        x, h, c = self.rnn(x)
        twice = self.both(x)
        weights = self.scores(twice)
        return weights, h
`);
  assert.equal(at('^twice ='), 'float32 [batch, time, 2*width]');
  assert.equal(at('^weights ='), 'float32 [batch, time, 1]');
  assert.equal(at('return weights, ^h'), 'float32 [batch, width]');
});

test('attention of Keras keeps the width of the queries and has scores for each head', async () => {
  const at = await answersOf(`
import tensorflow as tf

class Cross(tf.keras.layers.Layer):
    def __init__(self, heads, width):
        super().__init__()
        self.mha = tf.keras.layers.MultiHeadAttention(num_heads=heads, key_dim=width)
        self.add = tf.keras.layers.Add()

    def call(self, x, context):
        b, q, d = x.shape
        k = tf.shape(context)[1]
        out, scores = self.mha(query=x, value=context, return_attention_scores=True)
        y = self.add([x, out])
        return y, scores
`);
  assert.equal(at('^out, scores'), 'float32 [b, q, d]');
  assert.equal(at('out, ^scores'), 'float32 [b, heads, q, k]');
});

test('TensorFlow counts in int32, argmax gives int64, a Python number takes the type of the tensor', async () => {
  const at = await answersOf(`
import tensorflow as tf

def windows(n):
    t = tf.range(n)
    idx = tf.expand_dims(t, 0) + tf.expand_dims(tf.range(4), 1)
    best = tf.argmax(tf.zeros([n, 3]), axis=-1)
    half = tf.ones([n]) / 2
    onehot = tf.one_hot(t, depth=5)
    return tf.transpose(onehot)
`);
  assert.equal(at('^idx ='), 'int32 [4, n]');
  assert.equal(at('^best ='), 'int64 [n]');
  assert.equal(at('^half ='), 'float32 [n]');
  assert.equal(at('tf.^transpose(onehot'), 'float32 [5, n]');
});

test('an initializer makes weights of a shape; an embedding that masks tells what is masked', async () => {
  const at = await answersOf(`
import tensorflow as tf

normal = tf.initializers.RandomNormal()
w = tf.Variable(normal([7, 5]))

class Words(tf.keras.layers.Layer):
    def __init__(self, count, width):
        super().__init__()
        self.words = tf.keras.layers.Embedding(count, width, mask_zero=True)

    def call(self, x):
        batch, time = x.shape
        return self.words.compute_mask(x)
`);
  assert.equal(at('^w = tf'), 'float32 [7, 5]');
  assert.equal(at('self.words.^compute_mask'), 'bool [batch, time]');
});
