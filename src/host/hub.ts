/** Models on the Hugging Face Hub: asked for by name, opened in the same editor under an address of their own. */
import * as vscode from 'vscode';
import { hubPath, parseHubName, type HubName } from '../core/checkpoint/hubName';
import { isCheckpointName } from './endings';
import type { Engine } from './engineProcess';

/** `mnemoscope-hub:/owner/name@revision/file`: enough to open it again when the window is reloaded. */
const scheme = 'mnemoscope-hub';

/** The path that the engine opens; undefined for the address of a file. */
export function hubPathOf(uri: vscode.Uri): string | undefined {
  if (uri.scheme !== scheme) return undefined;
  const name = parseHubName(uri.path.slice(1));
  if (!name) throw new Error(`${uri.toString()}: ${notAName()}`);
  return hubPath(name);
}

/** The page of a file beside a checkpoint on the Hub; undefined for the address of a file. */
export function hubPage(uri: vscode.Uri, file: string): vscode.Uri | undefined {
  const path = hubPathOf(uri);
  const name = path === undefined ? undefined : parseHubName(path);
  if (!name) return undefined;
  const endpoint = process.env['HF_ENDPOINT'] || 'https://huggingface.co';
  const folder = name.file?.includes('/') ? name.file.slice(0, name.file.lastIndexOf('/') + 1) : '';
  return vscode.Uri.parse(
    `${endpoint.replace(/\/+$/, '')}/${name.model}/blob/${name.revision}/${folder}${file}`,
  );
}

const uriOf = (name: HubName): vscode.Uri =>
  vscode.Uri.from({ scheme, path: `/${hubPath(name).replace(/^hf:/, '')}` });

const notAName = (): string => vscode.l10n.t('Write owner/name, or owner/name@revision.');

/** Asks for a model, and for one of its checkpoints where there are several. Nothing is fetched before that. */
export async function openFromHub(engine: Engine, viewType: string): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Open from Hugging Face Hub'),
    prompt: vscode.l10n.t('Its header is fetched, and of its weights what you look at.'),
    placeHolder: 'owner/name[@revision][/file]',
    ignoreFocusOut: true,
    validateInput: (value) => (value && !parseHubName(value) ? notAName() : undefined),
  });
  const name = text === undefined ? undefined : parseHubName(text);
  if (!name) return;
  try {
    const chosen = name.file === undefined ? await chooseFile(engine, name) : name;
    if (chosen) await vscode.commands.executeCommand('vscode.openWith', uriOf(chosen), viewType);
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

/** A shard opens all of its siblings through their index. */
const shard = /-\d{5}-of-\d{5}\./;

async function chooseFile(engine: Engine, name: HubName): Promise<HubName | undefined> {
  const location = vscode.ProgressLocation.Window;
  const title = vscode.l10n.t('Asking the Hub for {0}', name.model);
  const files = await vscode.window.withProgress({ location, title }, () =>
    engine.call('hubFiles', { path: hubPath(name) }),
  );
  const found = files.filter((file) => isCheckpointName(file.name) && !shard.test(file.name));
  if (found.length < 2) return { ...name, ...(found[0] && { file: found[0].name }) };
  const picked = await vscode.window.showQuickPick(
    found.map((file) => ({ label: file.name, description: `${(file.size / 1e6).toFixed(1)} MB` })),
    { title: name.model },
  );
  return picked && { ...name, file: picked.label };
}
