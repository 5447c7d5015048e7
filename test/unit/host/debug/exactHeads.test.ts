import assert from 'node:assert/strict';
import test from 'node:test';
import type { Operation } from '../../../../src/core/trace/live';
import { fetchingHeads } from '../../../../src/host/debug/exactHeads';

type Given = Parameters<typeof fetchingHeads>;

/** An attention of two heads that was handed over pooled. */
const operation: Operation = {
  id: 7,
  what: 'attention',
  name: 'scaled_dot_product_attention',
  file: 'model.py',
  line: 3,
  function: 'forward',
  facts: {},
  pooled: { shape: [2, 400, 400], pool: 7, statistics: [] },
};

void test('a head is fetched when somebody looks at it, once for each engine', async () => {
  const given: number[] = [];
  let pid = 1;
  const live = {
    state: () => ({ operations: [operation] }),
    exact: (_id: number, head: number) => Promise.resolve(Uint8Array.of(head)),
  } as unknown as Given[0];
  const engine = {
    pid: () => pid,
    call: (_method: string, { head }: { head: number }) => Promise.resolve(void given.push(head)),
  } as unknown as Given[1];
  const looked = { tile: () => 'tile', row: () => 'row', received: () => 'received' };
  const handlers = fetchingHeads(live, engine, looked as unknown as Given[2]);
  const look = async (head: number): Promise<unknown> =>
    handlers.row(
      { trace: 1, block: `self.0.${head}`, index: 0 } as Parameters<typeof handlers.row>[0],
      new AbortController().signal,
    );
  assert.equal(await look(1), 'row');
  await look(1);
  await look(0);
  assert.deepEqual(given, [1, 0]);
  pid = 2;
  await look(1);
  assert.deepEqual(given, [1, 0, 1]);
});
