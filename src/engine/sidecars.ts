/** Files that people put beside a checkpoint. */
import type { Folder } from '../core/checkpoint/bytes';

export interface Sidecar {
  readonly name: string;
  readonly size: number;
}

const known =
  /^(.*config\.json|tokenizer.*\.json|vocab\.(json|txt)|merges\.txt|special_tokens_map\.json|chat_template\.(jinja|json)|.*\.index\.json|readme\.md|license(\.\w+)?|model-spec\.json)$/i;
/** A folder may hold thousands of other things. */
const most = 24;

/** Those that are there, by name. None is opened: a README may change while a checkpoint is looked at. */
export async function sidecarsOf(folder: Folder): Promise<readonly Sidecar[]> {
  const names = (await folder.list().catch(() => [])).filter((name) => known.test(name));
  const found: Sidecar[] = [];
  for (const name of names.toSorted().slice(0, most)) {
    const size = await folder.size?.(name);
    if (size !== undefined) found.push({ name, size });
  }
  return found;
}
