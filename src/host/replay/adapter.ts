/**
 * A debug adapter over a trace: the equations are the program, a step of the trace is a pass of its loop. Steps and
 * runs both ways; breakpoints with conditions; data breakpoints on memory slots.
 * https://microsoft.github.io/debug-adapter-protocol/specification
 */
import * as vscode from 'vscode';
import { type Condition, holds, parseCondition, parseTerm } from '../../core/replay/condition';
import { lastLineOf, type Line } from '../../core/replay/equations';
import type { Moment, Moments } from '../../core/replay/moments';
import { part, summary } from './describe';
import type { Value, Values } from './values';

/** What is replayed. */
export interface Replay {
  readonly name: string;
  /** The document of the program. */
  readonly uri: vscode.Uri;
  readonly lines: readonly Line[];
  readonly moments: Moments;
  readonly values: Values;
  /** Where the person's own code did the step, where that is known. */
  place(step: number): { readonly file: string; readonly line: number } | undefined;
}

export interface ReplayAdapter extends vscode.DebugAdapter {
  /** Goes to a step, as the view's scrubber does. */
  seek(step: number): void;
}

interface Request {
  readonly seq: number;
  readonly command: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}
interface Breakpoint {
  readonly line: number;
  readonly condition?: Condition;
}
/** A row of the memory that stops the program when it changes by more than this. */
const changeThreshold = 1e-3;
/** Children of a value that are listed at a time. */
const thread = { id: 1, name: 'steps' };

type Expandable = () => Promise<object[]>;

export function createReplayAdapter(
  replay: Replay,
  moved: (moment: Moment, line: Line) => void,
): ReplayAdapter {
  const { lines, moments, values } = replay;
  const sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  let now = moments.first;
  let breakpoints: readonly Breakpoint[] = [];
  let watchedSlots: readonly number[] = [];
  /** Values that the Variables view may open, by their references; all go when the program moves. */
  const expandable = new Map<number, Expandable>();
  let running = 0;

  const post = (message: object): void => sent.fire(message as vscode.DebugProtocolMessage);
  const event = (name: string, body: object = {}): void =>
    post({ type: 'event', event: name, body });
  const stop = (reason: string): void => {
    expandable.clear();
    moved(now, lines[now.line]!);
    event('stopped', { reason, threadId: thread.id, allThreadsStopped: true });
  };
  const lookup = async (name: string, index: readonly number[]): Promise<number | undefined> => {
    if (name === 't') return now.step;
    const value = await values.get(name, now);
    return value && part(value, index)?.data[0];
  };
  const reasonToStop = async (): Promise<string | undefined> => {
    const here = breakpoints.filter(({ line }) => line === now.line);
    for (const { condition } of here) {
      if (!condition || (await holds(condition, lookup))) return 'breakpoint';
    }
    return (await slotChanged()) ? 'data breakpoint' : undefined;
  };
  const slotChanged = async (): Promise<boolean> => {
    if (watchedSlots.length === 0 || now.line !== lastLineOf(lines, 'memory.M')) return false;
    const before = await values.get('M', { step: now.step, line: 0 });
    const after = await values.get('M', { step: now.step, line: lines.length });
    return watchedSlots.some((slot) => {
      const [old, fresh] = [before && part(before, [slot]), after && part(after, [slot])];
      return fresh?.data.some(
        (value, at) => Math.abs(value - (old?.data[at] ?? 0)) > changeThreshold,
      );
    });
  };
  const run = async (direction: 1 | -1): Promise<void> => {
    const own = ++running;
    for (let count = 1; own === running; count++) {
      const next = moments.next(now, direction);
      if (!next) return stop(direction > 0 ? 'end of the trace' : 'start of the trace');
      now = next;
      const reason = await reasonToStop();
      if (reason) return stop(reason);
      // Others get their turn: a pause must be heard.
      if (count % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const go = (to: Moment | undefined, reason = 'step'): void => {
    if (to) now = to;
    stop(to ? reason : 'end of the trace');
  };

  const variable = (name: string, value: Value): object => {
    const { shape, data } = value;
    const leaf = data.length === 1;
    const reference = leaf ? 0 : expandable.size + 1000;
    if (!leaf) expandable.set(reference, () => childrenOf(name, value));
    return {
      name,
      value: summary(value),
      type: `float32 [${shape.join(', ')}]`,
      variablesReference: reference,
      ...(!leaf && { indexedVariables: shape[0] }),
      evaluateName: name,
    };
  };
  const childrenOf = (name: string, { shape, data }: Value): Promise<object[]> =>
    Promise.resolve(
      Array.from({ length: shape[0] ?? 0 }, (_, index) =>
        variable(`${name}[${index}]`, part({ shape, data }, [index])!),
      ),
    );
  const scope = (name: string, wanted: (series: string | undefined) => boolean): object => {
    const reference = expandable.size + 1;
    expandable.set(reference, async () => {
      const found: object[] = [];
      for (const [key, meaning] of values.names(now)) {
        if (!wanted(meaning.kind === 'series' ? meaning.series : undefined)) continue;
        const value = await values.get(key, now);
        if (value) found.push(variable(key, value));
      }
      return found;
    });
    return { name, variablesReference: reference, expensive: false };
  };
  const ofHead = (series: string | undefined): boolean =>
    series === undefined || /^memory\.(head|read|write)\d/.test(series);
  const frames = (): object[] => {
    const { step, line } = now;
    const own = replay.place(step);
    const equations = {
      id: 1,
      name: `t = ${step}`,
      line: line + 1,
      column: 1,
      source: { name: replay.name, path: replay.uri.toString() },
    };
    if (!own) return [equations];
    const path = own.file;
    const top = { id: 2, name: 'model code', line: own.line, column: 1, source: { path } };
    return [top, equations];
  };

  const handlers: Record<string, (request: Request) => unknown> = {
    initialize: () => ({
      supportsConfigurationDoneRequest: true,
      supportsStepBack: true,
      supportsConditionalBreakpoints: true,
      supportsDataBreakpoints: true,
      supportsEvaluateForHovers: true,
      supportsTerminateRequest: true,
    }),
    launch: () => event('initialized'),
    configurationDone: () => stop('entry'),
    setBreakpoints({ arguments: given }) {
      const wanted = (given?.breakpoints ?? []) as { line: number; condition?: string }[];
      const { path } = (given?.source ?? {}) as { path?: string };
      if (path !== replay.uri.toString())
        return { breakpoints: wanted.map(() => ({ verified: false })) };
      const answers = wanted.map(({ line, condition }) => placed(lines, line - 1, condition));
      breakpoints = answers.flatMap(({ breakpoint }) => (breakpoint ? [breakpoint] : []));
      return { breakpoints: answers.map(({ answer }) => answer) };
    },
    dataBreakpointInfo({ arguments: given }) {
      const term = parseTerm(String(given?.name ?? ''));
      const slot = term?.name === 'M' ? term.index[0] : undefined;
      if (slot === undefined)
        return { dataId: null, description: 'only slots of M can be watched' };
      return {
        dataId: String(slot),
        description: `memory slot ${slot} changes`,
        accessTypes: ['write'],
      };
    },
    setDataBreakpoints({ arguments: given }) {
      const wanted = (given?.breakpoints ?? []) as { dataId: string }[];
      watchedSlots = wanted.map(({ dataId }) => Number(dataId));
      return { breakpoints: wanted.map(() => ({ verified: true })) };
    },
    threads: () => ({ threads: [thread] }),
    stackTrace: () => ({ stackFrames: frames(), totalFrames: frames().length }),
    scopes: () => ({
      scopes: [scope('Operation', ofHead), scope('Memory and state', (series) => !ofHead(series))],
    }),
    async variables({ arguments: given }) {
      const all = (await expandable.get(Number(given?.variablesReference))?.()) ?? [];
      const { start = 0, count = all.length } = (given ?? {}) as { start?: number; count?: number };
      return { variables: all.slice(start, start + (count || all.length)) };
    },
    async evaluate({ arguments: given }) {
      const text = String(given?.expression ?? '');
      const term = parseTerm(text);
      if (term?.name === 't') return { result: String(now.step), variablesReference: 0 };
      const whole = term && (await values.get(term.name, now));
      const value = whole && part(whole, term.index);
      if (!value) throw new Error(`${text}: no such value here`);
      const { value: result, ...rest } = variable(text, value) as { value: string };
      return { result, ...rest };
    },
    next: () => go(moments.next(now, 1)),
    stepIn: () => go(moments.next(now, 1)),
    stepOut: () => go(moments.nextStep(now, 1)),
    stepBack: () => go(moments.next(now, -1) ?? moments.first),
    continue: () => void run(1),
    reverseContinue: () => void run(-1),
    pause() {
      running++;
      stop('pause');
    },
    disconnect: () => void running++,
    terminate() {
      running++;
      event('terminated');
    },
  };

  return {
    onDidSendMessage: sent.event,
    handleMessage(message) {
      const request = message as unknown as Request & { type: string };
      if (request.type !== 'request') return;
      const { seq: request_seq, command } = request;
      const answer = (success: boolean, more: object): void =>
        post({ type: 'response', request_seq, command, success, ...more });
      // Answers go out before what they set in motion: VS Code expects `continue` to return at once.
      void (async () => {
        try {
          const work = handlers[command];
          if (!work) return answer(false, { message: `${command} is not supported` });
          const movesOn = moving.has(command);
          if (movesOn) answer(true, { body: { allThreadsContinued: true } });
          const body = (await work(request)) as object | undefined;
          if (!movesOn) answer(true, { body: body ?? {} });
        } catch (error) {
          answer(false, { message: error instanceof Error ? error.message : String(error) });
        }
      })();
    },
    seek(step) {
      running++;
      go({ step, line: moments.first.line }, 'goto');
    },
    dispose: () => sent.dispose(),
  };
}

const moving: ReadonlySet<string> = new Set([
  'next',
  'stepIn',
  'stepOut',
  'stepBack',
  'continue',
  'reverseContinue',
  'launch',
  'configurationDone',
  'pause',
]);

/** The nearest line at or after the wanted one that computes something. */
function placed(
  lines: readonly Line[],
  wanted: number,
  condition: string | undefined,
): { readonly breakpoint?: Breakpoint; readonly answer: object } {
  const line = lines.findIndex(({ computes }, index) => index >= wanted && computes);
  if (line < 0) return { answer: { verified: false, message: 'nothing is computed here' } };
  try {
    const parsed = condition ? parseCondition(condition) : undefined;
    return {
      breakpoint: { line, ...(parsed && { condition: parsed }) },
      answer: { verified: true, line: line + 1 },
    };
  } catch (error) {
    return { answer: { verified: false, message: (error as Error).message } };
  }
}
