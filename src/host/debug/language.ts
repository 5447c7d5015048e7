/** What a debugger must be asked, per language. Adding one is one file and one line in `languages.ts`. */
import type { DebugSession } from 'vscode';
import type { Drained, Frame } from '../../protocol/session';

/** What a drain gives: the bytes themselves, or a file of the debugged process. */
export type Drain = Drained & ({ readonly data: Uint8Array } | { readonly path: string } | object);

export interface Language {
  /** Types of debug sessions that it knows. */
  readonly types: readonly string[];
  /** Puts the helper into the program. */
  install(session: DebugSession): Promise<void>;
  /** Describes the tensors of a frame: one question, at most 256 KB of answer. */
  frame(session: DebugSession, frameId: number, where: string): Promise<FrameAnswer>;
  /** Takes what was recorded since the last time. */
  drain(session: DebugSession): Promise<Drain>;
  /** A part of a file that `drain` named, where its file system is not ours. */
  readFile(session: DebugSession, path: string, start: number, count: number): Promise<Uint8Array>;
  removeFile(session: DebugSession, path: string): Promise<void>;
  /** Which operations stop the program. */
  watch(session: DebugSession, conditions: readonly object[]): Promise<void>;
  /** The condition of a breakpoint that records `expressions` and never stops. */
  probeCondition(identity: string, expressions: readonly string[]): string;
  uninstall(session: DebugSession): Promise<void>;
}

export type FrameAnswer = Pick<Frame, 'tensors' | 'milliseconds'>;
