import assert from 'node:assert/strict';
import test from 'node:test';
import {
  holds,
  type Lookup,
  parseCondition,
  parseTerm,
} from '../../../../src/core/replay/condition';

const values: Readonly<Record<string, readonly number[]>> = { w: [0.1, 0.9], gamma: [5], t: [12] };
const lookup: Lookup = async (name, [index = 0]) => values[name]?.[index];

for (const [text, expected] of [
  ['t == 12', true],
  ['t != 12', false],
  ['w[1] > 0.8 and gamma >= 5', true],
  ['w[1] > 0.8 and gamma > 5', false],
  ['w[0]<1e-1', false],
  ['w[7] >= 0', false],
  ['nothing < 1', false],
] as const) {
  test(`${text} is ${expected}`, async () => {
    assert.equal(await holds(parseCondition(text), lookup), expected);
  });
}

for (const text of ['', 'w', 'w[1] = 3', '3 > w', 'w[-1] > 0', 'w > x', 'w.at(0) > 1']) {
  test(`“${text}” is refused with an example of what is meant`, () => {
    assert.throws(() => parseCondition(text), /is not like w\[3\] > 0\.9 or t == 12/);
  });
}

test('terms are a name and places in it', () => {
  assert.deepEqual(parseTerm(' M[3][2] '), { name: 'M', index: [3, 2] });
  assert.deepEqual(parseTerm('memory.usage'), { name: 'memory.usage', index: [] });
  assert.equal(parseTerm('M[3'), undefined);
});
