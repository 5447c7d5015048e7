import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { helperText } from '../../../../src/host/debug/javascript/helper';

interface Helper {
  frame(thunks: readonly (readonly [string, () => unknown])[], where: string, pins: []): string;
  stay(): void;
  hover(value: unknown): Record<string, unknown>;
  probe(identity: string, values: object): boolean;
  drain(limit: number): string;
  read(path: string, start: number, count: number): string;
  remove(path: string): boolean;
  watch(conditions: readonly object[]): void;
}
const scope = globalThis as unknown as { readonly __mnemo?: Helper };
const own = (): string => Object.getOwnPropertyNames(globalThis).join();
const before = own();

/** As the debugger evaluates it in a program. */
beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setInterval'] });
  (0, eval)(helperText());
});

void test('a helper that nobody asks goes, and leaves nothing', () => {
  mock.timers.tick(20_000);
  assert.equal(own(), before);
});

void test('a helper whose debugger is there stays', () => {
  for (let seconds = 0; seconds < 60; seconds += 2) {
    mock.timers.tick(2000);
    scope.__mnemo?.stay();
  }
  assert.ok(scope.__mnemo);
  mock.timers.tick(20_000);
  assert.equal(scope.__mnemo, undefined);
});

void test('a helper waits for memory events from the moment on at which it is put in place', () => {
  (0, eval)(helperText([{ id: 1, what: 'energy', condition: 'energy-rises' }]));
  const stops = [2, 3].map((energy) => scope.__mnemo!.probe('p', { energy }));
  assert.deepEqual(stops, [false, true]);
});

void test('a probe stops only for a memory event', () => {
  const helper = scope.__mnemo!;
  helper.watch([{ id: 1, what: 'energy', condition: 'energy-rises' }]);
  const stops = [3, 2, 2.5].map((energy) => helper.probe('p', { 'network.energy(x)': energy }));
  assert.deepEqual(stops, [false, false, true]);
  helper.watch([{ id: 2, what: 'probe', condition: 'nan' }]);
  const nan = [1, NaN].map((value) => helper.probe('q', { x: Float32Array.of(value) }));
  assert.deepEqual(nan, [false, true]);
  mock.timers.tick(20_000);
});

void test('the hover of an array says its shape and range', () => {
  const { dtype, shape, min, max } = scope.__mnemo!.hover(Float32Array.of(1, -2, 3));
  assert.deepEqual([dtype, shape, min, max], ['float32', '3', -2, 3]);
  mock.timers.tick(20_000);
});

test('a frame tells its whole numbers, those of its objects and of their configurations, and runs no getter', () => {
  const model = {
    heads: 4,
    rate: 0.1,
    config: { width: 8, deeper: { width: 9 } },
    other: { width: 7 },
    shape: [1, 2],
    get size() {
      throw new Error('a getter was run');
    },
  };
  const early = (): unknown => {
    throw new ReferenceError('not initialised');
  };
  const answer = scope.__mnemo!.frame(
    [
      ['early', early],
      ['batch', () => 3],
      ['width', () => 2.5],
      ['this', () => model],
      ['x', () => Float32Array.of(1)],
    ],
    'here',
    [],
  );
  const { integers } = JSON.parse(Buffer.from(answer, 'base64').toString()) as {
    readonly integers: unknown;
  };
  assert.deepEqual(integers, { batch: 3, 'this.heads': 4, 'this.config.width': 8 });
  mock.timers.tick(20_000);
});

void test('what is too large for an answer is read in parts where the debugger sees no file of ours', () => {
  const helper = scope.__mnemo!;
  const values = Float32Array.from({ length: 60_000 }, (_, index) => index);
  helper.probe('p', { values });
  const answer = Buffer.from(helper.drain(1000), 'base64').toString();
  const { path, bytes } = JSON.parse(answer) as { path: string; bytes: number };
  const part = (start: number, count: number) =>
    Buffer.from(helper.read(path, start, count), 'base64');
  const half = Math.ceil(bytes / 2);
  const file = Buffer.concat([part(0, half), part(half, bytes)]);
  assert.equal(file.length, bytes);
  assert.equal(file.readFloatLE(bytes - 4), 59_999);
  assert.equal(helper.remove(path), true);
  assert.throws(() => helper.read(path, 0, 1), /there is no part-/);
  mock.timers.tick(20_000);
});
