/** What is too large for an answer of the debugger: a file that it sees, else held here and handed over in parts. */
import type { HelperFolder } from '../helperFolder';
import type { Slices } from './slices';

export type Files = ReturnType<typeof createFiles>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createFiles(
  { base64 }: Slices,
  folder: Pick<HelperFolder, 'path' | 'mark'> | null,
) {
  const held = new Map<string, Buffer>();
  let count = 0;
  /** Path of a new file of ours in a folder that the debugger sees; undefined where this is another file system. */
  const write = (name: string, data: Buffer): string | undefined => {
    try {
      const { readFileSync, writeFileSync } = process.getBuiltinModule('node:fs');
      if (!folder || readFileSync(`${folder.path}/mark`, 'utf8') !== folder.mark) return undefined;
      const path = process.getBuiltinModule('node:path').join(folder.path, name);
      writeFileSync(path, data, { flag: 'wx', mode: 0o600 });
      return path;
    } catch {
      return undefined;
    }
  };
  return {
    write,
    /** The bytes themselves up to `limit` of them, else the name under which they are read. */
    hand(data: Buffer, limit: number): { bytes: number } & ({ data: string } | { path: string }) {
      const bytes = data.length;
      if (bytes <= limit) return { bytes, data: base64(data) };
      const name = `part-${process.pid}-${count++}`;
      const path = write(name, data) ?? name;
      if (path === name) held.set(name, data);
      return { bytes, path };
    },
    read(name: string, start: number, length: number): string {
      const data = held.get(name);
      if (!data) throw new Error(`there is no ${name} here`);
      return base64(data.subarray(start, start + length));
    },
    remove: (name: string): boolean => held.delete(name),
  };
}
