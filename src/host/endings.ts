/** File name endings of checkpoints, as in the menus of package.json (a test compares the two). */
export const endings = [
  'safetensors',
  'gguf',
  'npz',
  'npy',
  'pt',
  'pth',
  'pt2',
  'bin',
  'ckpt',
  'pkl',
  'h5',
  'hdf5',
  'keras',
  'onnx',
  'tflite',
  'msgpack',
  'distcp',
  'index',
];

/** Lists of shards, and what Keras, TensorFlow.js and TensorFlow call the file that a folder is opened by. */
const others = /\.((safetensors|bin)\.index|weights)\.json$|(^|\/)(model\.json|saved_model\.pb)$/i;

/** Whether a name or a path is that of a checkpoint. */
export function isCheckpointName(name: string): boolean {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return endings.includes(ending) || others.test(name);
}
