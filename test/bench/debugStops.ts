/** One debugged program: what its stops take with the helper and without. Prints what it measured as a line of JSON. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DebugSession } from 'vscode';
import { createHelperFolder } from '../../src/host/debug/helperFolder';
import type { Drain } from '../../src/host/debug/language';
import { python } from '../../src/host/debug/pythonLanguage';
import { startAdapter } from './debugAdapter';

const [interpreter = 'python3', times = '12'] = process.argv.slice(2);
const program = resolve('test/bench/stops.py');
const text = readFileSync(program, 'utf8').split('\n');
/** Lines (1-based) at which it stops: at each pass, then once for each recording. */
const lines = ['here = index', 'return recorded', 'return attended'].map(
  (what) => text.findIndex((line) => line.includes(what)) + 1,
);

async function run(isFollowed: boolean) {
  const adapter = startAdapter(interpreter, ['-m', 'debugpy.adapter']);
  let largest = 0;
  const session = {
    configuration: { justMyCode: true },
    async customRequest(command: string, body: object) {
      const answer = await adapter.request(command, body);
      largest = Math.max(largest, JSON.stringify(answer).length);
      return answer;
    },
  } as unknown as DebugSession;
  const folder = await createHelperFolder();
  try {
    await adapter.request('initialize', { adapterID: 'debugpy', pathFormat: 'path' });
    const more = { console: 'internalConsole', python: [interpreter], justMyCode: true };
    const initialized = adapter.event('initialized');
    const launched = adapter.request('launch', { program, args: [times], ...more });
    await initialized;
    if (isFollowed) await python.install(session, folder, []);
    const breakpoints = lines.map((line) => ({ line }));
    await adapter.request('setBreakpoints', { source: { path: program }, breakpoints });
    let stopped = adapter.event('stopped');
    await adapter.request('configurationDone');
    await launched;

    const goOn = async (threadId: unknown): Promise<void> => {
      stopped = adapter.event('stopped');
      await adapter.request('continue', { threadId });
    };
    /** What VS Code asks at a stop, and beside it what we ask. */
    const atStop = async () => {
      const { threadId } = await stopped;
      const since = performance.now();
      const stack = await adapter.request('stackTrace', { threadId, levels: 20 });
      const [frame] = stack['stackFrames'] as { readonly id: number }[];
      const own = isFollowed
        ? python.frame(session, frame!.id, 'bench', { pins: [], frame: 'all' })
        : undefined;
      const shown = own?.then(() => performance.now() - since);
      const { scopes } = await adapter.request('scopes', { frameId: frame!.id });
      const [{ variablesReference } = { variablesReference: 0 }] = scopes as {
        readonly variablesReference: number;
      }[];
      await adapter.request('variables', { variablesReference });
      const variables = performance.now() - since;
      return {
        threadId,
        variables,
        panel: (await shown) ?? 0,
        inside: (await own)?.milliseconds ?? 0,
      };
    };
    /** All parts of a drain; a debugger can do other things in between. */
    const drained = async () => {
      const { threadId } = await stopped;
      let [operations, bytes, longest] = [0, 0, 0];
      const since = performance.now();
      for (let more = isFollowed; more;) {
        const from = performance.now();
        const part: Drain = await python.drain(session);
        longest = Math.max(longest, performance.now() - from);
        operations += part.operations;
        bytes += part.bytes;
        more = part.more === true;
        if ('path' in part) await python.removeFile(session, part.path);
      }
      return { threadId, milliseconds: performance.now() - since, longest, operations, bytes };
    };

    const stops = [];
    for (let index = 0; index < Number(times); index++) {
      const stop = await atStop();
      stops.push(stop);
      await goOn(stop.threadId);
    }
    const operations = await drained();
    await goOn(operations.threadId);
    const attention = await drained();
    return { stops, largest, operations, attention };
  } finally {
    adapter.close();
    await folder.remove();
  }
}

async function main(): Promise<void> {
  const without = await run(false);
  const followed = await run(true);
  process.stdout.write(`${JSON.stringify({ without, followed })}\n`);
  process.exit(0);
}
void main();
