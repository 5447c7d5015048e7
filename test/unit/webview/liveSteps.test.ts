import assert from 'node:assert/strict';
import test from 'node:test';
import type { Operation } from '../../../src/core/trace/live';
import type { TraceEvent } from '../../../src/core/trace/trace';
import { operationAt } from '../../../webview/memory/operationAt';

const did = (id: number, what: Operation['what'], line: number): Operation => ({
  ...{ id, what, line, name: 'Memory', file: 'model.py', function: 'step', facts: {} },
});
const told = (step: number, what: string, line: number): TraceEvent => ({
  step,
  of: 'memory.read0',
  what: `Memory.${what}`,
  origin: { kind: 'code', file: 'model.py', line },
});
const operations = [
  did(1, 'write', 3),
  did(2, 'read', 4),
  did(3, 'attention', 9),
  did(4, 'write', 3),
  did(5, 'read', 4),
];

test('each step of a recording has its own operation, though the line is the same', () => {
  const events = [told(0, 'write', 3), told(1, 'read', 4), told(2, 'write', 3), told(3, 'read', 4)];
  const found = [0, 1, 2, 3].map((step) => operationAt(step, events, operations)?.id);
  assert.deepEqual(found, [1, 2, 4, 5]);
});

test('of a recording that begins later the newest operations are meant', () => {
  const events = [told(0, 'write', 3), told(1, 'read', 4)];
  assert.deepEqual(
    [0, 1, 2].map((step) => operationAt(step, events, operations)?.id),
    [4, 5, undefined],
  );
});

test('a step that no operation fits has none', () => {
  assert.equal(operationAt(0, [told(0, 'write', 7)], operations), undefined);
});
