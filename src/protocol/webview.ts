/** What a webview and the host say to each other. Everything about numbers goes on to the engine unchanged. */
import type { Slice } from '../core/weights/slice';
import type { EngineMethods, EngineNotes, PackedSummary, RunInput, TraceData } from './engine';
import type { GivenArrays } from './inputs';
import type { CodeComparison } from './shapes';
import type { ExportFormat } from './weights';

/** Raised when the two ends no longer understand each other; a stale webview then asks to be reloaded. */
export const protocolVersion = 2;

import type { ReplayPlace } from './replay';
import type { SessionChange, SessionState } from './session';

/** The engine's methods that a webview may call itself: all but those that take a path. */
export const relayed = [
  'tokenize',
  'generate',
  'settings',
  'example',
  'words',
  'textOf',
  'cancel',
  'thumbnail',
  'tile',
  'row',
  'received',
  'statistics',
  'predictions',
  'lens',
  'describe',
  'seriesRange',
  'seriesTile',
  'seriesExtent',
  'tensorStatistics',
  'startSweep',
  'cancelSweep',
  'sweep',
  'weightTile',
  'weightGlance',
  'weightSurvey',
  'weightText',
  'weightLine',
  'weightSpectrum',
  'triageLayer',
] as const;
export type Relayed = (typeof relayed)[number];

/** A place in the workspace's code that belongs to a tensor, head or module. */
export interface CodePlace {
  /** Path relative to the workspace, as shown. */
  readonly label: string;
  readonly line: number;
}

export type HostMethods = Pick<EngineMethods, Relayed> & {
  /** First call of a webview: protocol version in, checkpoint out (rejects with the reader's one-line error). */
  ready(params: { version: number }): PackedSummary;
  run(params: { input: RunInput }): TraceData;
  /** The rollout of the trace that is shown; it is there until another run starts. */
  rollout(params: { trace: number }): TraceData;
  /** Asks for an inputs file; undefined when the person cancels. */
  pickInputs(
    params: Record<string, never>,
  ): { readonly name: string; readonly inputs: GivenArrays } | undefined;
  /** The trace of this editor's last run while the engine still holds it: a webview that was hidden starts anew. */
  lastTrace(params: Record<string, never>): TraceData | undefined;
  /** Best match of the checkpoint's names in the workspace's code; undefined when nothing fits. */
  findCode(params: { tensor?: string }): CodePlace | undefined;
  /** Shows that place beside the panel; `memoryHead` counts all heads of a memory. False when there is none. */
  goToCode(params: {
    tensor?: string;
    head?: { layer: number; head: number };
    memoryHead?: number;
  }): boolean;
  /** What `load_state_dict` would say of the best-matching class and this checkpoint; undefined when nothing fits. */
  compareCode(
    params: Record<string, never>,
  ): (CodeComparison & { readonly file: string }) | undefined;
  /** Shows a line (1-based) of the code that was compared. */
  goToCodeLine(params: { line: number }): void;
  /** The tensor that a link asked this view to show, once. */
  wantedTensor(params: Record<string, never>): string | undefined;
  /** Asks where to write, then writes. `base64` for pictures. */
  saveFile(params: { name: string; text?: string; base64?: string }): void;
  /** Asks where to write a tensor or a slice of it; the engine writes. */
  exportTensor(params: { tensor: string; slice?: Slice; format: ExportFormat; name: string }): void;
  /** Saves the trace as a trace file. */
  saveTrace(params: { trace: number }): void;
  /** Shows a file that the summary lists beside the checkpoint. */
  openSidecar(params: { name: string }): void;
  /** Drafts a model spec beside the checkpoint and shows it; false when no architecture fits. */
  draftSpec(params: Record<string, never>): boolean;
  restartEngine(params: Record<string, never>): void;
  /**
   * Steps through the trace in the debugger, over its equations, from `step` on. Until `replayEnded`, `replayMoved`
   * tells where it stands.
   */
  startReplay(params: { trace: number; step: number }): boolean;
  stopReplay(params: { trace: number }): void;
  /** Goes to a step where the trace is being replayed. */
  seekReplay(params: { trace: number; step: number }): boolean;
  /** The debug session of this panel; undefined in the panel of a checkpoint. */
  session(params: Record<string, never>): SessionState | undefined;
  /** Shows the line of a recorded operation, with its values beside it. */
  showOperation(params: { id: number }): void;
  /** Asks for a memory event at which debugged programs stop from now on. */
  addMemoryEvent(params: Record<string, never>): void;
  /** Has the debugged program run up to its next memory operation. */
  continueToNext(params: Record<string, never>): void;
  /** Evaluates an expression of the person's at every stop of this debug session, or no longer does. */
  pinExpression(params: { expression: string; pinned: boolean }): void;
};

export type HostNotes = Pick<EngineNotes, 'traceChanged' | 'fileChanged' | 'sweepChanged'> & {
  /** The engine process is gone; says why in one line. */
  engineDied: { readonly message: string };
  /** A link in the code asks for this tensor. */
  showTensor: { readonly name: string };
  sessionChanged: SessionChange;
  replayMoved: ReplayPlace;
  replayEnded: { readonly trace: number };
  /** The checkpoint was opened again (after a restart or a change on disk). */
  reopened: PackedSummary;
};
