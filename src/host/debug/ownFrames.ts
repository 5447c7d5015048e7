/**
 * The person's own frame on top where the helper stops a program: what stands above it is left out of the debugger's
 * answers. A tracker sees each message before it goes on, and what it changes there stays changed.
 */
import type { StackFrame } from './language';

/** Of the debug adapter protocol. */
interface Message {
  readonly type?: string;
  readonly seq?: number;
  readonly request_seq?: number;
  command?: string;
  readonly event?: string;
  readonly arguments?: { readonly threadId?: number; startFrame?: number; levels?: number };
  readonly body?: {
    readonly threadId?: number;
    readonly reason?: string;
    stackFrames?: readonly StackFrame[];
    totalFrames?: number;
  };
}

export interface OwnFrames {
  /** What is sent to the debugger. */
  asked(message: object): void;
  /** What it answers or tells. */
  answered(message: object): void;
  /** How many frames stand above the person's own where the thread stopped last. */
  hidden(thread: number): number;
}

/** Frames above the person's own, at most: the helper's, and those of the library in which it recorded. */
const most = 64;

export function createOwnFrames(isHelper: (frame: StackFrame) => boolean): OwnFrames {
  const hidden = new Map<number, number>();
  /** Threads that a person steps out of where the helper stopped them. */
  const leaving = new Set<number>();
  const asked = new Map<number, { readonly thread: number; readonly levels?: number }>();
  const above = (thread: number, frames: readonly StackFrame[]): number => {
    const helpers = frames.findIndex((frame) => !isHelper(frame));
    if (helpers === 0 && !leaving.has(thread)) return 0;
    const own = frames.findIndex((frame) => !isHelper(frame) && !isLibrary(frame));
    return Math.max(0, own < 0 ? helpers : own);
  };
  return {
    asked(message) {
      const { seq, command, arguments: given } = message as Message;
      if (/^(next|stepIn)$/.test(command ?? '') && (hidden.get(given?.threadId ?? NaN) ?? 0) > 0) {
        // What is above the person's frame has nothing to step through.
        (message as Message).command = 'stepOut';
      }
      if (command !== 'stackTrace' || seq === undefined || given?.threadId === undefined) return;
      const { threadId: thread, startFrame = 0, levels } = given;
      if (startFrame > 0) {
        given.startFrame = startFrame + (hidden.get(thread) ?? 0);
        return;
      }
      asked.set(seq, { thread, ...(levels && { levels }) });
      if (levels) given.levels = levels + most;
    },
    answered(message) {
      const { event, body, request_seq: seq = NaN } = message as Message;
      if (event === 'stopped' && body?.threadId !== undefined) {
        const { threadId: thread, reason } = body;
        const isLeaving = reason === 'step' && (hidden.get(thread) ?? 0) > 0;
        leaving[isLeaving ? 'add' : 'delete'](thread);
      }
      const question = asked.get(seq);
      asked.delete(seq);
      if (!question || !body?.stackFrames) return;
      const { thread, levels = Infinity } = question;
      const count = above(thread, body.stackFrames);
      hidden.set(thread, count);
      body.stackFrames = body.stackFrames.slice(count, count + levels);
      if (body.totalFrames !== undefined) body.totalFrames -= count;
    },
    hidden: (thread) => hidden.get(thread) ?? 0,
  };
}

/** Of a package, or of the runtime itself. */
const isLibrary = ({ source }: StackFrame): boolean =>
  /^<node_internals>|[\\/]node_modules[\\/]/.test(source?.path ?? '');
