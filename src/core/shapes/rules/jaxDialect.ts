/** In what JAX differs from other libraries with the same operations. */
import { type Dialect } from '../library';
import { jaxPromote } from './dtypes';

export const dialect: Dialect = {
  library: 'jax',
  float: 'float32',
  anyFloat: true,
  rebinds: true,
  promote: jaxPromote,
};
