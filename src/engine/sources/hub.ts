/** A model on the Hugging Face Hub: its list of files once, then headers and values by range. Nothing is stored. */
import { FormatError, readBytes, type Folder, type Platform } from '../../core/checkpoint/bytes';
import { openCheckpoint, openFolder } from '../../core/checkpoint/formats';
import { hubPath, parseHubName, type HubName } from '../../core/checkpoint/hubName';
import type { Opened } from '../files';
import { createHubClient, hubSettings, type HubClient, type HubSettings } from './http';
import { remoteSource, type Pages } from './remoteFile';

/** The list of the largest model's files takes a few hundred kilobytes. */
const maxList = 16 << 20;
/** Text files that are read as a whole. */
const textFile = /\.(json|txt|model|jinja|md)$/i;

interface Listing {
  readonly commit: string;
  /** Size by path. */
  readonly files: ReadonlyMap<string, number>;
}

/** Opens `hf:owner/name[@revision][/file]`. The revision is pinned to its commit, so that all reads see the same files. */
export async function openHub(
  path: string,
  platform: Platform,
  settings?: HubSettings,
): Promise<Opened> {
  const name = parseHubName(path);
  if (!name) throw new FormatError(path, 'expected hf:owner/name[@revision][/file]');
  const client = createHubClient(settings ?? (await hubSettings()));
  try {
    const listing = await list(client, name);
    const folder = folderOf(client, name, listing);
    const checkpoint =
      name.file === undefined
        ? await openFolder(folder, platform)
        : await openCheckpoint(await folder.open(name.file), folder, platform);
    return {
      checkpoint,
      folder,
      identity: () => JSON.stringify([hubPath(name), listing.commit]),
      // A commit never changes; a server that breaks this is told by the read.
      changed: async () => undefined,
      close: async () => client.close(),
    };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Names and sizes of a model's files, without opening any. */
export async function hubFiles(
  path: string,
  settings?: HubSettings,
): Promise<readonly { readonly name: string; readonly size: number }[]> {
  const name = parseHubName(path);
  if (!name) throw new FormatError(path, 'expected hf:owner/name[@revision]');
  const client = createHubClient(settings ?? (await hubSettings()));
  try {
    return [...(await list(client, name)).files].map(([file, size]) => ({ name: file, size }));
  } finally {
    client.close();
  }
}

async function list(client: HubClient, { model, revision }: HubName): Promise<Listing> {
  const url = `${client.endpoint}/api/models/${model}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const body = await client.get(model, url, maxList);
  const fail = (): never => {
    throw new FormatError(model, `${client.endpoint} does not answer as the Hub does`);
  };
  let json: { sha?: unknown; siblings?: unknown };
  try {
    json = JSON.parse(new TextDecoder().decode(body)) as typeof json;
  } catch {
    return fail();
  }
  const { sha, siblings } = json ?? {};
  if (typeof sha !== 'string' || !/^[0-9a-f]{4,64}$/.test(sha) || !Array.isArray(siblings)) {
    return fail();
  }
  const files = new Map<string, number>();
  for (const { rfilename, size } of siblings as { rfilename?: unknown; size?: unknown }[]) {
    if (typeof rfilename !== 'string' || !Number.isSafeInteger(size)) return fail();
    files.set(rfilename, size as number);
  }
  return { commit: sha, files };
}

function folderOf(
  client: HubClient,
  { model, file = '' }: HubName,
  { commit, files }: Listing,
): Folder {
  const pages: Pages = new Map();
  // A file in a folder of the model has its siblings there; the config may lie above.
  const below = file.slice(0, file.lastIndexOf('/') + 1);
  const pathOf = (name: string): string =>
    files.has(name) && name.startsWith(below) ? name : `${below}${name}`;
  const urlOf = (path: string): string =>
    `${client.endpoint}/${model}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
  return {
    name: model,
    list: async () =>
      [...files.keys()]
        .filter((path) => path.startsWith(below))
        .map((path) => path.slice(below.length))
        .filter((path) => !path.includes('/')),
    size: async (name) => files.get(pathOf(name)),
    async open(name) {
      const path = pathOf(name);
      const size = files.get(path);
      if (size === undefined)
        throw new FormatError(model, `there is no ${JSON.stringify(name)} on the Hub`);
      const shown = path.slice(below.length);
      const source = remoteSource(client, { name: shown, url: urlOf(path), size }, pages);
      return textFile.test(name) ? whole(source) : source;
    },
  };
}

/** The Hub compresses and serves small text files without ranges: these are read in one go. */
function whole(source: ReturnType<typeof remoteSource>): ReturnType<typeof remoteSource> {
  let reading: Promise<Uint8Array> | undefined;
  return {
    ...source,
    async read(offset, target) {
      if (source.size > 32 << 20) return source.read(offset, target);
      reading ??= readBytes(source, 0, source.size, 'the file');
      target.set((await reading).subarray(offset, offset + target.length));
    },
  };
}
