import { testAgainstOracle } from './oracle';

const oracle = 'oracle_parts.json';
testAgainstOracle('tensorflow', 'TensorFlow', oracle);
testAgainstOracle('orbax', 'Orbax', oracle);
testAgainstOracle('onnx', 'onnx', oracle);
testAgainstOracle('hdf5', 'h5py', oracle);
