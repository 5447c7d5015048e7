/** What the panel knows, as signals. One selection is shared by every view. */
import { batch, computed, effect, type Signal, signal } from '@preact/signals';
import type { ColorMapName } from '../src/core/draw/colormap';
import type { WeightingScale } from '../src/core/draw/scale';
import type { AccessBlock, BlockId, HeadStatistics, Transform } from '../src/core/trace/trace';
import { unpackTensors } from '../src/core/summary/columns';
import type { Options as Settings } from '../src/core/memory/memory';
import type {
  CheckpointSummary,
  GivenText,
  PackedSummary,
  Prediction,
  RunInput,
  TraceData,
} from '../src/protocol/engine';
import { protocolVersion } from '../src/protocol/webview';
import { host, sentence, vscode } from './host';
import { tokenInput } from './ids';
import { accessOf, isAttention, viewFor } from './kinds';
import { createTrace, type LiveTrace } from './trace';

export type ViewId =
  'model' | 'tensors' | 'attention' | 'memory' | 'energy' | 'frame' | 'triage' | 'health';
export type Display = 'map' | 'arcs' | 'table';
export type Sort = 'position' | keyof HeadStatistics;

/** Where the person is: a head, one of its queries, one of its keys. */
export interface Selection {
  readonly block?: BlockId;
  readonly query?: number;
  readonly key?: number;
}

export interface Options {
  readonly scale: WeightingScale;
  readonly map: Extract<ColorMapName, 'viridis' | 'cividis'>;
  readonly perRow: boolean;
  readonly hideFirst: boolean;
  /** The scale ends at the largest value of the head instead of 1. */
  readonly auto: boolean;
  readonly sort: Sort;
  readonly display: Display;
}

interface Saved {
  readonly view?: ViewId;
  /** Whether a run was shown. */
  readonly ran?: boolean;
  readonly input?: string;
  readonly selection?: Selection;
  readonly options?: Options;
  readonly kept?: Readonly<Record<string, unknown>>;
}
const saved = (vscode.getState() ?? {}) as Saved;

/** Arrays as plain data, so that they are there again after a reload. */
export interface Given {
  /** The file that they are from. */
  readonly file?: string;
  readonly arrays: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: readonly number[];
  }[];
  /** Inputs of word ids in words, in place of their arrays. */
  readonly texts?: readonly GivenText[];
}

const keptSignals = new Map<string, Signal<unknown>>();

/** A signal of a view whose value, plain data, is there again after a reload. */
export function kept<T>(name: string, initial: T): Signal<T> {
  const before = saved.kept;
  const value = before && Object.hasOwn(before, name) ? (before[name] as T) : initial;
  const made = signal(value);
  keptSignals.set(name, made);
  return made;
}

export const summary = signal<CheckpointSummary | undefined>(undefined);
/** Why the checkpoint could not be opened. */
export const openError = signal<string | undefined>(undefined);
export const view = signal<ViewId>(saved.view ?? 'attention');
export const input = signal(saved.input ?? '');
/** The second text of a model that takes two, or what its decoder is to say. */
export const second = kept('run.second', '');
/** The image that a vision model is to look at: colours from 0 to 1, [3, height, width]. */
export const image = signal<
  | {
      readonly name: string;
      readonly width: number;
      readonly height: number;
      readonly data: Float32Array;
    }
  | undefined
>(undefined);
/** Ids of the heads that are left out of a run. */
export const without = signal<readonly BlockId[]>([]);
/** What is set for a model that runs over arrays. */
export const settings = kept<Settings>('run.settings', {});
/** Arrays that it is given; null: its own example. */
export const given = kept<Given | null>('run.given', null);
export const trace = signal<LiveTrace | undefined>(undefined);
/** Counts what arrived of the trace, so that reading it follows the trace. */
export const arrivals = signal(0);
/** Why the last run did not start, or what a command could not do. */
export const runError = signal<string | undefined>(undefined);
export const starting = signal(false);
export const engineDied = signal<string | undefined>(undefined);
export const fileChanged = signal<string | undefined>(undefined);
export const restarting = signal(false);
export const predictions = signal<readonly Prediction[]>([]);
export const help = signal(false);
export const hover = signal<{ readonly query: number; readonly key: number } | undefined>(
  undefined,
);

export const selection = signal<Selection>(saved.selection ?? {});
export const options = signal<Options>({
  scale: 'linear',
  map: 'viridis',
  perRow: false,
  hideFirst: false,
  auto: false,
  sort: 'position',
  display: 'map',
  ...saved.options,
});
export const transform = computed<Transform>(() => {
  const { perRow, hideFirst } = options.value;
  return { perRow, hideFirst };
});

export const runState = computed(() => {
  void arrivals.value;
  return trace.value?.state;
});
export const running = computed(() => starting.value || runState.value?.kind === 'running');
/** Where an encoder and a decoder look: each over its own places, the one over the other's. */
export const stackAccesses = computed(() => {
  const found = new Set(trace.value?.blocks.map(accessOf));
  const known = ['encoder', 'decoder', 'cross'].filter((access) => found.has(access));
  return known.length > 1 ? known : [];
});
const wantedAccess = kept('attention.access', '');
/** The one that is shown; undefined where there is nothing to choose. */
export const shownAccess = computed(() => {
  const all = stackAccesses.value;
  return all.includes(wantedAccess.value) ? wantedAccess.value : all[0];
});
/** What the attention view shows. */
export const heads = computed(() => {
  const shown = shownAccess.value;
  const all = trace.value?.blocks.filter(isAttention) ?? [];
  return shown === undefined ? all : all.filter((one) => accessOf(one) === shown);
});
/** The selected head, once there is a trace that has it. */
export const block = computed<AccessBlock | undefined>(() => {
  const { block: id } = selection.value;
  return id === undefined ? undefined : trace.value?.byId.get(id);
});

const history: { past: Selection[]; future: Selection[] } = { past: [], future: [] };

/** Goes somewhere; `Alt+←` comes back here. Moving the cursor inside a head is not a step of the history. */
export function select(next: Selection): void {
  const now = selection.value;
  if (next.block !== now.block) {
    history.past.push(now);
    history.future = [];
  }
  selection.value = next;
}

/** Goes to a head; the cursor stays on its place where the head has it. */
export function selectHead(head: AccessBlock): void {
  const { id, rows, columns } = head;
  wantedAccess.value = accessOf(head);
  const { query, key } = selection.value;
  select({
    block: id,
    ...(query !== undefined && query < rows.length && { query }),
    ...(key !== undefined && key < columns.length && { key }),
  });
}

/** Shows another attention of an encoder and a decoder; the same layer and head of it, where one is open. */
export function showAccess(access: string): void {
  const now = block.value;
  wantedAccess.value = access;
  if (!now) return;
  const same = heads.value.find(({ layer, head }) => layer === now.layer && head === now.head);
  if (same) selectHead(same);
  else select({});
}

export function setOption<K extends keyof Options>(name: K, value: Options[K]): void {
  options.value = { ...options.value, [name]: value };
}

export function travel(direction: 'back' | 'forward'): void {
  const [from, to] =
    direction === 'back' ? [history.past, history.future] : [history.future, history.past];
  const next = from.pop();
  if (!next) return;
  to.push(selection.value);
  selection.value = next;
}

/** One level up: key, query, head, overview. */
export function up(): void {
  const { block: id, query, key } = selection.value;
  if (key !== undefined && id !== undefined) select({ block: id, query: query ?? 0 });
  else if (query !== undefined && id !== undefined) select({ block: id });
  else select({});
}

const ablation = () => (without.value.length > 0 ? { without: without.value } : {});

/** What is to be run: what is in the input box, or the arrays with their settings. */
function runInput({ recognition, tokenizer }: CheckpointSummary): RunInput | undefined {
  if (recognition.kind === 'runnable') {
    const { takes, vocabulary } = recognition;
    if (takes.kind === 'image') {
      if (!image.value) return undefined;
      const { width, height, data } = image.value;
      return { image: { kind: 'colours', shape: [3, height, width], data }, ...ablation() };
    }
    const words = { text: input.value, more: second.value, hasWords: tokenizer !== undefined };
    const told = tokenInput(takes, words, vocabulary);
    return told && { ...told, ...ablation() };
  }
  if (recognition.kind !== 'arrays') return undefined;
  const inputs = given.value?.arrays.map(({ values, ...array }) => ({
    ...array,
    data: Float32Array.from(values),
  }));
  const { texts } = given.value ?? {};
  return { ...(inputs && { inputs }), ...(texts && { texts }), options: settings.value };
}

/** The next trace that has something to see is shown in the view that fits it. */
let isAwaited = false;

/** Starts a run of the model over its input, and shows it. */
export const run = (): Promise<void> => start(true);

async function start(isShown: boolean): Promise<void> {
  const checkpoint = summary.value;
  const wanted = checkpoint && !running.value ? runInput(checkpoint) : undefined;
  if (!wanted) return;
  runError.value = undefined;
  starting.value = true;
  try {
    isAwaited = isShown;
    take(await host.call('run', { input: wanted }));
  } catch (error) {
    runError.value = sentence(error);
  } finally {
    starting.value = false;
  }
}

export function cancel(): void {
  const current = trace.value;
  if (current) void host.call('cancel', { trace: current.id }).catch(report);
}

/** Opens the checkpoint again, with a new engine where the old one is gone. */
export async function restart(): Promise<void> {
  restarting.value = true;
  try {
    await host.call('restartEngine', {});
    runError.value = undefined;
  } catch (error) {
    report(error);
  } finally {
    restarting.value = false;
  }
}

export function report(error: unknown): void {
  runError.value = sentence(error);
}

/** Shows a trace; the selection stays where the new one has the same head. */
export function take(data: TraceData): void {
  const next = createTrace(data, host);
  next.on(() => arrivals.value++);
  batch(() => {
    trace.value = next;
    if (isAwaited && next.blocks.length + next.series.length > 0) {
      isAwaited = false;
      view.value = viewFor(next);
      // There is nothing to choose from one head.
      const [only, other] = next.blocks.filter(isAttention);
      if (only && !other) selection.value = { ...selection.peek(), block: only.id };
    }
    predictions.value = [];
    const { block: id, query, key } = selection.value;
    // The same head of the new run, with the cursor inside the new matrix.
    const found = id === undefined ? undefined : next.byId.get(id);
    const fits = (at: number | undefined, length: number): boolean =>
      at !== undefined && at < length;
    const keep =
      found && fits(query, found.rows.length)
        ? { block: found.id, query, ...(fits(key, found.columns.length) && { key }) }
        : found
          ? { block: found.id }
          : {};
    selection.value = keep as Selection;
    hover.value = undefined;
  });
  if (next.state.kind === 'done') void predict(next);
}

async function predict(of: LiveTrace): Promise<void> {
  // A model without an output head has none: the rest of the view says enough.
  const found = await host.call('predictions', { trace: of.id, count: 8 }).catch(() => []);
  if (trace.value === of) predictions.value = found;
}

function forgetTrace(): void {
  trace.value = undefined;
  predictions.value = [];
  hover.value = undefined;
}

/** The run that this editor showed before its page started anew, or the one that a trace file holds. */
async function showLast(): Promise<void> {
  const last = await host.call('lastTrace', {}).catch(report);
  if (last && !trace.value) take(last);
}

/** What a checkpoint is shown as when it is opened for the first time. */
function firstView({ recognition }: CheckpointSummary): ViewId {
  if (recognition.kind === 'runnable') return 'attention';
  if (recognition.kind !== 'arrays') return 'model';
  return recognition.inputs.some(({ name }) => name === 'state') ? 'energy' : 'memory';
}

const unpacked = (packed: PackedSummary): CheckpointSummary => ({
  ...packed,
  tensors: unpackTensors(packed.tensors),
});

/** Asks for the checkpoint and follows the host from then on. */
export async function connect(): Promise<void> {
  host.on('traceChanged', ({ trace: id, change }) => {
    const current = trace.value;
    if (current?.id !== id) return;
    batch(() => current.apply(change));
    if (change.laidOut) void host.call('describe', { trace: id }).then(take).catch(report);
    if (change.state?.kind === 'done') void predict(current);
  });
  host.on('fileChanged', ({ message }) => (fileChanged.value = message));
  host.on('engineDied', ({ message }) => {
    engineDied.value = message;
    trace.value?.apply({ state: { kind: 'failed', message, done: trace.value.ready.size } });
  });
  host.on('reopened', (next) =>
    batch(() => {
      summary.value = unpacked(next);
      openError.value = runError.value = undefined;
      fileChanged.value = engineDied.value = undefined;
      without.value = [];
      forgetTrace();
      void showLast();
    }),
  );
  effect(() =>
    vscode.setState({
      view: view.value,
      ran: trace.value !== undefined,
      input: input.value,
      selection: selection.value,
      options: options.value,
      kept: Object.fromEntries([...keptSignals].map(([name, { value }]) => [name, value])),
    } satisfies Saved),
  );
  try {
    const opened = unpacked(await host.call('ready', { version: protocolVersion }));
    const first = saved.view ?? firstView(opened);
    batch(() => {
      view.value = first;
      summary.value = opened;
    });
    await showLast();
    // Meanwhile a person may have chosen another view.
    const isFree = saved.view === undefined && view.value === first;
    if (trace.value && isFree) view.value = viewFor(trace.value);
    // After a reload of the window there is a new engine: what was run is run again.
    if (!trace.value && saved.ran) await start(false);
  } catch (error) {
    openError.value = sentence(error);
  }
}
