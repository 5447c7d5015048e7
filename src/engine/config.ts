/** What is written about a model beside its weights or with them. */
import { FormatError, readBytes, type Folder } from '../core/checkpoint/bytes';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { Config } from '../core/model/architecture';

/** A config is a page of text; more than this is none. */
const largestFile = 4 * 1024 * 1024;
/** Where training scripts keep a model's arguments: nanoGPT, Lightning, others. */
const argumentPaths = ['model_args.', 'hyper_parameters.', 'config.', 'args.'];

export interface ReadConfig {
  readonly config: Config;
  /** One sentence when a config is there but of no use. */
  readonly warning?: string;
}

/** `config.json` of the folder, else that of an adapter; arguments saved inside the checkpoint itself win over it. */
export async function readConfig(folder: Folder, checkpoint: Checkpoint): Promise<ReadConfig> {
  const inside = savedArguments(checkpoint.metadata);
  try {
    return { config: { ...(await readFile(folder)), ...inside } };
  } catch (error) {
    const warning = error instanceof Error ? error.message : String(error);
    return { config: inside, warning };
  }
}

/** `preprocessor_config.json` of the folder, what is done to an image; undefined without one. Throws FormatError. */
export async function readPreprocessing(folder: Folder): Promise<Config | undefined> {
  const name = 'preprocessor_config.json';
  return (await folder.list()).includes(name) ? readJson(folder, name) : undefined;
}

async function readFile(folder: Folder): Promise<Config> {
  const names = await folder.list();
  const name = ['config.json', 'adapter_config.json'].find((file) => names.includes(file));
  return name === undefined ? {} : readJson(folder, name);
}

async function readJson(folder: Folder, name: string): Promise<Config> {
  const source = await folder.open(name);
  if (source.size > largestFile) {
    throw new FormatError(name, `${source.size} bytes are too many for a config`);
  }
  const bytes = await readBytes(source, 0, source.size, 'the config');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new FormatError(name, 'this is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new FormatError(name, 'expected a JSON object');
  }
  return json as Config;
}

function savedArguments(metadata: ReadonlyMap<string, string>): Config {
  const found = new Map<string, unknown>();
  for (const [key, text] of metadata) {
    const path = argumentPaths.find((start) => key.startsWith(start));
    if (path) found.set(key.slice(path.length), valueOf(text));
  }
  return Object.fromEntries(found);
}

/** A value as pickle readers write it: JSON, or Python's own words. */
function valueOf(text: string): unknown {
  const python: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };
  if (Object.hasOwn(python, text)) return python[text];
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
