/** Shapes in the editor: hover and inlay hints, answered by a thread that the first question starts. */
import * as vscode from 'vscode';
import type { Hovered } from '../../protocol/shapes';
import type { Engine } from '../engineProcess';
import { createComparisons, type Comparisons } from './comparisons';
import { hoverText, shapeText } from './hover';
import { registerLenses } from './lenses';
import { createProblems } from './problems';
import { createQuestions, selector, type Questions } from './questions';
import { createSizePicker } from './sizes';
import { createKnownStatistics } from './statistics';

export interface Shapes extends vscode.Disposable {
  /** Offers symbols that have no size yet. */
  chooseSizes(symbols?: readonly string[]): Promise<void>;
  /** Shows the inlay hints of the file in front, or hides them. */
  toggleHints(): void;
  readonly comparisons: Comparisons;
  /** Programs that stand still now. */
  pause: Questions['pause'];
  /** What is known at a place, as a hover has it. */
  ask(document: vscode.TextDocument, position: vscode.Position): Promise<Hovered | undefined>;
  /** For tests: whether the thread was needed so far. */
  isRunning(): boolean;
}

export function registerShapes(
  context: vscode.ExtensionContext,
  engine: Engine,
  log: vscode.LogOutputChannel,
): Shapes {
  const statistics = createKnownStatistics(engine);
  const questions = createQuestions(context.extensionUri, log);
  const picker = createSizePicker(context.workspaceState);
  const hintsChanged = new vscode.EventEmitter<void>();
  /** Files whose hints are the other way round than the setting says. */
  const toggled = new Set<string>();
  const hasHints = ({ uri }: vscode.TextDocument): boolean =>
    vscode.workspace.getConfiguration('mnemoscope', uri).get('inlayHints', false) !==
    toggled.has(uri.toString());

  const problems = createProblems(questions);
  const comparisons = createComparisons(questions);
  const registered = vscode.Disposable.from(
    questions,
    problems,
    comparisons,
    picker,
    registerLenses(questions, picker),
    hintsChanged,
    vscode.languages.registerHoverProvider(selector, {
      async provideHover(document, position, token) {
        const found = await questions.hover(document, position, picker.sizes(), token);
        problems.look(document);
        comparisons.refresh();
        if (!found) return undefined;
        const { tensors } = found;
        const hover = tensors ? { ...found, tensors: await comparisons.present(tensors) } : found;
        if (hover.tensors?.length === 0 && isNothingElse(hover)) return undefined;
        const { line } = position;
        const range = new vscode.Range(line, hover.start, line, hover.end);
        return new vscode.Hover(hoverText(hover, document, statistics), range);
      },
    }),
    vscode.languages.registerInlayHintsProvider(selector, {
      onDidChangeInlayHints: hintsChanged.event,
      async provideInlayHints(document, range, token) {
        if (!hasHints(document)) return [];
        const hints = await questions.hints(document, range, token);
        return hints.map(({ line, column, dtype, shape }) => {
          const at = new vscode.Position(line - 1, column);
          const kind = vscode.InlayHintKind.Type;
          const hint = new vscode.InlayHint(at, `: ${shapeText(shape)}`, kind);
          if (dtype !== undefined) hint.tooltip = `${dtype} ${shapeText(shape)}`;
          return hint;
        });
      },
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('mnemoscope.inlayHints')) hintsChanged.fire();
    }),
  );
  return {
    chooseSizes: picker.choose,
    toggleHints() {
      const document = vscode.window.activeTextEditor?.document;
      if (!document || vscode.languages.match(selector, document) === 0) return;
      const uri = document.uri.toString();
      if (!toggled.delete(uri)) toggled.add(uri);
      hintsChanged.fire();
    },
    comparisons,
    pause: questions.pause,
    async ask(document, position) {
      const asking = new vscode.CancellationTokenSource();
      try {
        return await questions.hover(document, position, picker.sizes(), asking.token);
      } finally {
        asking.dispose();
      }
    },
    isRunning: questions.isRunning,
    dispose: () => void registered.dispose(),
  };
}

/** Whether only the tensors of a checkpoint were known of it. */
const isNothingElse = (hover: Hovered): boolean =>
  !('shape' in hover) && !('members' in hover) && hover.className === undefined;
