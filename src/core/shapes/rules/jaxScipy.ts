/** jax.scipy: special functions, distributions, linear algebra. https://docs.jax.dev/en/latest/jax.scipy.html */
import { type Rule } from '../library';
import { asTensor, dimsOf } from '../machine';
import { reduceShape, withShape } from '../tensors';
import { positional, unknown } from '../values';
import { spreadNames } from './array/common';
import { neural } from './jaxFunctions';
import { functions } from './numpyFunctions';
import { more } from './numpyMore';

const product = functions.get('multiply')!;
const float = functions.get('exp')!;

/** Element by element over all arguments, by the broadcasting rules. */
const broadcast: Rule = (m, args) =>
  float(
    m,
    positional(
      [...args.positional, ...args.keyword.values()].reduce((a, b) => product(m, positional(a, b))),
    ),
  );

/** Of a vector along the last axis. */
const ofVectors: Rule = (m, args) => {
  const t = asTensor(m, args.positional[0], m.dialect.library);
  const shape = t && dimsOf(m, t) && reduceShape(m, t, [-1], false);
  return shape ? withShape(t, shape) : unknown;
};

const special = spreadNames<Rule>({
  'expit logit erf erfc erfinv gammaln digamma ndtr ndtri log_ndtr entr i0 i0e i1 i1e zeta betaln xlogy xlog1py rel_entr kl_div gammainc gammaincc betainc':
    broadcast,
  'softmax log_softmax': neural.get('softmax')!,
  logsumexp: neural.get('logsumexp')!,
});

/** By the path below `jax.scipy`. */
export function scipyRule(path: string): Rule | undefined {
  const [part = '', ...rest] = path.split('.');
  const last = rest.at(-1) ?? '';
  if (part === 'special') return special.get(last);
  if (part === 'linalg') return more.get(`linalg.${last}`) ?? functions.get(`linalg.${last}`);
  if (part !== 'stats' || !/^(log)?(pdf|pmf|cdf|sf)$|^(ppf|isf)$/.test(last)) return undefined;
  return /^(multivariate_normal|dirichlet)$/.test(rest[0] ?? '') ? ofVectors : broadcast;
}
