import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumsOf } from '../../../../src/core/memory/recurrent/structured';
import { seeded } from '../../../../src/core/memory/random';

test('forward and backward sums agree with going through every path', () => {
  const random = seeded(17);
  const [length, states] = [6, 3];
  const numbers = (count: number) => Array.from({ length: count }, () => 4 * random.next() - 2);
  const chain = {
    unary: Array.from({ length }, () => numbers(states)),
    start: numbers(states),
    end: numbers(states),
    transitions: numbers(states * states),
  };
  const paths = Array.from({ length: states ** length }, (_, code) =>
    Array.from({ length }, (_, i) => Math.floor(code / states ** i) % states),
  );
  const score = (path: number[]) =>
    path.reduce(
      (sum, z, i) =>
        sum +
        chain.unary[i]![z]! +
        (i === 0 ? chain.start[z]! : chain.transitions[path[i - 1]! * states + z]!),
      chain.end[path.at(-1)!]!,
    );
  const total = paths.reduce((sum, path) => sum + Math.exp(score(path)), 0);
  const { logZ, marginals, pairs, best } = sumsOf(chain);
  assert.ok(Math.abs(logZ - Math.log(total)) < 1e-9);
  const share = (fits: (path: number[]) => boolean) =>
    paths.filter(fits).reduce((sum, path) => sum + Math.exp(score(path)), 0) / total;
  assert.ok(Math.abs(marginals[3]![1]! - share((path) => path[3] === 1)) < 1e-9);
  const pair = share((path) => path[2] === 2 && path[3] === 0);
  assert.ok(Math.abs(pairs[2]![2 * states]! - pair) < 1e-9);
  assert.deepEqual(
    best,
    paths.reduce((top, path) => (score(path) > score(top) ? path : top)),
  );
});
