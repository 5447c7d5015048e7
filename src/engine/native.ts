/** The native runtime: a module of its own, so that it is loaded when a first model can run. */
export { InferenceSession, Tensor } from 'onnxruntime-node';
