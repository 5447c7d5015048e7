/** An extension host without VS Code: the real engine process behind the panel's own methods. */
import { fork } from 'node:child_process';
import type { EngineMethods, EngineNotes, PackedSummary } from '../../../src/protocol/engine';
import type { ComparePanelMethods } from '../../../src/protocol/compare';
import { createClient, type Handlers, type Server } from '../../../src/protocol/rpc';
import { type HostMethods, type HostNotes, relayed } from '../../../src/protocol/webview';

/** What the pictures need of the host; asking for anything else is answered with an error, which the gallery shows. */
export type MakeHandlers = (server: () => Server<HostNotes>) => Partial<Handlers<HostMethods>>;

/** The host of a comparison's panel. */
export function compareHost(a: string, b: string): { handlers: MakeHandlers; stop: () => void } {
  const child = fork('out/gallery/engine.js', { serialization: 'advanced' });
  const engine = createClient<EngineMethods, EngineNotes>({
    post: (message) => void child.send(message as object),
    listen: (receive) => void child.on('message', (message) => setImmediate(receive, message)),
  });
  let comparison = 0;
  const handlers: Handlers<ComparePanelMethods> = {
    async openComparison() {
      const data = await engine.call('openComparison', { a, b });
      comparison = data.id;
      return data;
    },
    compareRows: (params, signal) => engine.call('compareRows', { ...params, comparison }, signal),
    compareTile: (params, signal) => engine.call('compareTile', { ...params, comparison }, signal),
    openSide: () => undefined,
  };
  return { handlers: () => handlers as ReturnType<MakeHandlers>, stop: () => child.kill() };
}

/** What the panel asked to be saved. */
export const saved = new Map<string, string>();

export function engineHost(checkpoint: string): { handlers: MakeHandlers; stop: () => void } {
  const child = fork('out/gallery/engine.js', { serialization: 'advanced' });
  const engine = createClient<EngineMethods, EngineNotes>({
    post: (message) => void child.send(message as object),
    listen: (receive) => void child.on('message', (message) => setImmediate(receive, message)),
  });
  const handlers: MakeHandlers = (server) => {
    engine.on('traceChanged', (note) => server().notify('traceChanged', note));
    engine.on('sweepChanged', (note) => server().notify('sweepChanged', note));
    let summary: PackedSummary | undefined;
    const open = async (): Promise<PackedSummary> =>
      (summary = await engine.call('open', { path: checkpoint }));
    const relay = Object.fromEntries(
      relayed.map((method) => [method, (params: never) => engine.call(method, params)]),
    ) as unknown as Pick<Handlers<HostMethods>, (typeof relayed)[number]>;
    return {
      ...relay,
      ready: open,
      run: ({ input }) => engine.call('run', { checkpoint: summary?.id ?? 0, input }),
      rollout: ({ trace }) => engine.call('rollout', { trace }),
      pickInputs: () => undefined,
      lastTrace: () => undefined,
      findCode: () => ({ label: 'samples/induction/model.py', line: 12 }),
      compareCode: () => ({
        file: 'samples/induction/model.py',
        className: 'GPT',
        isOpen: false,
        matched: 38,
        missing: [{ name: 'transformer.h.*.attn.c_proj.bias', line: 26 }],
        unexpected: ['transformer.h.0.attn.masked_bias'],
        different: [
          { name: 'lm_head.weight', line: 67, code: ['vocab_size', 96], checkpoint: [65, 96] },
        ],
      }),
      goToCodeLine: () => undefined,
      wantedTensor: () => undefined,
      goToCode: () => true,
      saveFile: ({ name, text, base64 }) => void saved.set(name, text ?? base64 ?? ''),
      exportTensor: ({ name, ...what }) =>
        engine.call('exportTensor', {
          checkpoint: summary?.id ?? 0,
          ...what,
          path: `out/gallery/${name}`,
        }),
      saveTrace: () => undefined,
      session: () => undefined,
      showOperation: () => undefined,
      startReplay: () => false,
      stopReplay: () => undefined,
      seekReplay: () => false,
      openSidecar: () => undefined,
      draftSpec: () => false,
      restartEngine: async () => server().notify('reopened', await open()),
    };
  };
  return { handlers, stop: () => child.kill() };
}
