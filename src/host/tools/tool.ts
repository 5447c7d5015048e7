import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { unpackTensors } from '../../core/summary/columns';
import type { CheckpointSummary } from '../../protocol/engine';
import type { Engine } from '../engineProcess';

/** A question that a language model may ask. Adding one is one file, one line in `register.ts` and its schema in the manifest. */
export interface Tool {
  /** Answers in a few lines. Throws Error with one sentence where it cannot. */
  run(
    input: Readonly<Record<string, unknown>>,
    engine: Engine,
    signal: AbortSignal,
  ): Promise<string>;
}

/** A path as a model writes it: absolute, or relative to the first folder of the workspace. */
export function pathOf(input: Readonly<Record<string, unknown>>, key = 'path'): string {
  const path = input[key];
  if (typeof path !== 'string' || path === '') throw new Error(`${key}: expected a path`);
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return isAbsolute(path) || root === undefined ? path : join(root, path);
}

/** A whole number from 0, or what it is without one. */
export function wholeOf(
  input: Readonly<Record<string, unknown>>,
  key: string,
  otherwise: number,
): number {
  const value = input[key] ?? otherwise;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${key}: expected a whole number, found ${JSON.stringify(value)}`);
}

/** Opens a checkpoint for as long as `use` takes. */
export async function withCheckpoint<T>(
  engine: Engine,
  path: string,
  use: (checkpoint: CheckpointSummary) => Promise<T>,
): Promise<T> {
  const checkpoint = await engine.call('open', { path });
  try {
    return await use({ ...checkpoint, tensors: unpackTensors(checkpoint.tensors) });
  } finally {
    void engine.call('close', { checkpoint: checkpoint.id }).catch(() => undefined);
  }
}
