/** Questions about the code in an editor: the thread is told first what editors hold that it has not seen. */
import * as vscode from 'vscode';
import type {
  CheckpointTensor,
  CodeComparison,
  CodeFile,
  Hovered,
  PausedFrame,
  ShapeHint,
  ShapeLens,
  ShapeProblem,
  Sizes,
} from '../../protocol/shapes';
import { codeFile, createRelevance, isWatched, selector, watched } from './languages';
import { createShapesThread } from './thread';

export { selector };

/** A pause in typing after which the next question is prepared: the editor asks 300 ms after the mouse rests. */
const pause = 40;

export interface Questions extends vscode.Disposable {
  hover(
    document: vscode.TextDocument,
    position: vscode.Position,
    sizes: Sizes,
    token: vscode.CancellationToken,
  ): Promise<Hovered | undefined>;
  hints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<readonly ShapeHint[]>;
  problems(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<readonly ShapeProblem[] | undefined>;
  lenses(
    document: vscode.TextDocument,
    sizes: Sizes,
    token: vscode.CancellationToken,
  ): Promise<readonly ShapeLens[]>;
  /** Nothing where no class of the file has any of the tensors. Hovers name the tensors from then on. */
  compare(
    file: vscode.Uri,
    checkpoint: string,
    tensors: readonly CheckpointTensor[],
  ): Promise<CodeComparison | undefined>;
  /** Programs that stand still now. */
  pause(frames: readonly (CodeFile & PausedFrame)[]): void;
  /** A document was analysed after a pause in typing. */
  readonly onPrepared: vscode.Event<vscode.TextDocument>;
  /** A checkpoint was compared with code. */
  readonly onCompared: vscode.Event<void>;
  /** Whether the thread was needed so far. */
  isRunning(): boolean;
}

export function createQuestions(extension: vscode.Uri, log: vscode.LogOutputChannel): Questions {
  const inExtension = (...parts: string[]): string =>
    vscode.Uri.joinPath(extension, ...parts).fsPath;
  /** Version of each open document that the thread knows. */
  const told = new Map<string, number>();
  let paused: readonly (CodeFile & PausedFrame)[] = [];
  let isPauseTold = true;
  const thread = createShapesThread(
    inExtension('dist', 'shapes.js'),
    inExtension('node_modules', '@vscode', 'tree-sitter-wasm', 'wasm'),
    (how) => {
      told.clear();
      isPauseTold = paused.length === 0;
      log.error(`The shapes thread ended (${how}).`);
    },
    (text) => log.error(text),
  );
  /** News, not a question: when the thread is gone, the next one is told everything. */
  const tell = (sent: Promise<void>): void => void sent.catch((error) => log.warn(String(error)));
  const relevance = createRelevance();
  const isCode = relevance.known;

  const tellEdits = (): void => {
    for (const document of vscode.workspace.textDocuments) {
      const key = document.uri.toString();
      if (!isCode(document) || told.get(key) === document.version) continue;
      told.set(key, document.version);
      tell(thread.call('edit', { ...codeFile(document.uri), text: document.getText() }));
    }
    if (isPauseTold) return;
    isPauseTold = true;
    tell(thread.call('pause', { frames: paused }));
  };
  /** No answer, rather than an error in the person's way; the log has it. */
  const ask = async <T>(
    document: vscode.TextDocument,
    question: (signal: AbortSignal) => Promise<T>,
    token: vscode.CancellationToken,
  ): Promise<T | undefined> => {
    if (!(await relevance.of(document)) || token.isCancellationRequested) return undefined;
    const controller = new AbortController();
    const listening = token.onCancellationRequested(() => controller.abort());
    try {
      tellEdits();
      return await question(controller.signal);
    } catch (error) {
      if (!token.isCancellationRequested) log.warn(String(error));
      return undefined;
    } finally {
      listening.dispose();
    }
  };

  const prepared = new vscode.EventEmitter<vscode.TextDocument>();
  const compared = new vscode.EventEmitter<void>();
  let waiting: NodeJS.Timeout | undefined;
  let preparing = new AbortController();
  const prepare = (editor: vscode.TextEditor | undefined): void => {
    if (!editor || !thread.isRunning() || !isCode(editor.document)) return;
    const { document, selection } = editor;
    clearTimeout(waiting);
    preparing.abort();
    preparing = new AbortController();
    const { signal } = preparing;
    waiting = setTimeout(() => {
      tellEdits();
      const place = { ...codeFile(document.uri), line: selection.active.line + 1 };
      void thread.call('prepare', place, signal).then(
        () => prepared.fire(document),
        // What was left for a later change is no news.
        (error) => signal.aborted || log.warn(String(error)),
      );
    }, pause);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(watched);
  const touch = (uri: vscode.Uri): void => {
    if (thread.isRunning() && uri.scheme === 'file' && isWatched(uri))
      tell(thread.call('touch', codeFile(uri)));
  };
  const subscriptions = [
    watcher,
    prepared,
    compared,
    watcher.onDidCreate(touch),
    watcher.onDidChange(touch),
    watcher.onDidDelete(touch),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const editor = vscode.window.activeTextEditor;
      if (editor?.document === document) prepare(editor);
    }),
    vscode.window.onDidChangeActiveTextEditor(prepare),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      relevance.forget(uri);
      if (told.delete(uri.toString())) tell(thread.call('edit', codeFile(uri)));
    }),
  ];

  return {
    hover: (document, { line, character }, sizes, token) =>
      ask(
        document,
        (signal) => {
          const place = { ...codeFile(document.uri), line: line + 1, column: character };
          return thread.call('hover', { ...place, sizes }, signal);
        },
        token,
      ),
    hints: async (document, { start, end }, token) =>
      (await ask(
        document,
        (signal) => {
          const lines = { first: start.line + 1, last: end.line + 1 };
          return thread.call('hints', { ...codeFile(document.uri), ...lines }, signal);
        },
        token,
      )) ?? [],
    problems: (document, token) =>
      ask(document, (signal) => thread.call('problems', codeFile(document.uri), signal), token),
    lenses: async (document, sizes, token) =>
      (await ask(
        document,
        (signal) => {
          return thread.call('lenses', { ...codeFile(document.uri), sizes }, signal);
        },
        token,
      )) ?? [],
    async compare(file, checkpoint, tensors) {
      tellEdits();
      const found = await thread.call('compare', { ...codeFile(file), checkpoint, tensors });
      compared.fire();
      return found;
    },
    pause(frames) {
      paused = frames;
      isPauseTold = false;
    },
    onPrepared: prepared.event,
    onCompared: compared.event,
    isRunning: thread.isRunning,
    dispose() {
      clearTimeout(waiting);
      preparing.abort();
      for (const subscription of subscriptions) subscription.dispose();
      thread.stop();
    },
  };
}
