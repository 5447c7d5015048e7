/** Underlines operations whose sizes certainly do not fit, after a pause in typing. */
import * as vscode from 'vscode';
import type { Dimension, ShapeProblem } from '../../protocol/shapes';
import { shapeText } from './hover';
import { selector, type Questions } from './questions';

export interface Problems extends vscode.Disposable {
  /** Looks at a document that was not looked at as it is. */
  look(document: vscode.TextDocument): void;
}

export function createProblems(questions: Questions): Problems {
  const shown = vscode.languages.createDiagnosticCollection('mnemoscope');
  const seen = new Map<string, number>();
  let asking: vscode.CancellationTokenSource | undefined;
  const isWanted = (document: vscode.TextDocument): boolean =>
    vscode.languages.match(selector, document) > 0 &&
    vscode.workspace.getConfiguration('mnemoscope', document.uri).get('shapeProblems', true);

  const look = async (document: vscode.TextDocument): Promise<void> => {
    const { uri, version } = document;
    const key = uri.toString();
    if (!isWanted(document)) return shown.delete(uri);
    if (seen.get(key) === version) return;
    asking?.cancel();
    asking = new vscode.CancellationTokenSource();
    const problems = await questions.problems(document, asking.token);
    if (!problems || document.isClosed || document.version !== version) return;
    seen.set(key, version);
    shown.set(uri, problems.map(diagnostic));
  };
  const forget = (uri: vscode.Uri): void => {
    seen.delete(uri.toString());
    shown.delete(uri);
  };
  const subscriptions = [
    shown,
    questions.onPrepared((document) => void look(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => forget(uri)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration('mnemoscope.shapeProblems')) return;
      seen.clear();
      shown.clear();
      const document = vscode.window.activeTextEditor?.document;
      if (document && questions.isRunning()) void look(document);
    }),
  ];
  return {
    look: (document) => void look(document),
    dispose() {
      asking?.cancel();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

function diagnostic(problem: ShapeProblem): vscode.Diagnostic {
  const { line, start, end } = problem;
  const range = new vscode.Range(line - 1, start, line - 1, end);
  const found = new vscode.Diagnostic(range, message(problem), vscode.DiagnosticSeverity.Error);
  found.source = 'Mnemoscope';
  found.code = problem.kind;
  return found;
}

function reshapeMessage(left: readonly Dimension[], right: readonly Dimension[]): string {
  const [a, b] = [shapeText(left), shapeText(right)];
  const counts = [left, right].map((shape) =>
    shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : NaN), 1),
  );
  return counts.every((count) => count > 0)
    ? vscode.l10n.t('{0} cannot be viewed as {1}: {2} elements, not {3}.', a, b, ...counts)
    : vscode.l10n.t('{0} cannot be viewed as {1}: the numbers of elements differ.', a, b);
}

function message({ kind, left, right }: ShapeProblem): string {
  const [a, b] = [shapeText(left), shapeText(right)];
  switch (kind) {
    case 'linear':
      return vscode.l10n.t(
        '{0} does not fit a layer from {1} to {2} features: its last size is {3}.',
        a,
        String(right[0]),
        String(right[1]),
        String(left.at(-1)),
      );
    case 'channels':
      return vscode.l10n.t(
        '{0} does not fit a layer from {1} to {2} channels.',
        a,
        String(right[0]),
        String(right[1]),
      );
    case 'axes':
      return vscode.l10n.t('{0} does not have the axes {1}.', a, b);
    case 'product':
      return vscode.l10n.t('{0} and {1} have no matrix product: the inner sizes differ.', a, b);
    case 'reshape':
      return reshapeMessage(left, right);
    case 'concatenate':
      return vscode.l10n.t('{0} and {1} cannot be joined: the other sizes differ.', a, b);
    case 'broadcast':
      return vscode.l10n.t('{0} and {1} do not broadcast.', a, b);
  }
}
