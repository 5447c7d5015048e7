/** Code files below a folder, as they stand on disk or in an editor, by path and by import path. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { FormatError } from '../../core/checkpoint/bytes';
import { languageOf, type Language, type SourceFile } from '../../core/shapes';
import { completePython } from './complete';
import { openImports, type Imports } from './imports';

/** Generated code is larger than what people write. */
const largestFile = 4 * 1024 * 1024;
/** Folders that an import path may begin in, besides the root and the folders above the importing file. */
const sourceFolders = ['', 'src', 'lib', 'python'];

const scriptEnding = /\.[cm]?[jt]sx?$/;
const pythonFiles = (base: string): string[] => [`${base}.py`, path.join(base, '__init__.py')];
const scriptFiles = (base: string): string[] =>
  ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '/index.ts', '/index.js'].map((end) => base + end);
export interface ShapesFiles {
  /** The file at an absolute path. Throws one line when it cannot be read as code. */
  read(file: string): SourceFile;
  /** The file of a language that a module path names; undefined when this folder has none. */
  find(module: string, language?: Language): SourceFile | undefined;
  /**
   * Files whose imports hold that word, at most `most`. The folder is searched once, in the background where it is
   * large: then those found so far, unless the caller `waits` for all.
   */
  importersOf(
    word: string,
    most: number,
    language?: Language,
    waits?: boolean,
  ): Promise<SourceFile[]>;
  /** The text in an editor counts instead of the file; undefined: the file again. */
  overlay(file: string, text: string | undefined): void;
  /** The file was changed, made or deleted. */
  touch(file: string): void;
}

interface Held {
  readonly modified: number;
  readonly size: number;
  readonly source: SourceFile;
  /** Why its text could not be read. */
  fault?: unknown;
}

export function openShapesFiles(root: string): ShapesFiles {
  const held = new Map<string, Held>();
  const overlays = new Map<string, SourceFile>();
  const places = new Map<string, string | undefined>();
  const importsOf = new Map<boolean, Imports>();

  const named = (file: string, textNow: () => string): SourceFile => {
    const relative = path.relative(root, file).split(path.sep).join('/');
    const isPython = languageOf(file) === 'python';
    const module = relative.replace(isPython ? /\.pyi?$/ : scriptEnding, '').replaceAll('/', '.');
    let text: string | undefined;
    return {
      module: isPython ? module.replace(/\.__init__$/, '') : module,
      file: relative,
      // Most files are only looked for.
      get text() {
        return (text ??= isPython ? completePython(textNow()) : textNow());
      },
    };
  };
  const heldAt = (file: string): Held => {
    const { mtimeMs, size } = statOf(file);
    const known = held.get(file);
    if (known && known.modified === mtimeMs && known.size === size) return known;
    const source = named(file, () => {
      try {
        return textOf(file, size);
      } catch (error) {
        found.fault = error;
        return '';
      }
    });
    const found: Held = { modified: mtimeMs, size, source };
    held.set(file, found);
    return found;
  };
  const read = (file: string): SourceFile => {
    const edited = overlays.get(file);
    if (edited) return edited;
    const known = heldAt(file);
    // Why it cannot be read shows with its text.
    if (known.source.text === '' && known.fault !== undefined) throw known.fault;
    return known.source;
  };
  const quietly = (file: string): SourceFile | undefined => {
    try {
      return overlays.get(file) ?? heldAt(file).source;
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
    async importersOf(word, most, language = 'python', waits = true) {
      const isPython = language === 'python';
      const imports = importsOf.get(isPython) ?? openImports(root, isPython);
      importsOf.set(isPython, imports);
      const files = await imports.of(word, waits, (file) => overlays.get(file)?.text);
      return files.flatMap((file) => quietly(file) ?? []).slice(0, most);
    },
    overlay(file, text) {
      // What a path leads to changes with the files that there are, not with their text.
      if ((text === undefined) === overlays.has(file)) places.clear();
      if (text === undefined) overlays.delete(file);
      else
        overlays.set(
          file,
          named(file, () => text),
        );
      importsOf.get(languageOf(file) === 'python')?.touch(file);
    },
    touch(file) {
      held.delete(file);
      places.clear();
      importsOf.get(languageOf(file) === 'python')?.touch(file);
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
