/** Answers for the Python files of one folder, computed again only when something they rest on has changed. */
import { analyse, type Answer, type LoweringCache, type SourceFile } from '../core/shapes';
import type { SyntaxParser } from '../core/shapes';
import { lowerFile, type LoweredFile } from '../core/shapes/analysis/source';
import { openShapesFiles, type ShapesFiles } from './shapesFiles';
import { type FactsCache, sliceOf } from './shapesSlice';

/** Files that may call into the one that is looked at, at most. */
const mostCallers = 20;
/** Definitions of a file whose answers are kept. */
const mostSlices = 32;

export interface FileAnswers {
  /** The whole file. */
  readonly source: SourceFile;
  /** In the order of the text. */
  readonly answers: readonly Answer[];
  /** The statements that were analysed, those of the slice for an answer about a line. */
  readonly lowered: LoweredFile;
}

export interface ShapesWorkspace {
  readonly files: ShapesFiles;
  /**
   * Tensors of the file at that absolute path, each with its shape in the person's own names. With a line (1-based),
   * those of the definition there: the same answers, sooner.
   */
  answers(file: string, line?: number, signal?: AbortSignal): Promise<FileAnswers>;
}

interface Kept extends Omit<FileAnswers, 'source'> {
  /** What every import path that was asked for led to. */
  readonly found: ReadonlyMap<string, SourceFile | undefined>;
  readonly callers: readonly SourceFile[];
}

export function openShapesWorkspace(root: string, parser: SyntaxParser): ShapesWorkspace {
  const files = openShapesFiles(root);
  /** Lowered code: of whole files, and by file for its slices, whose text is another. */
  const lowering = new Map<string, LoweringCache>();
  const facts = new Map<string, FactsCache>();
  /** By file, then by the text that was analysed; the newest last. */
  const kept = new Map<string, Map<string, Kept>>();

  const isCurrent = (before: Kept, callers: readonly SourceFile[]): boolean =>
    before.callers.length === callers.length &&
    before.callers.every((caller, index) => caller === callers[index]) &&
    [...before.found].every(([module, seen]) => files.find(module) === seen);

  const analyseAnew = (
    source: SourceFile,
    callers: readonly SourceFile[],
    cache: LoweringCache,
  ): Kept => {
    const found = new Map<string, SourceFile | undefined>();
    const find = (module: string): SourceFile | undefined => {
      if (!found.has(module)) found.set(module, files.find(module));
      return found.get(module);
    };
    const answers = analyse({ parser, cache, find, callers }, source);
    answers.sort((a, b) => a.line - b.line || a.column - b.column);
    return { answers, lowered: lowerFile(parser, cache, source), found, callers };
  };

  const analysed = (
    file: string,
    source: SourceFile,
    callers: readonly SourceFile[],
    cache: LoweringCache,
  ): Kept => {
    const own = entry(kept, file, () => new Map<string, Kept>());
    const before = own.get(source.text);
    const isKept = before && isCurrent(before, callers);
    const result = isKept ? before : analyseAnew(source, callers, cache);
    own.delete(source.text);
    own.set(source.text, result);
    for (const text of own.keys()) if (own.size > mostSlices) own.delete(text);
    return result;
  };
  const cacheOf = (file: string): LoweringCache =>
    entry(lowering, file, (): LoweringCache => new Map());

  return {
    files,
    async answers(file, line, signal) {
      const word = files.read(file).module.split('.').at(-1) ?? '';
      const importers = await files.importersOf(word, mostCallers + 1);
      signal?.throwIfAborted();
      const source = files.read(file);
      const callers = importers
        .filter(({ file: caller }) => caller !== source.file)
        .slice(0, mostCallers);
      const whole = kept.get(file)?.get(source.text);
      if (line === undefined || (whole && isCurrent(whole, callers))) {
        return { source, ...analysed(file, source, callers, cacheOf('')) };
      }
      const known = entry(facts, file, (): FactsCache => new Map());
      const { text, names } = sliceOf(source.text, line - 1, known);
      const reaching = callers.filter((caller) => mentions(caller.text, names));
      return { source, ...analysed(file, { ...source, text }, reaching, cacheOf(file)) };
    },
  };
}

/** Whether any of the names stands in the text as a word. */
function mentions(text: string, names: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) if (names.has(word)) return true;
  return false;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
