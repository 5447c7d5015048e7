/** What modules and their `forward` cost, above their lines. */
import * as vscode from 'vscode';
import type { ShapeLens } from '../../protocol/shapes';
import { countText } from './amounts';
import { formula } from './formula';
import { selector, type Questions } from './questions';
import { chooseSizesFor, type SizePicker } from './sizes';

export function registerLenses(
  questions: Questions,
  { sizes, onDidChange }: SizePicker,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    onDidChange(() => changed.fire()),
    questions.onPrepared(() => changed.fire()),
    questions.onCompared(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('mnemoscope.shapeLenses')) changed.fire();
    }),
    vscode.languages.registerCodeLensProvider(selector, {
      onDidChangeCodeLenses: changed.event,
      async provideCodeLenses(document, token) {
        const settings = vscode.workspace.getConfiguration('mnemoscope', document.uri);
        if (!settings.get('shapeLenses', false)) return [];
        const all = await questions.lenses(document, sizes(), token);
        return all.flatMap((lens) => {
          const command = commandOf(lens);
          const range = new vscode.Range(lens.line - 1, 0, lens.line - 1, 0);
          return command ? [new vscode.CodeLens(range, command)] : [];
        });
      },
    }),
  );
}

function commandOf(lens: ShapeLens): vscode.Command | undefined {
  const { tensor } = lens;
  if (tensor) {
    const title = vscode.l10n.t('open in checkpoint');
    const { checkpoint, first } = tensor;
    return { title, command: 'mnemoscope.openTensor', arguments: [checkpoint, first] };
  }
  const title = titleOf(lens);
  const { flops, parameters, order = [] } = lens;
  const size = flops ?? parameters ?? 0;
  const symbols = order.filter((symbol) => `${size}`.includes(symbol));
  return title === undefined ? undefined : { ...chooseSizesFor([...symbols, size]), title };
}

function titleOf({ parameters, flops, order = [] }: ShapeLens): string | undefined {
  const count = (dim: number | string): string | undefined =>
    typeof dim === 'number' ? countText(dim) : formula(dim, order);
  if (flops !== undefined) return count(flops) && `${count(flops)} FLOPs`;
  const text = parameters === undefined ? undefined : count(parameters);
  return text === undefined ? undefined : vscode.l10n.t('{0} parameters', text);
}
