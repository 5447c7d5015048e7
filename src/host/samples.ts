/** The samples that come with the extension. */
import * as vscode from 'vscode';

interface Sample {
  /** Its folder under `samples`. */
  readonly folder: string;
  readonly title: string;
  readonly detail: string;
}

function samples(): readonly Sample[] {
  return [
    {
      folder: 'induction',
      title: vscode.l10n.t('Induction heads'),
      detail: vscode.l10n.t('A small GPT that finds phrases again: attention.'),
    },
    {
      folder: 'ntm-copy',
      title: vscode.l10n.t('Neural Turing Machine'),
      detail: vscode.l10n.t('Copies rows of bits through its memory.'),
    },
    {
      folder: 'memn2n',
      title: vscode.l10n.t('Memory network'),
      detail: vscode.l10n.t('Reads a story and answers where a thing is, in three hops.'),
    },
    {
      folder: 'hopfield',
      title: vscode.l10n.t('Hopfield network'),
      detail: vscode.l10n.t('Recalls five letters from noise: energy.'),
    },
  ];
}

/** The checkpoint of the sample in that folder, else of the one that the person picks; undefined when none is picked. */
export async function pickSample(
  extension: vscode.Uri,
  folder: unknown,
): Promise<vscode.Uri | undefined> {
  const known = samples();
  const items = known.map((sample) => ({ ...sample, label: sample.title }));
  const picked =
    known.find((sample) => sample.folder === folder) ??
    (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Open a Sample') }));
  return picked && vscode.Uri.joinPath(extension, 'samples', picked.folder, 'model.safetensors');
}
