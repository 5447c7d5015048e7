/** Names of models on the Hugging Face Hub, in the spelling of its own file system: `hf:owner/name[@revision][/file]`. */

export interface HubName {
  /** `owner/name`. */
  readonly model: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** One file of the model; undefined: its only checkpoint. */
  readonly file?: string;
}

/** How a path says that it is no file of this machine. */
export const hubMark = 'hf:';

const part = '[\\w.-]*[\\w-][\\w.-]*';
const pattern = new RegExp(
  `^(?:hf:(?://)?)?(${part}/${part})(?:@(refs/(?:pr|convert)/[\\w.-]+|${part}))?(?:/(.+))?$`,
);

/** Undefined when the text is no such name. The mark may be left out. */
export function parseHubName(text: string): HubName | undefined {
  const [, model, revision = 'main', file] = pattern.exec(text.trim()) ?? [];
  if (model === undefined) return undefined;
  if (file === undefined) return { model, revision };
  const isPlain = file.split('/').every((name) => name && name !== '.' && name !== '..');
  return isPlain && !/[\\\0]/.test(file) ? { model, revision, file } : undefined;
}

/** The name as a path that the engine and the command line open. */
export function hubPath({ model, revision, file }: HubName): string {
  const at = revision === 'main' ? '' : `@${revision}`;
  return `${hubMark}${model}${at}${file === undefined ? '' : `/${file}`}`;
}
