/**
 * Activation: registers everything, starts nothing. The engine comes with the first checkpoint, the shapes thread
 * with the first hover, or with code that imports arrays.
 */
import * as vscode from 'vscode';
import { registerCheckpointEditor } from './checkpointEditor';
import { registerCommands } from './commands';
import { registerComparePanels } from './compare';
import { type Debugging, registerDebugging } from './debug/register';
import { createEngine, type Engine } from './engineProcess';
import { registerReplays, type Replays } from './replay/register';
import { followPaused } from './shapes/paused';
import { registerShapes, type Shapes } from './shapes/register';
import { registerTensorsView, type TensorsView } from './tensorsView';
import { registerTools } from './tools/register';

export interface Api {
  /** For tests: the process that runs models. */
  readonly engine: Engine;
  /** For tests: what answers hovers. */
  readonly shapes: Shapes;
  /** For tests: the debug sessions that are followed. */
  readonly debugging: Debugging;
  /** For tests: traces that are stepped through. */
  readonly replays: Replays;
  /** For tests: the tree of tensors beside the editor. */
  readonly tensors: TensorsView;
}

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel('Mnemoscope', { log: true });
  const entry = vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath;
  const engine = createEngine(entry, (line) => log.info(line));
  const shapes = registerShapes(context, engine, log);
  const replays = registerReplays(engine);
  const debugging = registerDebugging(context, engine, replays, log);
  const tensors = registerTensorsView();
  context.subscriptions.push(
    log,
    shapes,
    debugging,
    { dispose: () => engine.stop() },
    replays,
    tensors,
    followPaused(debugging.sessions, shapes.pause),
    registerCheckpointEditor(context, engine, replays, shapes),
    registerTools(engine, shapes),
    registerComparePanels(context.extensionUri, engine),
    registerCommands(context.extensionUri, engine, shapes, log),
  );
  return { engine, shapes, debugging, replays, tensors };
}
