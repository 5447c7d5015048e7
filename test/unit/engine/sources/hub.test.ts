import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTensor } from '../../../../src/core/checkpoint/values';
import { platform } from '../../../../src/engine/files';
import { openHub } from '../../../../src/engine/sources/hub';
import { hubSettings } from '../../../../src/engine/sources/http';
import { safetensorsFile, utf8 } from '../../core/checkpoint/support';
import { type Behaviour, type HubServer, startHub } from './hubServer';

const count = 6 << 20;
const large = Float32Array.from({ length: count }, (_, i) => i);
const weights = safetensorsFile(
  {
    a: { dtype: 'F32', shape: [count], data_offsets: [0, 4 * count] },
    b: { dtype: 'F32', shape: [2], data_offsets: [4 * count, 4 * count + 8] },
  },
  new Uint8Array(0),
);
const file = new Uint8Array(weights.length + 4 * count + 8);
file.set(weights);
file.set(new Uint8Array(large.buffer), weights.length);
file.set(new Uint8Array(Float32Array.of(7, 8).buffer), weights.length + 4 * count);
const files = { 'config.json': utf8('{"model_type":"x"}'), 'model.safetensors': file };

async function withHub(behaviour: Partial<Behaviour>, use: (hub: HubServer) => Promise<void>) {
  const hub = await startHub({ files, ...behaviour });
  try {
    await use(hub);
  } finally {
    hub.close();
  }
}
const open = ({ endpoint }: HubServer, path = 'hf:someone/model', token?: string) =>
  openHub(path, platform, { endpoint, ...(token !== undefined && { token }) });

test('a model on the Hub is listed from its header, and a tensor comes by its range', () =>
  withHub({}, async (hub) => {
    const { checkpoint, close, identity } = await open(hub);
    assert.deepEqual([...checkpoint.tensors.keys()], ['a', 'b']);
    assert.ok(hub.sent() < 2 << 20, `${hub.sent()} bytes were read`);
    assert.match(identity(), /abc123/);
    const b = await readTensor(checkpoint.tensors.get('b')!);
    assert.deepEqual(new Float32Array(b.buffer), Float32Array.of(7, 8));
    const a = await readTensor(checkpoint.tensors.get('a')!);
    assert.deepEqual(new Float32Array(a.buffer), large);
    await close();
  }));

test('the token goes to the Hub and to no host that it leads to', () =>
  withHub({ token: 'secret' }, async (hub) => {
    const { close } = await open(hub, 'hf:someone/model', 'secret');
    await close();
    const of = (which: string) => hub.asked.filter((line) => line.startsWith(which));
    assert.ok(of('hub').length > 0 && of('hub').every((line) => line.endsWith('token')));
    assert.ok(of('far').length > 0 && of('far').every((line) => !line.endsWith('token')));
  }));

test('the Hub is asked once where a file is, and again when that address has run out', async () => {
  const ask = (signedFor: number) => {
    let asked = 0;
    return withHub({ signedFor }, async (hub) => {
      const { checkpoint, close } = await open(hub);
      await readTensor(checkpoint.tensors.get('a')!);
      const b = await readTensor(checkpoint.tensors.get('b')!);
      assert.deepEqual(new Float32Array(b.buffer), Float32Array.of(7, 8));
      asked = hub.asked.filter((line) =>
        /^hub GET .*resolve.*model\.safetensors/.test(line),
      ).length;
      await close();
    }).then(() => asked);
  };
  assert.equal(await ask(Infinity), 1);
  assert.ok((await ask(2)) > 1);
});

test('a Hub that is busy for a moment is asked once more', () =>
  withHub(
    { first: [{ status: 429, headers: { ratelimit: '"api";r=0;t=0' } }, { status: 503 }] },
    async (hub) => {
      await assert.rejects(open(hub), /answers with 503/);
      const { close } = await open(hub);
      await close();
    },
  ));

test('why the Hub refuses is said in its own terms', async () => {
  const refused = async (
    status: number,
    headers: Readonly<Record<string, string>>,
    expected: RegExp,
    token?: string,
  ): Promise<void> =>
    withHub({ first: [{ status, headers }] }, async (hub) => {
      await assert.rejects(open(hub, 'hf:someone/model', token), expected);
    });
  const gated = { 'x-error-code': 'GatedRepo' };
  await refused(401, gated, /it is gated; accept its terms on its page and set HF_TOKEN$/);
  await refused(403, gated, /it is gated and the token has no access/, 'x');
  const wrong = { 'x-error-message': 'Invalid credentials in Authorization header' };
  await refused(401, wrong, /does not know the token \(401\)/, 'x');
  await refused(404, { 'x-error-code': 'RevisionNotFound' }, /no such revision on the Hub/);
  const disabled = { 'x-error-message': 'Access to this resource is disabled.' };
  await refused(403, disabled, /has disabled it/);
  await refused(429, { ratelimit: '"api";r=0;t=55' }, /try again in 55 s$/);
  await refused(429, { 'retry-after': '120' }, /try again in 120 s$/);
});

test('what goes wrong on the way is one line', async () => {
  await withHub({ token: 'secret' }, async (hub) => {
    await assert.rejects(open(hub), /^FormatError: someone\/model: .*\(401\).*set HF_TOKEN$/);
    await assert.rejects(open(hub, 'hf:someone/model', 'x'), /token has no access/);
  });
  await withHub({ ranges: false }, (hub) =>
    assert.rejects(open(hub), /model\.safetensors: the server does not send parts of files/),
  );
  await withHub({}, async (hub) => {
    await assert.rejects(open(hub, 'hf:someone/other'), /no such model, revision or file/);
    await assert.rejects(open(hub, 'hf:someone/model/gone.gguf'), /there is no "gone\.gguf"/);
    await assert.rejects(open(hub, 'hf:someone'), /expected hf:owner\/name/);
    hub.close();
    await assert.rejects(open(hub), /cannot be reached \(\w+\)/);
  });
});

test('a file that changes between two reads is noticed', async () => {
  const behaviour: Behaviour = { files };
  const hub = await startHub(behaviour);
  const { checkpoint, close } = await open(hub);
  behaviour.etag = '"2"';
  await assert.rejects(readTensor(checkpoint.tensors.get('b')!), /changed on the Hub/);
  await close();
  hub.close();
});

test('closing ends what is under way', () =>
  withHub({}, async (hub) => {
    const { checkpoint, close } = await open(hub);
    const reading = readTensor(checkpoint.tensors.get('a')!);
    await close();
    await assert.rejects(reading, /it was closed while it was read/);
  }));

test('many small reads one after the other become few requests', () =>
  withHub({}, async (hub) => {
    const { folder, close } = await open(hub);
    const source = await folder.open('model.safetensors');
    const before = hub.asked.length;
    const target = new Uint8Array(64 << 10);
    for (let at = 0; at + target.length < 16 << 20; at += target.length) {
      await source.read(at, target);
      assert.deepEqual(target.subarray(0, 8), file.subarray(at, at + 8));
    }
    // 256 reads; each request also asks the Hub where the file is.
    assert.ok(hub.asked.length - before < 40, `${hub.asked.length - before} requests`);
    await close();
  }));

test('the settings are those of the official client', async () => {
  const none = { HF_HOME: '/nowhere' };
  assert.deepEqual(await hubSettings(none), { endpoint: 'https://huggingface.co' });
  assert.deepEqual(
    await hubSettings({ ...none, HF_ENDPOINT: 'http://127.0.0.1:1/', HUGGING_FACE_HUB_TOKEN: 't' }),
    { endpoint: 'http://127.0.0.1:1', token: 't' },
  );
});
