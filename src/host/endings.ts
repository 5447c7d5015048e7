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
  'h5',
  'hdf5',
  'keras',
  'onnx',
  'tflite',
  'msgpack',
  'index',
];

/** Whether a name is that of a checkpoint. */
export function isCheckpointName(name: string): boolean {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return endings.includes(ending) || /\.(safetensors|bin)\.index\.json$/i.test(name);
}
