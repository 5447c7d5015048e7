/** A file on the Hub that is read by range: small reads go through a bounded cache with read-ahead, large ones around it. */
import { FormatError, type ByteSource } from '../../core/checkpoint/bytes';
import type { Answer, HubClient } from './http';

/** Unit of the cache: a header of a large model takes one or two requests. */
const pageBytes = 256 * 1024;
/** One request. */
const partBytes = 8 << 20;
/** Beyond, a read is a tensor and not a header. */
const maxCached = 2 << 20;
const maxAhead = 4 << 20;

/** Pages of all files of a model, the least recently used dropped beyond 64 MiB. */
export type Pages = Map<string, Promise<Uint8Array>>;
const maxPages = 256;

export interface RemoteFile {
  readonly name: string;
  readonly url: string;
  readonly size: number;
}

export function remoteSource(client: HubClient, file: RemoteFile, pages: Pages): ByteSource {
  const { name, size } = file;
  const fetchRange = createRanges(client, file);
  let ahead = 1;
  let expected = -1;

  /** Asks for the pages that are missing, each run of them in one request. */
  const want = (first: number, last: number): void => {
    for (let at = first; at <= last; at++) {
      if (pages.has(keyOf(at))) continue;
      let end = at + 1;
      while (end <= last && !pages.has(keyOf(end))) end++;
      const start = at * pageBytes;
      const run = fetchRange(start, Math.min(size, end * pageBytes));
      for (let page = at; page < end; page++) {
        const from = page * pageBytes - start;
        const key = keyOf(page);
        const part = run.then((bytes) => bytes.slice(from, from + pageBytes));
        pages.set(key, part);
        part.catch(() => pages.delete(key));
      }
      at = end;
    }
  };
  const keyOf = (page: number): string => `${name}\0${page}`;
  const cached = async (offset: number, target: Uint8Array): Promise<void> => {
    const first = Math.floor(offset / pageBytes);
    const last = Math.floor((offset + target.length - 1) / pageBytes);
    // Twice as far with every read that goes on where the one before ended.
    ahead =
      first === expected || first === expected - 1 ? Math.min(maxAhead / pageBytes, 2 * ahead) : 1;
    const isMissing = Array.from({ length: last - first + 1 }, (_, i) => first + i).some(
      (page) => !pages.has(keyOf(page)),
    );
    if (isMissing) want(first, Math.min(Math.floor((size - 1) / pageBytes), last + ahead - 1));
    expected = last + 1;
    for (let page = first; page <= last; page++) {
      const key = keyOf(page);
      const bytes = pages.get(key)!;
      pages.delete(key);
      pages.set(key, bytes);
      const from = Math.max(offset, page * pageBytes);
      const to = Math.min(offset + target.length, (page + 1) * pageBytes);
      target.set(
        (await bytes).subarray(from - page * pageBytes, to - page * pageBytes),
        from - offset,
      );
    }
    for (const oldest of pages.keys()) {
      if (pages.size <= maxPages) break;
      pages.delete(oldest);
    }
  };
  return {
    name,
    size,
    async read(offset, target) {
      if (target.length === 0) return;
      if (offset + target.length > size) {
        throw new FormatError(name, 'the file ends before that', { byte: size });
      }
      if (target.length <= maxCached) return cached(offset, target);
      const starts = Array.from(
        { length: Math.ceil(target.length / partBytes) },
        (_, i) => i * partBytes,
      );
      // Few at a time, so that no more than what is asked for is held.
      let next = 0;
      const take = async (): Promise<void> => {
        for (let at = starts[next++]; at !== undefined; at = starts[next++]) {
          const end = Math.min(target.length, at + partBytes);
          target.set(await fetchRange(offset + at, offset + end), at);
        }
      };
      await Promise.all([take(), take(), take()]);
    },
  };
}

/** Bytes `start` … `end` of the file, exactly as many; the file must stay the same between two of them. */
function createRanges(client: HubClient, { name, url, size }: RemoteFile) {
  let known: string | undefined;
  const check = ({ status, headers }: Answer, start: number, end: number): void => {
    const etag = headers.get('etag') ?? '';
    known ??= etag;
    if (etag !== known) throw new FormatError(name, 'it changed on the Hub while it was read');
    if (status !== 206) {
      if (start === 0 && end === size) return;
      throw new FormatError(name, 'the server does not send parts of files (no range requests)');
    }
    const [, from, to, all] =
      /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (Number(from) !== start || Number(to) !== end - 1) {
      throw new FormatError(name, 'the server sends another part than was asked for', {
        byte: start,
      });
    }
    if (all !== '*' && Number(all) !== size) {
      throw new FormatError(name, `it had ${size} bytes and now has ${all}`);
    }
  };
  return async (start: number, end: number): Promise<Uint8Array> => {
    const headers = { range: `bytes=${start}-${end - 1}` };
    const bytes = await client.get(name, url, end - start, headers, (answer) =>
      check(answer, start, end),
    );
    if (bytes.length !== end - start) {
      throw new FormatError(name, 'the connection ended early', { byte: start + bytes.length });
    }
    return bytes;
  };
}
