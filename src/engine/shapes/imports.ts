/** Which code files below a folder import what: by the words of their imports, read once, in the background. */
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** More files than this are searched for callers only in part. */
const mostFiles = 5000;
/** Generated code calls nobody's model. */
const largestFile = 1024 * 1024;
/** Folders with fewer files are waited for. */
const fewFiles = 200;
/** Files that are read at once. */
const together = 8;
const excluded =
  /^(\..*|node_modules|venv|env|site-packages|build|dist|__pycache__|[^.]*\.egg-info)$/;

export interface Imports {
  /**
   * Files in whose imports a word stands, folder by folder; with `waits` all, else those that were found so far in a
   * folder of many files. `edited` gives the text of a file in an editor.
   */
  of(
    word: string,
    waits: boolean,
    edited: (file: string) => string | undefined,
  ): Promise<readonly string[]>;
  /** The file was changed, made or deleted. */
  touch(file: string): void;
}

export function openImports(root: string, isPython: boolean): Imports {
  const ending = isPython ? /\.py$/ : /\.[cm]?[jt]sx?$/;
  /** Files in the order of their folders, with the words of their imports. */
  const words = new Map<string, ReadonlySet<string>>();
  const touched = new Set<string>();
  let isLarge: () => void = () => undefined;
  const large = new Promise<void>((resolve) => {
    isLarge = resolve;
  });
  let all: Promise<void> | undefined;

  const note = (file: string, text: string | undefined): void => {
    if (text === undefined) words.delete(file);
    else words.set(file, isPython ? wordsOfPython(text) : wordsOfScript(text));
  };
  const search = async (): Promise<void> => {
    const files: string[] = [];
    for await (const file of codeFiles(root, ending)) {
      files.push(file);
      words.set(file, new Set());
      if (files.length === fewFiles) isLarge();
      if (files.length === mostFiles) break;
    }
    for (let from = 0; from < files.length; from += together) {
      const some = files.slice(from, from + together);
      const texts = await Promise.all(some.map(textOf));
      // One that was touched meanwhile is read again anyway.
      some.forEach((file, index) => note(file, texts[index]));
    }
  };
  return {
    async of(word, waits, edited) {
      all ??= search();
      await (waits ? all : Promise.race([all, large]));
      for (const file of [...touched]) {
        touched.delete(file);
        note(file, edited(file) ?? (await textOf(file)));
      }
      return [...words].flatMap(([file, own]) => (own.has(word) ? [file] : []));
    },
    touch(file) {
      const parts = path.relative(root, file).split(path.sep);
      if (ending.test(file) && !parts.some((part) => excluded.test(part))) touched.add(file);
    },
  };
}

const isWord = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** `from a.b import c` holds a, b and c; names on further lines of an import are not needed. */
function wordsOfPython(text: string): Set<string> {
  const lines = text.match(/^[ \t]*(?:import|from)\b.*$/gm) ?? [];
  return new Set(lines.flatMap((line) => line.match(isWord) ?? []));
}

/** The last part of every path that is imported, without its ending. */
function wordsOfScript(text: string): Set<string> {
  const paths = text.matchAll(
    /\b(?:import|require|from)\b[^'"\n]*['"](?:[^'"\n]*\/)?([^'"/\n]+)['"]/g,
  );
  return new Set([...paths].map(([, last]) => (last ?? '').replace(/\.[cm]?[jt]sx?$/, '')));
}

/** The text of a file; undefined where there is none that counts. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    return size > largestFile ? undefined : await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function* codeFiles(root: string, ending: RegExp): AsyncGenerator<string> {
  const folders = [root];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory() && !excluded.test(entry.name)) folders.push(full);
      else if (entry.isFile() && ending.test(entry.name)) yield full;
    }
  }
}
