import assert from 'node:assert/strict';
import test from 'node:test';
import { checkInputs } from '../../../../src/core/memory/given';
import type { InputSpec, OptionSpec } from '../../../../src/core/memory/memory';
import { checkOptions, numberOf } from '../../../../src/core/memory/options';
import { inputsOfJson, rowsOfCsv } from '../../../../src/core/memory/typedInputs';
import { array } from './runFamily';

const specs: readonly InputSpec[] = [
  { name: 'x', shape: ['T', 2], meaning: '' },
  { name: 'mask', shape: ['T'], meaning: '', otherwise: 'all' },
  { name: 'ids', shape: ['L'], meaning: '', otherwise: 'none', below: 5 },
];
const x = array([3, 2], [1, 2, 3, 4, 5, 6]);
const check = (more: object) => checkInputs(new Map(Object.entries({ x, ...more })), specs);

test('a batch of one is taken as what is in it, and what is not asked for is left out', () => {
  const taken = check({ x: { ...x, shape: [1, 3, 2] }, other: x });
  assert.deepEqual(taken, new Map([['x', x]]));
});

test('lengths that belong together must be equal', () => {
  const run = () => check({ mask: array([2], [1, 1]) });
  assert.throws(run, /the input mask has shape \[2\], expected \[3\]/);
});

test('ids outside the vocabulary are named with their place', () => {
  assert.throws(() => check({ ids: array([2], [4, 5]) }), /ids has 5 at place 1, outside 0…4/);
  assert.throws(() => check({ ids: array([1], [0.5]) }), /ids has 0\.5 at place 0/);
});

test('an empty input is refused', () => {
  assert.throws(() => check({ x: array([0, 2], []) }), /the input x \[0, 2\] is empty/);
});

const options: readonly OptionSpec[] = [
  { name: 'rule', meaning: '', values: [{ value: 'hebb', title: '' }], standard: 'hebb' },
  { name: 'steps', meaning: '', number: { least: 1, most: 9, whole: true }, standard: '4' },
];

test('an option, a word or a number that a model does not take is named with what it takes', () => {
  assert.throws(() => checkOptions({ beta: '1' }, options), /no option beta: it takes rule, steps/);
  assert.throws(() => checkOptions({ rule: 'x' }, options), /rule "x" is not one of: hebb/);
  for (const steps of ['2.5', '10', 'many', '']) {
    assert.throws(() => checkOptions({ steps }, options), /is not a whole number from 1 to 9/);
  }
  assert.equal(numberOf({ steps: '7' }, options, 'steps'), 7);
  assert.equal(numberOf({}, options, 'steps'), 4);
});

test('typed rows keep their shape, and a bad cell is named with its line', () => {
  assert.deepEqual(rowsOfCsv('x.csv', '1, 2\r\n3,4.5\n\n'), array([2, 2], [1, 2, 3, 4.5]));
  assert.throws(() => rowsOfCsv('x.csv', '1,2\n3,zero'), /x\.csv: line 2: "zero" is no number/);
  assert.throws(() => rowsOfCsv('x.csv', '1,2\n3'), /line 2 has 1 numbers, the first has 2/);
  const typed = inputsOfJson('x.json', '{"a": [[[1, 2]], [[3, 4]]], "b": 5, "c": "to be"}');
  const { shape, data } = typed.arrays.get('a')!;
  assert.deepEqual([...typed.texts], [['c', ['to be']]]);
  assert.deepEqual(
    [shape, [...data]],
    [
      [2, 1, 2],
      [1, 2, 3, 4],
    ],
  );
});
