import { testAgainstOracle } from './oracle';

const oracle = 'oracle_frameworks.json';
testAgainstOracle('flax', 'Flax', oracle);
testAgainstOracle('orbax', 'Orbax', oracle);
testAgainstOracle('tensorflow', 'TensorFlow', oracle);
testAgainstOracle('tflite', 'the TensorFlow Lite interpreter', oracle);
testAgainstOracle('keras', 'h5py', oracle);
testAgainstOracle('hdf5', 'h5py', oracle);
testAgainstOracle('tfjs', 'the documented format', oracle);
