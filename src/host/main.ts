/** Activation: registers everything, starts nothing. The engine comes with the first checkpoint. */
import * as vscode from 'vscode';
import { registerCheckpointEditor } from './checkpointEditor';
import { registerCommands } from './commands';
import { createEngine, type Engine } from './engineProcess';

export interface Api {
  /** For tests: the process that runs models. */
  readonly engine: Engine;
}

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel('Mnemoscope', { log: true });
  const entry = vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath;
  const engine = createEngine(entry, (line) => log.info(line));
  context.subscriptions.push(
    log,
    { dispose: () => engine.stop() },
    registerCheckpointEditor(context, engine),
    registerCommands(context.extensionUri, engine, log),
  );
  return { engine };
}
