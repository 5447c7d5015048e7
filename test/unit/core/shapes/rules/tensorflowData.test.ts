import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('a training script at the margin is followed from its data to its gradients', async () => {
  const at = await answersOf(`
import tensorflow as tf
from tensorflow import keras

(images, labels), _ = keras.datasets.mnist.load_data()
images = images.astype('float32') / 255.0

def prepare(image, label):
    return tf.reshape(image, [-1]), tf.one_hot(label, depth=10)

data = tf.data.Dataset.from_tensor_slices((images, labels))
data = data.map(prepare).shuffle(100).batch(32, drop_remainder=True).prefetch(2)

w = tf.Variable(tf.random.normal([784, 10]))
for step, (x, y) in enumerate(data):
    with tf.GradientTape() as tape:
        logits = x @ w
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, logits))
    (grad,) = tape.gradient(loss, [w])
    clipped, norm = tf.clip_by_global_norm([grad], 5.0)
    w.assign_sub(0.1 * clipped[0])
`);
  assert.equal(at('^images = images'), 'float32 [train, 28, 28]');
  assert.equal(at('tf.^reshape(image'), '? [image₀*image₁]');
  assert.equal(at('(^x, y)'), 'float32 [32, 784]');
  assert.equal(at('(x, ^y)'), 'float32 [32, 10]');
  assert.equal(at('^loss ='), 'float32 []');
  assert.equal(at('(^grad,)'), 'float32 [784, 10]');
  assert.equal(at('clipped, ^norm'), 'float32 []');
});

test('batches of images from a folder are resized, cropped and cut into patches', async () => {
  const at = await answersOf(`
import tensorflow as tf

train = tf.keras.utils.image_dataset_from_directory('photos', image_size=(96, 64), batch_size=8)

for images, labels in train:
    b = tf.shape(images)[0]
    small = tf.image.resize(images, [48, 32])
    grey = tf.image.rgb_to_grayscale(small)
    parts = tf.image.extract_patches(small, sizes=[1, 16, 16, 1], strides=[1, 16, 16, 1], rates=[1, 1, 1, 1], padding='VALID')

def load(path):
    image = tf.image.decode_jpeg(tf.io.read_file(path), channels=3)
    return tf.image.random_crop(image, [24, 24, 3])
`);
  assert.equal(at('for ^images'), 'float32 [b, 96, 64, 3]');
  assert.equal(at('for images, ^labels'), 'int32 [b]');
  assert.equal(at('^grey ='), 'float32 [b, 48, 32, 1]');
  assert.equal(at('^parts ='), 'float32 [b, 3, 2, 768]');
  assert.equal(at('tf.image.^random_crop'), 'uint8 [24, 24, 3]');
});

test('rows that are picked by several indices keep what the indices leave', async () => {
  const at = await answersOf(`
import tensorflow as tf

def pick(states):
    t, b, d = states.shape
    rows = tf.stack([tf.range(b), tf.range(b)], axis=1)
    last = tf.gather_nd(states, rows)
    total = tf.add_n([last, last])
    return total, tf.nn.l2_loss(total)
`);
  assert.equal(at('^last ='), '? [b, d]');
  assert.equal(at('^total ='), '? [b, d]');
  assert.equal(at('nn.^l2_loss'), '? []');
});
