/** What a debugger must be asked, per language. Adding one is one file and one line in `languages.ts`. */
import type { DebugSession } from 'vscode';
import type { Drained, Frame } from '../../protocol/session';
import type { HelperFolder } from './helperFolder';
import type { Question } from './liveTensors';
import type { Reading } from './pins';

/** What a drain gives: the bytes themselves, or a file of the debugged process. */
export type Drain = Drained & { /** There is more to be taken. */ readonly more?: boolean } & (
    { readonly data: Uint8Array } | { readonly path: string } | object
  );

export interface Language {
  /** Types of debug sessions that it knows. */
  readonly types: readonly string[];
  /** Ids of the languages of its source files. */
  readonly documents: readonly string[];
  /** Whether a session of these types runs a program; without it, all do. */
  follows?(session: DebugSession): boolean;
  /**
   * Puts the helper into the program, with the operations that stop it from its first line on; `folder` is where it may leave
   * files, if it sees it.
   */
  install(
    session: DebugSession,
    folder: HelperFolder,
    conditions: readonly object[],
  ): Promise<void>;
  /** Describes the tensors of a frame: one question, at most 256 KB of answer. */
  frame(
    session: DebugSession,
    frameId: number,
    where: string,
    reading: Reading,
  ): Promise<FrameAnswer>;
  /** A part or a figure of one array of a frame, at most 256 KB. */
  answer<T>(session: DebugSession, frameId: number, question: Question): Promise<T>;
  /** Takes what was recorded since the last time. */
  drain(session: DebugSession): Promise<Drain>;
  /** The values (float32) of one head of an attention that `drain` handed over pooled, or a file of them. */
  exact?(session: DebugSession, operation: number, head: number): Promise<Uint8Array | SavedFile>;
  /** A part of a file that `drain` named, where its file system is not ours. */
  readFile(session: DebugSession, path: string, start: number, count: number): Promise<Uint8Array>;
  removeFile(session: DebugSession, path: string): Promise<void>;
  /** Which operations stop the program. */
  watch(session: DebugSession, conditions: readonly object[]): Promise<void>;
  /** Writes the weights of a module of the frame to a safetensors file of the debugged process. */
  saveWeights?(session: DebugSession, frameId: number, expression: string): Promise<SavedFile>;
  /**
   * The condition of a breakpoint that records `expressions` and stops for memory events alone. With a role, the only one is recorded
   * as a memory that is written to, or as a weighting over its slots.
   */
  probeCondition(identity: string, expressions: readonly string[], role?: Role): string;
  /** Whether a frame is of the helper: it stands on top of the person's where the helper stops the program. */
  isHelper?(frame: StackFrame): boolean;
  /** An expression over a tensor of the frame whose value says its shape and range, for the debugger's hover. */
  hoverOf(name: string): string;
  /** How often each probe's line ran, by its identity. */
  hits(session: DebugSession): Promise<Readonly<Record<string, number>>>;
  /** Tells a helper that cannot see its debugger go that it is still there. */
  stay?(session: DebugSession): Promise<void>;
}

/** Of the debug adapter protocol. */
export interface StackFrame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
  readonly source?: { readonly path?: string };
  readonly presentationHint?: string;
}

export type Role = 'memory' | 'weighting';

/** A file of the debugged process. */
export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
}

export type FrameAnswer = Pick<Frame, 'tensors' | 'integers' | 'milliseconds'> & {
  /** Of a process that is one of several of a distributed run. */
  readonly rank?: string;
};
