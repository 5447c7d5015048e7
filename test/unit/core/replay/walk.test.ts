/** Steps over a person's own lines and into the equations of one. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { short, summary } from '../../../../src/core/replay/describe';
import type { Line } from '../../../../src/core/replay/equations';
import { momentsOf } from '../../../../src/core/replay/moments';
import { placesOf } from '../../../../src/core/replay/places';
import { type Stand, walkOf } from '../../../../src/core/replay/walk';
import type { TraceEvent } from '../../../../src/core/trace/trace';

const lines: readonly Line[] = [
  { text: 'for t in steps:' },
  { text: 'h = f(x)', computes: { kind: 'series', series: 'state.h' } },
  { text: 'w = r', computes: { kind: 'weighting', block: 'read.0' } },
  { text: 'w = q', computes: { kind: 'weighting', block: 'write.0' } },
  { text: 'y = g(h)', computes: { kind: 'series', series: 'output.y' } },
];
const at = (step: number, of: string, line: number): TraceEvent => ({
  ...{ step, of, what: of, origin: { kind: 'code', file: 'a.py', line } },
});
const places = placesOf([at(0, 'memory.read0', 5), at(0, 'write.0', 9), at(2, 'read.0', 5)], lines);
const moments = momentsOf(lines, 3);
const walk = walkOf(moments, places);
const told = (stand: Stand | undefined) =>
  stand && [stand.moment.step, stand.moment.line, stand.inside];

test('a line belongs to its head, or to the head before it', () => {
  const found = [1, 2, 3, 4].map((line) => places({ step: 0, line })?.line);
  assert.deepEqual(found, [5, 5, 9, 9]);
  assert.equal(places({ step: 1, line: 2 }), undefined);
});

test('over goes from own line to own line, and through the equations where none is known', () => {
  const seen: unknown[] = [];
  let now: Stand | undefined = walk.at(moments.first);
  for (; now && seen.length < 9; now = walk.over(now, 1)) seen.push(told(now));
  assert.deepEqual(seen, [
    [0, 1, false],
    [0, 3, false],
    [1, 1, true],
    [1, 2, true],
    [1, 3, true],
    [1, 4, true],
    [2, 1, false],
  ]);
});

test('back from an own line is the beginning of the one before', () => {
  assert.deepEqual(told(walk.over(walk.at({ step: 0, line: 3 }), -1)), [0, 1, false]);
  assert.deepEqual(told(walk.over(walk.at({ step: 2, line: 1 }), -1)), [1, 1, true]);
  assert.equal(walk.over(walk.at(moments.first), -1), undefined);
});

test('into stays at its place, and out of it is the next own line', () => {
  const inside = walk.into(walk.at(moments.first))!;
  assert.deepEqual(told(inside), [0, 1, true]);
  assert.deepEqual(told(walk.into(inside)), [0, 2, true]);
  assert.deepEqual(told(walk.out(inside)), [0, 3, false]);
});

test('values are told in full, and in short', () => {
  const vector = { shape: [5], data: Float32Array.of(0, 0.5, -1, 0.25, 0) };
  assert.deepEqual([summary(vector), short(vector)], ['[5] largest 0.5000 at 1', '0.5000 @ 1']);
  const matrix = { shape: [2, 1], data: Float32Array.of(1, 2) };
  assert.deepEqual([summary(matrix), short(matrix)], ['[2, 1]', '[2, 1]']);
});
