/** Stepping through a recorded or computed run in VS Code's own debugger: debug type `mnemoscope`. */
import * as vscode from 'vscode';
import { equationsOf, lastLineOf, type Line } from '../../core/replay/equations';
import { type Moment, momentsOf } from '../../core/replay/moments';
import { type Place, placesOf } from '../../core/replay/places';
import { steppable } from '../../core/replay/steppable';
import type { TraceData, TraceId } from '../../protocol/engine';
import type { ReplayPlace } from '../../protocol/replay';
import type { Engine } from '../engineProcess';
import { createReplayAdapter, type ReplayAdapter } from './adapter';
import { inlineValues } from './inlineValues';
import { ownFile } from './ownFile';
import { createValues, type Program, type Values } from './values';

const debugType = 'mnemoscope';
const scheme = 'mnemoscope-equations';

export interface ReplayStart {
  /** Name of the debug session. */
  readonly name: string;
  readonly step: number;
  /** The file that the trace belongs to; lines of code may be told relative to it. */
  readonly path: string;
  /** Gives the view the keyboard back. */
  focus(): void;
}

export interface Replays extends vscode.Disposable {
  /** Starts stepping through a trace of the engine. */
  start(trace: TraceData, how: ReplayStart): Promise<boolean>;
  /** Goes to a step where that trace is being replayed; false where it is not. */
  seek(trace: TraceId, step: number): boolean;
  stop(trace: TraceId): Promise<void>;
  readonly onDidMove: vscode.Event<ReplayPlace>;
  readonly onDidEnd: vscode.Event<TraceId>;
}

interface Running extends Program {
  readonly id: TraceId;
  readonly session: vscode.DebugSession;
  readonly adapter: ReplayAdapter;
  readonly uri: vscode.Uri;
  readonly values: Values;
  /** Where it stands. */
  moment: Moment;
  /** Opened for this session alone. */
  readonly isOwn: boolean;
}

export function registerReplays(engine: Engine): Replays {
  const moved = new vscode.EventEmitter<ReplayPlace>();
  const ended = new vscode.EventEmitter<TraceId>();
  const texts = new Map<string, string>();
  /** The view of a trace, and where its program is shown: beside it. */
  const views = new Map<TraceId, { readonly column: vscode.ViewColumn; focus(): void }>();
  /** By the id of their session. */
  const running = new Map<string, Running>();
  const runningOf = (id: TraceId): Running[] =>
    [...running.values()].filter((one) => one.id === id);

  /** The equations of a trace, and the document that shows them. */
  const programOf = (data: TraceData): Program & { readonly uri: vscode.Uri } => {
    const trace = steppable(data);
    const lines = equationsOf(trace);
    const uri = vscode.Uri.from({ scheme, path: `/${data.id}/${familyOf(data)}.equations` });
    texts.set(uri.path, lines.map(({ text }) => text).join('\n'));
    return { trace, lines, uri };
  };
  const make = async (session: vscode.DebugSession): Promise<ReplayAdapter> => {
    const given = session.configuration as { trace?: unknown; file?: unknown; step?: unknown };
    const isOwn = given.trace === undefined;
    const path = String(given.file);
    const data = isOwn
      ? await engine.call('openTrace', { path })
      : await engine.call('describe', { trace: Number(given.trace) });
    const { id } = data;
    const { trace, lines, uri } = programOf(data);
    const values = createValues(engine, data, { trace, lines });
    const places = placesOf(data.events, lines);
    const placeOf = (moment: Moment): Place | undefined => {
      const place = places(moment);
      const file = place && ownFile(place.file, path);
      return file === undefined ? undefined : { ...place!, file };
    };
    const moments = momentsOf(lines, trace.steps);
    const adapter = createReplayAdapter(
      { name: `${familyOf(data)}.equations`, uri, lines, moments, values, placeOf },
      Number(given.step ?? 0),
      async ({ moment, inside }) => {
        const one = running.get(session.id);
        if (one) one.moment = moment;
        const place = inside ? undefined : placeOf(moment);
        moved.fire({ ...tell(id, lines, moment), ...(place && ownLine(place)) });
        await showBeside(place ? vscode.Uri.file(place.file) : uri, views.get(id)?.column);
      },
    );
    const moment = moments.first;
    running.set(session.id, { id, session, adapter, trace, lines, uri, values, moment, isOwn });
    return adapter;
  };
  const end = ({ id }: vscode.DebugSession): void => {
    const one = running.get(id);
    if (!one) return;
    running.delete(id);
    views.delete(one.id);
    void closeProgram(one.uri);
    ended.fire(one.id);
    if (one.isOwn) engine.call('closeTrace', { trace: one.id }).catch(() => undefined);
  };
  const stop = async (of: readonly Running[]): Promise<void> => {
    await Promise.all(of.map(({ session }) => vscode.debug.stopDebugging(session)));
  };

  const subscriptions: vscode.Disposable[] = [
    moved,
    ended,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: ({ path }) => texts.get(path) ?? '',
    }),
    vscode.languages.registerInlineValuesProvider(
      { scheme },
      {
        provideInlineValues(document) {
          const one = [...running.values()].find(({ uri }) => uri.path === document.uri.path);
          return one ? inlineValues(document, one, one.values, one.moment) : [];
        },
      },
    ),
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      createDebugAdapterDescriptor: async (session) =>
        new vscode.DebugAdapterInlineImplementation(await make(session)),
    }),
    vscode.debug.onDidTerminateDebugSession(end),
    { dispose: engine.onDied(() => void stop([...running.values()])) },
  ];
  return {
    onDidMove: moved.event,
    onDidEnd: ended.event,
    async start(trace, { name, step, path, focus }) {
      // Beside the view, which the debugger would otherwise cover with the program.
      const { viewColumn } = await vscode.window.showTextDocument(programOf(trace).uri, {
        viewColumn: vscode.ViewColumn.Beside,
        preserveFocus: true,
      });
      views.set(trace.id, { column: viewColumn ?? vscode.ViewColumn.Beside, focus });
      return vscode.debug.startDebugging(undefined, {
        type: debugType,
        request: 'launch',
        name,
        trace: trace.id,
        file: path,
        step,
      });
    },
    seek(trace, step) {
      const all = runningOf(trace);
      for (const { adapter } of all) adapter.seek(step, views.get(trace)?.focus);
      return all.length > 0;
    },
    stop: (trace) => stop(runningOf(trace)),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

const ownLine = ({ line, what }: Place): Pick<ReplayPlace, 'line' | 'text' | 'isOwn'> => ({
  line,
  text: what,
  isOwn: true,
});

/** Shows a document that nobody sees yet where the program is shown; else VS Code would show it over the view. */
async function showBeside(
  uri: vscode.Uri,
  viewColumn: vscode.ViewColumn | undefined,
): Promise<void> {
  const isSeen = vscode.window.visibleTextEditors.some(
    ({ document }) => document.uri.toString() === uri.toString(),
  );
  if (viewColumn === undefined || isSeen) return;
  // A file that is gone is VS Code's own to complain about.
  await vscode.window
    .showTextDocument(uri, { viewColumn, preserveFocus: true })
    .then(undefined, () => undefined);
}

/** Nothing steps through it any more. */
async function closeProgram({ path }: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const own = tabs.filter(
    ({ input }) =>
      input instanceof vscode.TabInputText &&
      input.uri.scheme === scheme &&
      input.uri.path === path,
  );
  await vscode.window.tabGroups.close(own, true);
}

function tell(trace: TraceId, lines: readonly Line[], { step, line }: Moment): ReplayPlace {
  const { text = '', computes } = lines[line] ?? {};
  const block = computes && 'block' in computes ? computes.block : undefined;
  const stage = computes?.kind === 'weighting' ? (computes.stage ?? 'sharpened') : undefined;
  return {
    trace,
    step,
    line: line + 1,
    text: text.trim(),
    ...(block !== undefined && { block }),
    ...(stage && { stage }),
    written: line >= lastLineOf(lines, 'memory.M'),
  };
}

const familyOf = ({ model }: TraceData): string =>
  (model.family || model.sentence).replace(/[^\p{L}\p{N} _-]/gu, '').slice(0, 60) || 'trace';
