/** Code files below a folder, as they stand on disk or in an editor, by path and by import path. */
import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '../core/checkpoint/bytes';
import { languageOf, type Language, type SourceFile } from '../core/shapes';
import { completePython } from './shapesComplete';

/** Generated code is larger than what people write. */
const largestFile = 4 * 1024 * 1024;
/** More files than this are searched for callers only in part. */
const mostFiles = 5000;
const excluded =
  /^(\..*|node_modules|venv|env|site-packages|build|dist|__pycache__|[^.]*\.egg-info)$/;
/** Folders that an import path may begin in, besides the root and the folders above the importing file. */
const sourceFolders = ['', 'src', 'lib', 'python'];

const scriptEnding = /\.[cm]?[jt]sx?$/;
const pythonFiles = (base: string): string[] => [`${base}.py`, path.join(base, '__init__.py')];
const scriptFiles = (base: string): string[] =>
  ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '/index.ts', '/index.js'].map((end) => base + end);
/** Import lines of Python that hold a word. */
const importing = (word: string): RegExp =>
  new RegExp(
    `import.*(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}_])|` +
      `from.*(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}_]).*import`,
    'u',
  );

export interface ShapesFiles {
  /** The file at an absolute path. Throws one line when it cannot be read as code. */
  read(file: string): SourceFile;
  /** The file of a language that a module path names; undefined when this folder has none. */
  find(module: string, language?: Language): SourceFile | undefined;
  /** Files whose import lines hold that word, at most `most`; the folder is searched once. */
  importersOf(word: string, most: number, language?: Language): Promise<SourceFile[]>;
  /** The text in an editor counts instead of the file; undefined: the file again. */
  overlay(file: string, text: string | undefined): void;
  /** The file was changed, made or deleted. */
  touch(file: string): void;
}

interface Held {
  readonly modified: number;
  readonly size: number;
  readonly source: SourceFile;
}

export function openShapesFiles(root: string): ShapesFiles {
  const held = new Map<string, Held>();
  const overlays = new Map<string, SourceFile>();
  const places = new Map<string, string | undefined>();
  const imports = new Map<string, { readonly source: SourceFile; readonly lines: string }>();
  const listed = new Map<boolean, Promise<Set<string>>>();

  const named = (file: string, text: string): SourceFile => {
    const relative = path.relative(root, file).split(path.sep).join('/');
    const isPython = languageOf(file) === 'python';
    const module = relative.replace(isPython ? /\.pyi?$/ : scriptEnding, '').replaceAll('/', '.');
    return {
      module: isPython ? module.replace(/\.__init__$/, '') : module,
      file: relative,
      text: isPython ? completePython(text) : text,
    };
  };
  const read = (file: string): SourceFile => {
    const edited = overlays.get(file);
    if (edited) return edited;
    const { mtimeMs, size } = statOf(file);
    const known = held.get(file);
    if (known && known.modified === mtimeMs && known.size === size) return known.source;
    const source = named(file, textOf(file, size));
    held.set(file, { modified: mtimeMs, size, source });
    return source;
  };
  const quietly = (file: string): SourceFile | undefined => {
    try {
      return read(file);
    } catch {
      // Deleted or not readable: the same as not there.
      return undefined;
    }
  };
  const placeOf = (module: string, isPython: boolean): string | undefined => {
    const inner = module.split('.').join(path.sep);
    for (const folder of isPython ? sourceFolders : ['']) {
      const base = path.join(root, folder, inner);
      for (const file of isPython ? pythonFiles(base) : scriptFiles(base)) {
        if (overlays.has(file) || isFile(file)) return file;
      }
    }
    return undefined;
  };
  const importLines = (source: SourceFile, file: string): string => {
    const known = imports.get(file);
    if (known?.source === source) return known.lines;
    const lines = source.text.match(/^.*\b(?:import|require|from)\b.*$/gm)?.join('\n') ?? '';
    imports.set(file, { source, lines });
    return lines;
  };

  return {
    read,
    find(module, language = 'python') {
      const isPython = language === 'python';
      const words = isPython ? /^[\p{L}\p{N}_.]+$/u : /^[\p{L}\p{N}_.$-]+$/u;
      if (!words.test(module) || /^\.|\.\.|\.$/.test(module)) return undefined;
      const key = isPython ? module : `js:${module}`;
      if (!places.has(key)) places.set(key, placeOf(module, isPython));
      const file = places.get(key);
      return file === undefined ? undefined : quietly(file);
    },
    async importersOf(word, most, language = 'python') {
      const isPython = language === 'python';
      const known = listed.get(isPython) ?? listFiles(root, isPython ? /\.py$/ : scriptEnding);
      listed.set(isPython, known);
      const named = word.replace(/[$]/g, '\\$&');
      const pattern = isPython
        ? importing(named)
        : new RegExp(`(?:import|require|from)\\b.*['"/]${named}(?:\\.[cm]?[jt]sx?)?['"]`, 'u');
      const found: SourceFile[] = [];
      let sinceBreath = 0;
      for (const file of await known) {
        // Reading a thousand files takes a while; a message that waits is heard in between.
        if (!held.has(file) && ++sinceBreath % 32 === 0) await new Promise(setImmediate);
        const source = overlays.get(file) ?? held.get(file)?.source ?? quietly(file);
        if (source && pattern.test(importLines(source, file))) found.push(source);
        if (found.length === most) break;
      }
      return found;
    },
    overlay(file, text) {
      if (text === undefined) overlays.delete(file);
      else overlays.set(file, named(file, text));
      places.clear();
    },
    touch(file) {
      held.delete(file);
      places.clear();
      const isPython = languageOf(file) === 'python';
      const known = listed.get(isPython)?.then((files) => {
        if (isFile(file)) files.add(file);
        else files.delete(file);
        return files;
      });
      if (known) listed.set(isPython, known);
    },
  };
}

/** `Python code`, `JavaScript code`. */
function codeOf(file: string): string {
  const language = languageOf(file);
  if (language === 'python') return 'Python code';
  return language === 'javascript' ? 'JavaScript code' : 'TypeScript code';
}

function statOf(file: string): { mtimeMs: number; size: number } {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new FormatError(file, 'there is no such file');
  if (!found.isFile())
    throw new FormatError(file, `expected a file of ${codeOf(file)}, found a folder`);
  if (found.size > largestFile) {
    throw new FormatError(file, `is larger than ${largestFile} bytes, the most that is read`);
  }
  return found;
}

const isFile = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

function textOf(file: string, size: number): string {
  const bytes = readFileSync(file);
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    throw new FormatError(file, `expected ${codeOf(file)}, found a zero byte`, { byte: zero });
  }
  if (bytes.length !== size) throw new FormatError(file, 'changed while it was read');
  // Bytes that are no UTF-8 become U+FFFD, one each, as in the editor.
  return new TextDecoder().decode(bytes);
}

async function listFiles(root: string, ending: RegExp): Promise<Set<string>> {
  const files = new Set<string>();
  const folders = [root];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory() && !excluded.test(entry.name)) folders.push(full);
      else if (entry.isFile() && ending.test(entry.name)) files.add(full);
      if (files.size === mostFiles) return files;
    }
  }
  return files;
}
