import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import {
  createClient,
  type Handlers,
  type Port,
  RemoteError,
  serve,
} from '../../../src/protocol/rpc';

type Calculator = {
  add(params: { a: number; b: number }): number;
  halve(params: { values: Float32Array }): Float32Array;
  wait(params: Record<string, never>): string;
};
type News = { progress: { done: number } };

const portOf = (port: MessagePort): Port => ({
  post: (message) => port.postMessage(message),
  listen: (receive) => void port.on('message', receive),
});

const handlers: Handlers<Calculator> = {
  add({ a, b }) {
    if (!Number.isFinite(a + b)) throw new Error('a sum needs numbers');
    return a + b;
  },
  halve: ({ values }) => values.map((value) => value / 2),
  wait: (_, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'))),
};

function connect() {
  const { port1, port2 } = new MessageChannel();
  return {
    client: createClient<Calculator, News>(portOf(port1)),
    server: serve<Calculator, News>(portOf(port2), handlers),
    raw: port1,
    close: () => port1.close(),
  };
}

test('a call gives the result of the other end, typed arrays included', async () => {
  const { client, close } = connect();
  assert.equal(await client.call('add', { a: 2, b: 3 }), 5);
  const values = new Float32Array([2, 4]);
  assert.deepEqual(await client.call('halve', { values }), new Float32Array([1, 2]));
  close();
});

test('an exception arrives as its message alone', async () => {
  const { client, close } = connect();
  await assert.rejects(client.call('add', { a: NaN, b: 3 }), (error) => {
    assert.ok(error instanceof RemoteError);
    assert.equal(error.message, 'a sum needs numbers');
    return true;
  });
  close();
});

test('aborting a call aborts the signal of the handler', async () => {
  const { client, close } = connect();
  const controller = new AbortController();
  const result = client.call('wait', {}, controller.signal);
  controller.abort();
  assert.equal(await result, 'aborted');
  close();
});

test('a call whose signal was aborted before it began is aborted too', async () => {
  const { client, close } = connect();
  assert.equal(await client.call('wait', {}, AbortSignal.abort()), 'aborted');
  close();
});

test('notes reach those who listen, until they stop', async () => {
  const { client, server, close } = connect();
  const seen: number[] = [];
  const stop = client.on('progress', ({ done }) => seen.push(done));
  server.notify('progress', { done: 1 });
  await client.call('add', { a: 0, b: 0 });
  stop();
  server.notify('progress', { done: 2 });
  await client.call('add', { a: 0, b: 0 });
  assert.deepEqual(seen, [1]);
  close();
});

test('calls that wait fail when the other end is gone', async () => {
  const { client, close } = connect();
  const result = client.call('wait', {});
  client.fail('the engine ended');
  await assert.rejects(result, /the engine ended/);
  close();
});

test('messages of another shape and unknown methods do no harm', async () => {
  const { client, raw, close } = connect();
  const nonsense = [
    null,
    7,
    'call',
    {},
    { kind: 'call' },
    { kind: 'call', id: 'x', method: 'add' },
  ];
  for (const message of nonsense) raw.postMessage(message);
  raw.postMessage({ kind: 'call', id: 99, method: 'constructor', params: {} });
  assert.equal(await client.call('add', { a: 1, b: 1 }), 2);
  close();
});
