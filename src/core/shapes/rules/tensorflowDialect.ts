/** In what TensorFlow differs from other libraries with the same operations. */
import { type Dialect } from '../library';
import { tensorflowPromote } from './dtypes';

export const dialect: Dialect = {
  library: 'tensorflow',
  float: 'float32',
  anyFloat: true,
  rebinds: true,
  tensorsOnly: true,
  promote: tensorflowPromote,
};
