/** One analysis with what it rests on: it follows edits of its own file, and ends when another file changes. */
import {
  openAnalysis,
  type Analysis,
  type Answer,
  type Cost,
  type ModuleAnswer,
  type ModuleState,
  type Paused,
  type Problem,
  type Project,
  type SourceFile,
  type TupleAnswer,
} from '../../core/shapes';
import { lineOf } from '../../core/shapes/ast';
import type { LoweredFile, Place } from '../../core/shapes/analysis/source';
import type { Callers } from './callers';
import { symbolsOf } from './sizes';

export interface Session {
  /** Takes the text as it is now; false when the analysis says nothing of it any more. */
  follows(source: SourceFile, callers: readonly SourceFile[]): boolean;
  /** Whether edits may have changed what the function at a line (1-based), or any, is called with. */
  isStaleAt(line?: number): boolean;
  /** Follows one more function; false when all are followed. */
  advance(): boolean;
  isFollowed(): boolean;
  /** Tensors of the function at a line, or of all, in the order of the text. */
  answersAt(line?: number): Answer[];
  /** Modules of the function at a line. */
  modulesAt(line: number): readonly ModuleAnswer[];
  /** Tuples with tensors of the function at a line. */
  tuplesAt(line: number): readonly TupleAnswer[];
  /** What is known of the function at a line while a program stands in it; nothing where it stands in another. */
  pausedAt(line: number, paused: Paused): PausedLook | undefined;
  /** Operations of all functions that certainly fail. */
  problems(): readonly Problem[];
  /** What the functions of classes cost, each with the row (0-based) of its class and its own. */
  totals(): readonly FunctionTotal[];
  /** The modules of the file with the tensors of their `state_dict()`, by class name. */
  states(): ReadonlyMap<string, ModuleState>;
  lowered(): LoweredFile;
}

export type PausedLook = ReturnType<Analysis['paused']>;

export interface FunctionTotal extends Cost {
  readonly name: string;
  readonly className: string;
  readonly row: number;
  readonly classRow: number;
  /** Symbols in the order in which its tensors have them. */
  readonly order: readonly string[];
  readonly seen?: Readonly<Record<string, number>>;
}

export function openSession(
  project: Omit<Project, 'callers' | 'far'>,
  first: SourceFile,
  { all: callers, far }: Callers,
): Session {
  /** What every import path that was asked for led to. */
  const found = new Map<string, SourceFile | undefined>();
  const find = (module: string): SourceFile | undefined => {
    if (!found.has(module)) found.set(module, project.find(module));
    return found.get(module);
  };
  const analysis = openAnalysis({ ...project, find, callers, far }, first);
  let { text } = first;
  let isFollowed = false;
  const advance = (): boolean => {
    isFollowed ||= !analysis.advance();
    return !isFollowed;
  };
  const isSame = (now: readonly SourceFile[]): boolean =>
    now.length === callers.length &&
    now.every((caller, index) => caller === callers[index]) &&
    [...found].every(([module, seen]) => module === first.module || project.find(module) === seen);
  const at = (line: number): Place | undefined =>
    analysis.places().findLast((place) => startOf(place) < line);
  return {
    follows(source, now) {
      if (!isSame(now)) return false;
      if (text === source.text) return true;
      // What is followed only in part has no calls yet that could be kept.
      if (!isFollowed || !analysis.change(source)) return false;
      ({ text } = source);
      return true;
    },
    isStaleAt: (line) => analysis.isStale(line === undefined ? undefined : at(line)),
    advance,
    isFollowed: () => isFollowed,
    answersAt(line) {
      while (advance());
      const place = line === undefined ? undefined : at(line);
      const places = line === undefined ? analysis.places() : place ? [place] : [];
      return places
        .flatMap((one) => analysis.answers(one))
        .sort((a, b) => a.line - b.line || a.column - b.column);
    },
    modulesAt(line) {
      const place = at(line);
      return place ? analysis.modules(place) : [];
    },
    tuplesAt(line) {
      const place = at(line);
      return place ? analysis.tuples(place) : [];
    },
    pausedAt(line, paused) {
      const place = at(line);
      return place && place.fn === at(paused.line)?.fn ? analysis.paused(place, paused) : undefined;
    },
    problems() {
      while (advance());
      return analysis.places().flatMap(analysis.problems);
    },
    totals() {
      while (advance());
      return analysis.places().flatMap((place) => {
        const { cls, fn, placed } = place;
        if (!cls) return [];
        const rows = { row: startOf(place), classRow: placed.row + lineOf(cls.at) };
        const order = symbolsOf(analysis.answers(place).flatMap(({ shape }) => shape));
        return [{ name: fn.name, className: cls.name, ...rows, order, ...analysis.total(place) }];
      });
    },
    states() {
      while (advance());
      return new Map(
        analysis.places().flatMap((place) => {
          const state = analysis.state(place);
          return state && place.cls ? [[place.cls.name, state] as const] : [];
        }),
      );
    },
    lowered: analysis.lowered,
  };
}

/** The row (0-based) that the name of a function stands in. */
const startOf = ({ fn, placed }: Place): number => placed.row + lineOf(fn.at);
