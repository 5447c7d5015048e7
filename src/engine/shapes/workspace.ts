/** Answers for the code files of one folder, from analyses that are kept and follow the edits. */
import {
  languageOf,
  type Answer,
  type LoweringCache,
  type ModuleAnswer,
  type Paused,
  type SourceFile,
  type SyntaxParser,
  type TupleAnswer,
} from '../../core/shapes';
import type { LoweredFile } from '../../core/shapes/analysis/source';
import { keepNewest } from '../../core/shapes/newest';
import { callersOf as callersIn, reaching, type Callers } from './callers';
import { openShapesFiles, type ShapesFiles } from './files';
import { openSession, type PausedLook, type Session } from './session';
import { type FactsCache, sliceOf } from './slice';

/** Analyses that are kept: of slices of a file, and of whole files. */
const mostSlices = 6;
const mostFiles = 4;

export interface FileAnswers {
  /** The whole file. */
  readonly source: SourceFile;
  /** In the order of the text. */
  readonly answers: readonly Answer[];
  /** Modules of the function at the line; none without a line. */
  readonly modules: readonly ModuleAnswer[];
  readonly tuples: readonly TupleAnswer[];
  /** Sizes with the values that a program has which stands in the function. */
  readonly actual: PausedLook['actual'];
  /** The statements that were analysed, those of the slice for an answer about a line. */
  readonly lowered: LoweredFile;
}

export interface ShapesWorkspace {
  readonly files: ShapesFiles;
  /**
   * Tensors of the file at that absolute path, each with its shape in the person's own names. With a line (1-based),
   * those of the function there: the same answers, sooner, and of what a program holds that is `paused` in it. In a
   * folder of many files those are not waited for.
   */
  answers(file: string, line?: number, signal?: AbortSignal, paused?: Paused): Promise<FileAnswers>;
  /** The analysis of the whole file, with nothing that an edit has made doubtful. */
  whole(file: string, signal?: AbortSignal): Promise<{ source: SourceFile; session: Session }>;
  /** Follows the whole file, in steps between which others are heard, so that answers come at once. */
  prepare(file: string, signal?: AbortSignal): Promise<void>;
}

interface Kept {
  whole?: Session;
  /** By the text when it was opened; the newest last. */
  readonly slices: Map<string, Session>;
}

export function openShapesWorkspace(
  root: string,
  parser: SyntaxParser,
  breathe: () => void = () => undefined,
  fault: (error: unknown) => void = () => undefined,
): ShapesWorkspace {
  const files = openShapesFiles(root);
  const cache: LoweringCache = new Map();
  const facts = new Map<string, FactsCache>();
  const kept = new Map<string, Kept>();
  const projectOf = (file: string) => {
    const language = languageOf(file);
    const find = (module: string) => files.find(module, language);
    return { parser, cache, find, breathe, fault };
  };

  const callersOf = async (
    file: string,
    waits: boolean,
    signal?: AbortSignal,
  ): Promise<Callers> => {
    const language = languageOf(file);
    const importers = (word: string, most: number) =>
      files.importersOf(word, most, language, waits);
    const callers = await callersIn(files.read(file), importers, language === 'python');
    signal?.throwIfAborted();
    return callers;
  };
  const keptOf = (file: string): Kept =>
    keepNewest(kept, file, kept.get(file) ?? { slices: new Map() }, mostFiles);

  const sliceAt = (file: string, source: SourceFile, callers: Callers, line: number) => {
    const known = facts.get(file) ?? new Map();
    facts.set(file, known);
    const { text, names } = sliceOf(source.text, line - 1, known);
    const near = { all: reaching(callers.all, names), far: callers.far };
    const slice = { ...source, text };
    const { slices } = keptOf(file);
    const same = slices.get(text);
    for (const session of same ? [same] : [...slices.values()].reverse()) {
      if (session.follows(slice, near.all) && !session.isStaleAt(line)) return session;
    }
    return keepNewest(slices, text, openSession(projectOf(file), slice, near), mostSlices);
  };

  return {
    files,
    async answers(file, line, signal, paused) {
      // Slices are of Python; a script is followed whole.
      if (languageOf(file) !== 'python') await this.prepare(file, signal);
      const callers = await callersOf(file, line === undefined, signal);
      const source = files.read(file);
      const own = keptOf(file);
      const whole = own.whole?.follows(source, callers.all) ? own.whole : undefined;
      if (line !== undefined) {
        const session =
          whole?.isFollowed() && !whole.isStaleAt(line)
            ? whole
            : sliceAt(file, source, callers, line);
        const stopped = paused && session.pausedAt(line, paused);
        const answers = stopped?.answers ?? session.answersAt(line);
        const modules = stopped?.modules ?? session.modulesAt(line);
        const tuples = stopped?.tuples ?? session.tuplesAt(line);
        const lowered = session.lowered();
        return { source, answers, modules, tuples, lowered, actual: stopped?.actual };
      }
      const { session } = await this.whole(file, signal);
      const lowered = session.lowered();
      return {
        source,
        answers: session.answersAt(),
        modules: [],
        tuples: [],
        lowered,
        actual: undefined,
      };
    },
    async whole(file, signal) {
      const callers = await callersOf(file, true, signal);
      const own = keptOf(file);
      const source = files.read(file);
      const isFine = own.whole?.follows(source, callers.all) && !own.whole.isStaleAt();
      own.whole = isFine && own.whole ? own.whole : openSession(projectOf(file), source, callers);
      return { source, session: own.whole };
    },
    async prepare(file, signal) {
      const { session } = await this.whole(file, signal);
      while (session.advance()) {
        await new Promise(setImmediate);
        signal?.throwIfAborted();
      }
    },
  };
}
