/**
 * A debug adapter over a trace: the equations are the program, a step of the trace is a pass of its loop. Steps and
 * runs both ways; breakpoints with conditions; data breakpoints on memory slots.
 * https://microsoft.github.io/debug-adapter-protocol/specification
 */
import * as vscode from 'vscode';
import { parseTerm } from '../../core/replay/condition';
import { part } from '../../core/replay/describe';
import type { Line } from '../../core/replay/equations';
import type { Moment, Moments } from '../../core/replay/moments';
import type { Place } from '../../core/replay/places';
import { type Stand, walkOf } from '../../core/replay/walk';
import { createStops, type WantedBreakpoint } from './stops';
import type { Values } from './values';
import { createVariables } from './variables';

/** What is replayed. */
export interface Replay {
  readonly name: string;
  /** The document of the program. */
  readonly uri: vscode.Uri;
  readonly lines: readonly Line[];
  readonly moments: Moments;
  readonly values: Values;
  /** Where the person's own code did it, where that is known; its file as a path. */
  placeOf(moment: Moment): Place | undefined;
}

export interface ReplayAdapter extends vscode.DebugAdapter {
  /** Goes to a step, as the view's scrubber does; the line stays. `shown`: VS Code has shown the place. */
  seek(step: number, shown?: () => void): void;
}

interface Request {
  readonly type: string;
  readonly seq: number;
  readonly command: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

const thread = { id: 1, name: 'steps' };
/** Milliseconds from the frames to the focus on their editor. */
const focusTime = 150;

/** Begins at `firstStep`, or at the nearest that there is. Nothing is told to VS Code before `moved` has settled. */
export function createReplayAdapter(
  replay: Replay,
  firstStep: number,
  moved: (stand: Stand) => Promise<void>,
): ReplayAdapter {
  const { lines, moments, values, placeOf } = replay;
  const walk = walkOf(moments, placeOf);
  const stops = createStops(lines, values);
  const variables = createVariables(values);
  const sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  const inRange = (step: number): number => Math.max(0, Math.min(moments.last.step, step));
  let stand = walk.at({ ...moments.first, step: inRange(firstStep) });
  let running = 0;

  const post = (message: object): void => sent.fire(message as vscode.DebugProtocolMessage);
  const event = (name: string, body: object = {}): void =>
    post({ type: 'event', event: name, body });
  const stop = (reason: string): void => {
    variables.clear();
    const body = { reason, threadId: thread.id, allThreadsStopped: true };
    void moved(stand).then(() => event('stopped', body));
  };
  const go = (to: Stand | undefined, past: string, reason = 'step'): void => {
    running++;
    stand = to ?? stand;
    stop(to ? reason : past);
  };
  /** Goes where the view led: VS Code takes the keyboard with it, which the view then has back. */
  let giveBack: (() => void) | undefined;
  const ends = { 1: 'end of the trace', [-1]: 'start of the trace' } as const;
  const run = async (direction: 1 | -1): Promise<void> => {
    const own = ++running;
    for (let count = 1; own === running; count++) {
      const next = moments.next(stand.moment, direction);
      if (!next) return stop(ends[direction]);
      const reason = await stops.at(next, walk.begins(next) ? placeOf(next) : undefined);
      if (own !== running) return;
      stand = walk.at(next, reason?.inside);
      if (reason) return stop(reason.text);
      // Others get their turn: a pause must be heard.
      if (count % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const broken = (error: unknown): void => {
    const output = error instanceof Error ? error.message : String(error);
    event('output', { category: 'stderr', output: `${output}\n` });
    stop('exception');
  };
  const frames = (): object[] => {
    const { step, line } = stand.moment;
    const own = placeOf(stand.moment);
    const equations = {
      id: 1,
      name: `t = ${step}`,
      line: line + 1,
      column: 1,
      source: { name: replay.name, path: replay.uri.toString() },
    };
    if (!own) return [equations];
    const source = { name: own.file.replace(/^.*[\\/]/, ''), path: own.file };
    const code = { id: 2, name: `t = ${step}: ${own.what}`, line: own.line, column: 1, source };
    return stand.inside ? [equations, code] : [code];
  };
  /** Lines (1-based) of the program, or of a file of the person's, at which it can stop. */
  const stopsIn = (file: string | undefined): readonly number[] => {
    if (file === undefined) return lines.flatMap(({ computes }, at) => (computes ? [at + 1] : []));
    const found = new Set<number>();
    for (let at: Moment | undefined = moments.first; at; at = moments.next(at, 1)) {
      const place = placeOf(at);
      if (place?.file === file) found.add(place.line);
    }
    return [...found];
  };

  const handlers: Record<string, (given: Readonly<Record<string, unknown>>) => unknown> = {
    initialize: () => ({
      supportsConfigurationDoneRequest: true,
      supportsStepBack: true,
      supportsConditionalBreakpoints: true,
      supportsDataBreakpoints: true,
      supportsEvaluateForHovers: true,
      supportsTerminateRequest: true,
      supportsRestartRequest: true,
    }),
    launch: () => event('initialized'),
    configurationDone: () => stop('entry'),
    setBreakpoints({ breakpoints = [], source }) {
      const { path } = (source ?? {}) as { path?: string };
      const file = path === replay.uri.toString() ? undefined : path;
      const wanted = breakpoints as WantedBreakpoint[];
      return { breakpoints: stops.setBreakpoints(file, stopsIn(file), wanted) };
    },
    dataBreakpointInfo({ name }) {
      const term = parseTerm(String(name));
      const slot = term?.name === 'M' ? term.index[0] : undefined;
      if (slot === undefined) {
        return { dataId: null, description: 'only slots of M can be watched' };
      }
      const description = `memory slot ${slot} changes`;
      return { dataId: String(slot), description, accessTypes: ['write'] };
    },
    setDataBreakpoints({ breakpoints = [] }) {
      const wanted = breakpoints as { readonly dataId: string }[];
      stops.watchSlots(wanted.map(({ dataId }) => Number(dataId)));
      return { breakpoints: wanted.map(() => ({ verified: true })) };
    },
    threads: () => ({ threads: [thread] }),
    stackTrace({ startFrame = 0 }) {
      const all = frames();
      if (giveBack) setTimeout(giveBack, focusTime);
      giveBack = undefined;
      return { stackFrames: all.slice(Number(startFrame)), totalFrames: all.length };
    },
    scopes: () => ({ scopes: variables.scopes(stand.moment) }),
    async variables({ variablesReference, start = 0, count }) {
      const reference = Number(variablesReference);
      const all = await variables.children(reference, Number(start), count as number | undefined);
      return { variables: all };
    },
    async evaluate({ expression }) {
      const text = String(expression);
      const term = parseTerm(text);
      if (term?.name === 't') return { result: String(stand.moment.step), variablesReference: 0 };
      const whole = term && (await values.get(term.name, stand.moment));
      const value = whole && part(whole, term.index);
      if (!value) throw new Error(`${text}: no such value here`);
      const { value: result, ...rest } = variables.variable(text, value);
      return { result, ...rest };
    },
    next: () => go(walk.over(stand, 1), ends[1]),
    stepIn: () => go(walk.into(stand), ends[1]),
    stepOut: () => go(walk.out(stand), ends[1]),
    stepBack: () => go(walk.over(stand, -1), ends[-1]),
    continue: () => void run(1).catch(broken),
    reverseContinue: () => void run(-1).catch(broken),
    pause: () => go(stand, '', 'pause'),
    restart: () => go(walk.at(moments.first), '', 'entry'),
    disconnect: () => void running++,
    terminate() {
      running++;
      event('terminated');
    },
  };

  return {
    onDidSendMessage: sent.event,
    handleMessage(message) {
      const request = message as unknown as Request;
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
          const body = (await work(request.arguments ?? {})) as object | undefined;
          if (!movesOn) answer(true, { body: body ?? {} });
        } catch (error) {
          answer(false, { message: error instanceof Error ? error.message : String(error) });
        }
      })();
    },
    seek(step, shown) {
      giveBack = shown;
      go(walk.at({ step: inRange(step), line: stand.moment.line }, stand.inside), '', 'goto');
    },
    dispose() {
      running++;
      sent.dispose();
    },
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
  'restart',
]);
