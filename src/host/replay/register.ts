/** Stepping through a recorded or computed run in VS Code's own debugger: debug type `mnemoscope`. */
import * as vscode from 'vscode';
import { equationsOf, type Line } from '../../core/replay/equations';
import { type Moment, momentsOf } from '../../core/replay/moments';
import { steppable } from '../../core/replay/steppable';
import type { TraceData, TraceId } from '../../protocol/engine';
import type { Engine } from '../engineProcess';
import { createReplayAdapter, type ReplayAdapter } from './adapter';
import { createValues } from './values';

const debugType = 'mnemoscope';
const scheme = 'mnemoscope-equations';

/** Where a replay stands now. */
export interface ReplayPlace {
  readonly trace: TraceId;
  readonly step: number;
  /** The block that the line is about, where it is about one. */
  readonly block?: string;
}

export interface Replays extends vscode.Disposable {
  /** Starts stepping through a trace of the engine, at its first step. */
  start(trace: TraceData, name: string): Promise<boolean>;
  /** Goes to a step where that trace is being replayed; false where it is not. */
  seek(trace: TraceId, step: number): boolean;
  readonly onDidMove: vscode.Event<ReplayPlace>;
}

export function registerReplays(engine: Engine): Replays {
  const moved = new vscode.EventEmitter<ReplayPlace>();
  const programs = new Map<string, string>();
  const adapters = new Map<TraceId, ReplayAdapter>();

  /** The equations of a trace, and the document that shows them. */
  const programOf = (trace: TraceData) => {
    const program = steppable(trace);
    const lines = equationsOf(program);
    const uri = vscode.Uri.from({ scheme, path: `/${trace.id}/${familyOf(trace)}.equations` });
    programs.set(uri.path, lines.map(({ text }) => text).join('\n'));
    return { program, lines, uri };
  };
  const make = async (id: TraceId): Promise<ReplayAdapter> => {
    const trace = await engine.call('describe', { trace: id });
    const { program, lines, uri } = programOf(trace);
    const tell = ({ step }: Moment, { computes }: Line): void =>
      moved.fire({
        trace: id,
        step,
        ...(computes && 'block' in computes && { block: computes.block }),
      });
    const adapter = createReplayAdapter(
      {
        name: `${familyOf(trace)}.equations`,
        uri,
        lines,
        moments: momentsOf(lines, program.steps),
        values: createValues(engine, trace, program, lines),
        place(step) {
          const origin = trace.events.find((one) => one.step === step && one.origin)?.origin;
          return origin?.kind === 'code' ? origin : undefined;
        },
      },
      tell,
    );
    adapters.set(id, adapter);
    return adapter;
  };

  const subscriptions = [
    moved,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: ({ path }) => programs.get(path) ?? '',
    }),
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      async createDebugAdapterDescriptor({ configuration }) {
        const { trace, file } = configuration as { trace?: unknown; file?: unknown };
        const id =
          typeof file === 'string'
            ? (await engine.call('openTrace', { path: file })).id
            : Number(trace);
        return new vscode.DebugAdapterInlineImplementation(await make(id));
      },
    }),
    vscode.debug.onDidTerminateDebugSession(({ type, configuration }) => {
      if (type === debugType) adapters.delete(Number((configuration as { trace?: unknown }).trace));
    }),
  ];
  return {
    onDidMove: moved.event,
    async start(trace, name) {
      // Beside the view, which the debugger would otherwise cover with the program.
      await vscode.window.showTextDocument(programOf(trace).uri, {
        viewColumn: vscode.ViewColumn.Beside,
        preserveFocus: true,
      });
      return vscode.debug.startDebugging(undefined, {
        type: debugType,
        request: 'launch',
        name,
        trace: trace.id,
      });
    },
    seek(trace, step) {
      const adapter = adapters.get(trace);
      adapter?.seek(step);
      return adapter !== undefined;
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

const familyOf = ({ model }: TraceData): string =>
  (model.family || model.sentence).replace(/[^\p{L}\p{N} _-]/gu, '').slice(0, 60) || 'trace';
