/** Checkpoints of virtual file systems: VS Code gives such files only whole, so they are copied for as long as they are open. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { hubPathOf } from './hub';

/** A file of this machine that only this person can read. */
export interface LocalCopy {
  readonly path: string;
  remove(): void;
}

/** What the engine opens for an address: a path of this machine, a name on the Hub, or a copy that lives until it is removed. */
export async function engineFile(uri: vscode.Uri): Promise<LocalCopy> {
  const path = hubPathOf(uri) ?? (uri.scheme === 'file' ? uri.fsPath : undefined);
  return path === undefined ? copyHere(uri) : { path, remove: () => undefined };
}

/** The extension host holds each file in memory for a moment. */
const largest = 1 << 30;
/** What the engine reads beside a checkpoint. */
const sidecars = [
  'config.json',
  'adapter_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
  'merges.txt',
  'model-spec.json',
];

/** Copies a checkpoint, its shards and what lies beside it, with progress. Rejects with one line when it is too large. */
async function copyHere(uri: vscode.Uri): Promise<LocalCopy> {
  const name = nameOf(uri);
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-'));
  const remove = (): void =>
    void rm(folder, { recursive: true, force: true }).catch(() => undefined);
  const title = vscode.l10n.t('Copying {0}: its file system gives whole files only', name);
  const location = vscode.ProgressLocation.Notification;
  try {
    await vscode.window.withProgress({ location, title, cancellable: true }, async (bar, token) => {
      let left = largest;
      const copy = async (each: vscode.Uri): Promise<Uint8Array> => {
        if (token.isCancellationRequested) throw new Error(vscode.l10n.t('{0}: cancelled', name));
        const { size } = await vscode.workspace.fs.stat(each);
        left -= size;
        if (left < 0) {
          throw new Error(
            vscode.l10n.t(
              '{0}: over 1 GiB in a file system that gives whole files only; download it and open the copy',
              name,
            ),
          );
        }
        bar.report({ message: nameOf(each) });
        const bytes = await vscode.workspace.fs.readFile(each);
        await writeFile(join(folder, nameOf(each)), bytes, { mode: 0o600, flag: 'wx' });
        return bytes;
      };
      const first = await copy(uri);
      const beside = vscode.Uri.joinPath(uri, '..');
      const present = await vscode.workspace.fs.readDirectory(beside).then(
        (entries) => new Set(entries.map(([entry]) => entry)),
        () => new Set<string>(),
      );
      const wanted = new Set([
        ...(name.endsWith('.index.json') ? shardsIn(first) : []),
        ...sidecars,
      ]);
      wanted.delete(name);
      for (const sibling of wanted) {
        if (present.has(sibling)) await copy(vscode.Uri.joinPath(beside, sibling));
      }
    });
    return { path: join(folder, name), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Plain names of the files that an index points to; the reader tells what is wrong with it. */
function shardsIn(index: Uint8Array): readonly string[] {
  try {
    const { weight_map: map } = JSON.parse(new TextDecoder().decode(index)) as {
      weight_map?: object;
    };
    const names = Object.values(map ?? {}).filter((name) => typeof name === 'string');
    return [...new Set(names)].filter((name) => /^[^/\\:]+$/.test(name) && !/^\.+$/.test(name));
  } catch {
    return [];
  }
}

const nameOf = ({ path }: vscode.Uri): string => path.slice(path.lastIndexOf('/') + 1);
