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
import { createRelevance, isWatched, selector, usesArrays, watched } from './languages';
import { placeOf, sourceOf } from './sources';
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
  /** A checkpoint is gone: hovers do not name its tensors any more. */
  release(checkpoint: string): Promise<void>;
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
  /** Version of the code of each open document that the thread knows, by its place. */
  const told = new Map<string, string>();
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
      if (!isCode(document)) continue;
      const { place, version, text } = sourceOf(document);
      if (told.get(place.file) === version) continue;
      told.set(place.file, version);
      tell(thread.call('edit', { ...place, text: text() }));
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
    if (!editor || !isCode(editor.document)) return;
    const { document, selection } = editor;
    // Ahead of the first hover, where one is likely: it would wait for the parser.
    if (!thread.isRunning() && !usesArrays(document.getText())) return;
    clearTimeout(waiting);
    preparing.abort();
    preparing = new AbortController();
    const { signal } = preparing;
    waiting = setTimeout(() => {
      tellEdits();
      const { place, above } = sourceOf(document);
      const line = above + selection.active.line + 1;
      void thread.call('prepare', { ...place, line }, signal).then(
        () => prepared.fire(document),
        // What was left for a later change is no news.
        (error) => signal.aborted || log.warn(String(error)),
      );
    }, pause);
  };
  const forget = (place: CodeFile): void => {
    if (told.delete(place.file)) tell(thread.call('edit', place));
  };
  const watcher = vscode.workspace.createFileSystemWatcher(watched);
  const touch = (uri: vscode.Uri): void => {
    if (thread.isRunning() && uri.scheme === 'file' && isWatched(uri))
      tell(thread.call('touch', placeOf(uri)));
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
    vscode.workspace.onDidCloseTextDocument((document) => {
      relevance.forget(document.uri);
      forget(sourceOf(document).place);
    }),
    vscode.workspace.onDidCloseNotebookDocument(({ uri }) => forget(placeOf(uri))),
  ];

  prepare(vscode.window.activeTextEditor);
  /** Those of the lines that are of the document, counted in it. */
  const within = <T extends { readonly line: number }>(
    { lineCount }: vscode.TextDocument,
    above: number,
    all: readonly T[],
  ): T[] =>
    all
      .map((one) => ({ ...one, line: one.line - above }))
      .filter(({ line }) => line > 0 && line <= lineCount);

  return {
    hover: (document, { line, character: column }, sizes, token) =>
      ask(
        document,
        (signal) => {
          const { place, above } = sourceOf(document);
          return thread.call('hover', { ...place, line: above + line + 1, column, sizes }, signal);
        },
        token,
      ),
    hints: async (document, { start, end }, token) =>
      (await ask(
        document,
        async (signal) => {
          const { place, above } = sourceOf(document);
          const lines = { first: above + start.line + 1, last: above + end.line + 1 };
          return within(
            document,
            above,
            await thread.call('hints', { ...place, ...lines }, signal),
          );
        },
        token,
      )) ?? [],
    problems: (document, token) =>
      ask(
        document,
        async (signal) => {
          const { place, above } = sourceOf(document);
          return within(document, above, await thread.call('problems', place, signal));
        },
        token,
      ),
    lenses: async (document, sizes, token) =>
      (await ask(
        document,
        async (signal) => {
          const { place, above } = sourceOf(document);
          return within(document, above, await thread.call('lenses', { ...place, sizes }, signal));
        },
        token,
      )) ?? [],
    async compare(file, checkpoint, tensors) {
      tellEdits();
      const found = await thread.call('compare', { ...placeOf(file), checkpoint, tensors });
      compared.fire();
      return found;
    },
    async release(checkpoint) {
      await thread.call('release', { checkpoint });
      compared.fire();
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
