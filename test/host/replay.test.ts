import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';

interface Place {
  readonly trace: number;
  readonly step: number;
  readonly text: string;
  readonly block?: string;
  readonly stage?: string;
  readonly written: boolean;
}
interface Api {
  readonly replays: {
    seek(trace: number, step: number): boolean;
    readonly onDidMove: vscode.Event<Place>;
    readonly onDidEnd: vscode.Event<number>;
  };
}
interface Event {
  readonly step: number;
  readonly of: string;
  readonly what: string;
  readonly origin: { readonly kind: 'code'; readonly file: string; readonly line: number };
}

/** Three steps of a memory of two slots: slot 1 is written at step 1, read at step 2. */
const trace = (events: readonly Event[] = []): Buffer => {
  const tensors: readonly (readonly [name: string, shape: number[], values: number[]])[] = [
    ['memory.M', [4, 2, 1], [0, 0, 0, 0, 0, 5, 0, 5]],
    ['memory.read0.w', [3, 2], [0, 0, 0, 0, 0, 1]],
    ['memory.read0.w_content', [3, 2], [0.5, 0.5, 0.25, 0.75, 0, 1]],
    ['memory.read0.read', [3, 1], [0, 0, 5]],
    ['memory.read0.beta', [3], [1, 2, 3]],
    ['memory.write0.w', [3, 2], [0, 0, 0, 1, 0, 0]],
    ['memory.write0.erase', [3, 1], [0, 1, 0]],
    ['memory.write0.add', [3, 1], [0, 5, 0]],
  ];
  const plan = tensors.map(([name, shape]) => ({ name, dtype: 'F32', shape }) as const);
  const model = JSON.stringify({ sentence: 'a memory of two slots', family: 'memory' });
  const header = safetensorsHeader(
    plan,
    new Map([
      ['mnemoscope.trace', '1'],
      ['model', model],
      ['events', JSON.stringify(events)],
    ]),
  );
  const values = tensors.map(([, , numbers]) => new Uint8Array(Float32Array.from(numbers).buffer));
  return Buffer.concat([header, ...values]);
};

describe('stepping through a trace in the debugger', function () {
  this.timeout(30_000);
  let folder: string;
  let api: Api;
  let session: vscode.DebugSession;
  const moves: Place[] = [];
  let moved: vscode.Disposable;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-replay-'));
    const file = path.join(folder, 'trace.safetensors');
    writeFileSync(file, trace());
    const extension = vscode.extensions.getExtension<Api>('mnemoscope.mnemoscope');
    assert.ok(extension);
    api = await extension.activate();
    moved = api.replays.onDidMove((place) => moves.push(place));
    session = await launch(file);
  });
  const launch = async (file: string, step = 0): Promise<vscode.DebugSession> => {
    const began = new Promise<vscode.DebugSession>((resolve) => {
      const listener = vscode.debug.onDidStartDebugSession((one) => {
        listener.dispose();
        resolve(one);
      });
    });
    const what = { type: 'mnemoscope', request: 'launch', name: 'trace', file, step };
    assert.ok(await vscode.debug.startDebugging(undefined, what));
    return began;
  };
  after(async () => {
    await vscode.debug.stopDebugging(session);
    moved.dispose();
    rmSync(folder, { recursive: true });
  });

  interface Frame {
    readonly line: number;
    readonly name: string;
    readonly source: { readonly path: string };
  }
  const frame = async (): Promise<Frame> => {
    const { stackFrames } = (await session.customRequest('stackTrace', { threadId: 1 })) as {
      stackFrames: Frame[];
    };
    return stackFrames[0]!;
  };
  const program = async (): Promise<string[]> => {
    const { source } = await frame();
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(source.path));
    return document.getText().split('\n');
  };
  const lineNow = async (): Promise<string> =>
    (await program())[(await frame()).line - 1]?.trim() ?? '';
  const evaluate = async (expression: string): Promise<string> => {
    const { result } = (await session.customRequest('evaluate', { expression })) as {
      result: string;
    };
    return result;
  };
  const until = async (wanted: () => boolean | Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 200 && !(await wanted()); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.ok(await wanted(), 'it never got there');
  };
  const ask = async (command: string): Promise<void> => {
    const before = moves.length;
    await session.customRequest(command, { threadId: 1 });
    await until(() => moves.length > before);
  };

  it('starts at the first operation of the first step', async () => {
    await until(() => moves.length > 0);
    assert.equal((await frame()).name, 't = 0');
    assert.equal(await lineNow(), 'w_content = softmax(beta * cosine(key, M))');
  });

  it('steps forward and back by operations', async () => {
    await ask('next');
    assert.match(await lineNow(), /^w = /);
    await ask('stepBack');
    assert.match(await lineNow(), /^w_content = /);
  });

  it('stops where a condition on a weight holds, in both directions', async () => {
    const lines = await program();
    const { source } = await frame();
    const line = lines.findIndex((text) => text.includes('read = w @ M')) + 1;
    await session.customRequest('setBreakpoints', {
      source,
      breakpoints: [{ line, condition: 'w[1] > 0.9' }],
    });
    await ask('continue');
    assert.equal((await frame()).name, 't = 2');
    assert.deepEqual([await evaluate('read'), await evaluate('beta')], ['5.000', '3.000']);
    await ask('reverseContinue');
    assert.equal((await frame()).name, 't = 0');
  });

  it('stops when a watched slot of the memory changes; the memory is old before and new after', async () => {
    const { source } = await frame();
    await session.customRequest('setBreakpoints', { source, breakpoints: [] });
    const { dataId } = (await session.customRequest('dataBreakpointInfo', { name: 'M[1]' })) as {
      dataId: string;
    };
    await session.customRequest('setDataBreakpoints', { breakpoints: [{ dataId }] });
    await ask('continue');
    assert.equal((await frame()).name, 't = 1');
    assert.match(await lineNow(), /^M = M \+/);
    assert.equal(await evaluate('M[1]'), '5.000');
    await ask('stepBack');
    assert.equal(await evaluate('M[1]'), '0');
    await session.customRequest('setDataBreakpoints', { breakpoints: [] });
  });

  it('lists the values of the operation and of the memory', async () => {
    const { scopes } = (await session.customRequest('scopes', { frameId: 1 })) as {
      scopes: { name: string; variablesReference: number }[];
    };
    const names = await Promise.all(
      scopes.map(async ({ variablesReference }) => {
        const { variables } = (await session.customRequest('variables', {
          variablesReference,
        })) as {
          variables: { name: string }[];
        };
        return variables.map(({ name }) => name);
      }),
    );
    assert.deepEqual(names, [['w', 'erase', 'add'], ['M']]);
  });

  it('tells the view which memory the line sees, and follows its scrubber on the same line', async () => {
    const { trace: id, text, written } = moves.at(-1)!;
    assert.deepEqual([text, written], ['M = M * (1 - outer(w, erase))', false]);
    const before = moves.length;
    assert.ok(api.replays.seek(id, 2));
    await until(() => moves.length > before);
    assert.deepEqual([moves.at(-1)!.step, moves.at(-1)!.text], [2, text]);
    assert.equal(await evaluate('M[1]'), '5.000');
    await ask('next');
    assert.deepEqual([moves.at(-1)!.block, moves.at(-1)!.written], ['write.0', true]);
  });

  it('stays where it is at the end, says so, and begins again', async () => {
    await ask('continue');
    const last = moves.at(-1)!;
    await ask('next');
    assert.deepEqual(moves.at(-1), last);
    await ask('restart');
    assert.deepEqual([moves.at(-1)!.step, moves.at(-1)!.stage], [0, 'content']);
  });

  it('ends once, and tells the view', async () => {
    const ends: number[] = [];
    const listener = api.replays.onDidEnd((id) => ends.push(id));
    const { trace: id } = moves.at(-1)!;
    await vscode.debug.stopDebugging(session);
    await until(() => ends.length > 0);
    listener.dispose();
    assert.deepEqual(ends, [id]);
    assert.equal(api.replays.seek(id, 1), false);
  });

  describe('over the code of the person who wrote the trace', () => {
    const at = (step: number, of: string, line: number): Event => ({
      step,
      of,
      what: `${of} at ${step}`,
      origin: { kind: 'code', file: 'model.py', line },
    });
    const where = async (): Promise<readonly [file: string, line: number]> => {
      const { source, line } = await frame();
      return [path.basename(source.path), line];
    };
    before(async () => {
      writeFileSync(path.join(folder, 'model.py'), 'read()\n\nwrite()\n\nread()\n');
      const file = path.join(folder, 'own.safetensors');
      const events = [at(0, 'read.0', 1), at(1, 'read.0', 1), at(1, 'write.0', 3)];
      const outside = { kind: 'code', file: '../elsewhere.py', line: 1 } as const;
      writeFileSync(file, trace([...events, { ...at(2, 'read.0', 5), origin: outside }]));
      const count = moves.length;
      session = await launch(file);
      await until(() => moves.length > count);
    });

    it('steps from line to line, back as well', async () => {
      assert.deepEqual(await where(), ['model.py', 1]);
      await ask('next');
      assert.deepEqual([moves.at(-1)!.step, ...(await where())], [1, 'model.py', 1]);
      await ask('next');
      assert.deepEqual([moves.at(-1)!.step, ...(await where())], [1, 'model.py', 3]);
      await ask('stepBack');
      assert.deepEqual([moves.at(-1)!.step, ...(await where())], [1, 'model.py', 1]);
    });

    it('goes into the equations of a line, and out of them to the next line', async () => {
      await ask('stepIn');
      assert.equal(await lineNow(), 'w_content = softmax(beta * cosine(key, M))');
      await ask('stepIn');
      assert.match(await lineNow(), /^w = /);
      await ask('stepOut');
      assert.deepEqual([moves.at(-1)!.step, ...(await where())], [1, 'model.py', 3]);
    });

    it('stops at breakpoints in that code', async () => {
      await ask('restart');
      const { breakpoints } = (await session.customRequest('setBreakpoints', {
        source: (await frame()).source,
        breakpoints: [{ line: 2 }, { line: 4 }],
      })) as { breakpoints: { verified: boolean; line?: number }[] };
      assert.deepEqual(
        breakpoints.map(({ verified, line }) => [verified, line]),
        [
          [true, 3],
          [false, undefined],
        ],
      );
      await ask('continue');
      assert.deepEqual([moves.at(-1)!.step, ...(await where())], [1, 'model.py', 3]);
    });

    it('shows no file outside the folder of the trace and the workspace', async () => {
      await ask('next');
      assert.equal(moves.at(-1)!.step, 2);
      assert.match((await frame()).source.path, /\.equations$/);
    });
  });
});
