import { testAgainstOracle } from './oracle';

const oracle = 'oracle_packed.json';
testAgainstOracle('orbax', 'TensorStore', oracle);
testAgainstOracle('flax', 'ml_dtypes', oracle);
testAgainstOracle('numpy', 'ml_dtypes', oracle);
