/** Answers for the Python files of one folder, computed again only when something they rest on has changed. */
import { analyse, type Answer, type LoweringCache, type SourceFile } from '../core/shapes';
import type { SyntaxParser } from '../core/shapes';
import { lowerFile, type LoweredFile } from '../core/shapes/analysis/source';
import { openShapesFiles, type ShapesFiles } from './shapesFiles';

/** Files that may call into the one that is looked at, at most. */
const mostCallers = 20;

export interface FileAnswers {
  readonly source: SourceFile;
  /** In the order of the text. */
  readonly answers: readonly Answer[];
}

export interface ShapesWorkspace {
  readonly files: ShapesFiles;
  /** Tensors of the file at that absolute path, each with its shape in the person's own names. */
  answers(file: string, signal?: AbortSignal): Promise<FileAnswers>;
  /** The statements of a file that answers were given for. */
  lowered(source: SourceFile): LoweredFile;
}

interface Kept extends FileAnswers {
  /** What every import path that was asked for led to. */
  readonly found: ReadonlyMap<string, SourceFile | undefined>;
  readonly callers: readonly SourceFile[];
}

export function openShapesWorkspace(root: string, parser: SyntaxParser): ShapesWorkspace {
  const files = openShapesFiles(root);
  const cache: LoweringCache = new Map();
  const kept = new Map<string, Kept>();

  const isCurrent = (before: Kept, source: SourceFile, callers: readonly SourceFile[]): boolean =>
    before.source === source &&
    before.callers.length === callers.length &&
    before.callers.every((caller, index) => caller === callers[index]) &&
    [...before.found].every(([module, seen]) => files.find(module) === seen);

  const analyseAnew = (source: SourceFile, callers: readonly SourceFile[]): Kept => {
    const found = new Map<string, SourceFile | undefined>();
    const find = (module: string): SourceFile | undefined => {
      if (!found.has(module)) found.set(module, files.find(module));
      return found.get(module);
    };
    const answers = analyse({ parser, cache, find, callers }, source);
    answers.sort((a, b) => a.line - b.line || a.column - b.column);
    return { source, answers, found, callers };
  };

  return {
    files,
    lowered: (source) => lowerFile(parser, cache, source),
    async answers(file, signal) {
      const word = files.read(file).module.split('.').at(-1) ?? '';
      const importers = await files.importersOf(word, mostCallers + 1);
      signal?.throwIfAborted();
      const source = files.read(file);
      const callers = importers
        .filter(({ file: caller }) => caller !== source.file)
        .slice(0, mostCallers);
      const before = kept.get(file);
      if (before && isCurrent(before, source, callers)) return before;
      const fresh = analyseAnew(source, callers);
      kept.set(file, fresh);
      return fresh;
    },
  };
}
