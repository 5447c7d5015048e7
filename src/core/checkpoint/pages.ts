/** A file read through pages that are kept: for formats whose small pieces are visited more than once. */
import type { ByteSource } from './bytes';

/** Headers of neighbouring tensors fall into one page; the data between them are skipped. */
const pageBytes = 32 << 10;
const maxPages = 256;

/** The same file; short reads come from pages, long ones go past them. */
export function paged(source: ByteSource): ByteSource {
  const pages = new Map<number, Promise<Uint8Array>>();
  const load = async (start: number): Promise<Uint8Array> => {
    const page = new Uint8Array(Math.min(pageBytes, source.size - start));
    await source.read(start, page);
    return page;
  };
  const pageAt = (start: number): Promise<Uint8Array> => {
    const page = pages.get(start) ?? load(start);
    // The one used last goes to the end; the first is the oldest.
    pages.delete(start);
    pages.set(start, page);
    for (const oldest of pages.keys()) {
      if (pages.size <= maxPages) break;
      pages.delete(oldest);
    }
    return page;
  };
  return {
    name: source.name,
    size: source.size,
    async read(offset, target) {
      if (target.length >= pageBytes) return source.read(offset, target);
      for (let done = 0; done < target.length;) {
        const within = (offset + done) % pageBytes;
        const page = await pageAt(offset + done - within);
        const part = page.subarray(within, within + target.length - done);
        target.set(part, done);
        done += part.length;
      }
    },
  };
}
