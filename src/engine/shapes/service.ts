/** What the shapes thread answers. */
import type { LoweredFile } from '../../core/shapes/analysis/source';
import { blocksOf, columnOf, lineOf, targetsIn, type Stmt } from '../../core/shapes/ast';
import { keepNewest } from '../../core/shapes/newest';
import { Interrupted, type Language, type SyntaxParser } from '../../core/shapes';
import { grammarsFor } from './parser';
import type { Handlers } from '../../protocol/rpc';
import type { OwnedTensors, PausedFrame, ShapesMethods } from '../../protocol/shapes';
import { bind, ownedAt, type Binding } from './binding';
import { lensesOf } from './lenses';
import {
  moduleHover,
  originsIn,
  pausedHover,
  tupleHover,
  withSizes,
  type Origins,
} from './numbers';
import { originsOf } from './origins';
import { frameAt, tensorAt, valuesOf } from './paused';
import { symbolsOf } from './sizes';
import { tokenAt } from './token';
import { openShapesWorkspace, type ShapesWorkspace } from './workspace';

/** Faults that are told; one cause may have many texts. */
const mostFaults = 50;
/** Checkpoints whose tensors hovers of a folder name. */
const mostBindings = 4;

/**
 * `parser` is loaded when the first question comes. `sent` counts the hovers and edits that were sent so far: work that
 * runs while one of them waits is left, and taken up again behind it. `fault` is told of every error of a rule once.
 */
export function createShapesService(
  parser: (languages: readonly Language[]) => Promise<SyntaxParser>,
  sent?: () => number,
  fault?: (text: string) => void,
): Handlers<ShapesMethods> {
  const loaded = new Map<Language, Promise<SyntaxParser>>();
  let heard = 0;
  const breathe = (): void => {
    if (sent && sent() > heard) throw new Interrupted();
  };
  const faults = new Set<string>();
  const noteFault = (error: unknown): void => {
    const text = (error instanceof Error && error.stack) || String(error);
    if (faults.size < mostFaults && !faults.has(text)) fault?.(text);
    faults.add(text);
  };
  /** By the folder and the languages that may import each other. */
  const workspaces = new Map<string, ShapesWorkspace>();
  const keyOf = (root: string, file: string): string => `${grammarsFor(file)[0]} ${root}`;
  const workspaceOf = async (root: string, file: string): Promise<ShapesWorkspace> => {
    const languages = grammarsFor(file);
    const loading = loaded.get(languages[0]!) ?? parser(languages);
    loaded.set(languages[0]!, loading);
    const ready = await loading;
    const key = keyOf(root, file);
    const open = workspaces.get(key) ?? openShapesWorkspace(root, ready, breathe, noteFault);
    workspaces.set(key, open);
    return open;
  };
  /** Programs that stand still, by their files. */
  const paused = new Map<string, PausedFrame>();
  /** What checkpoints are bound to, by folder and checkpoint. */
  const bindings = new Map<string, Map<string, Binding>>();
  /** Does work that may be interrupted: by a newer question, after which it goes on, or by its own end. */
  const inTurn = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    for (;;) {
      // Messages that came meanwhile are heard first.
      await new Promise(setImmediate);
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
    }
  };

  let background = new AbortController();
  /** Work for later questions; the newest counts. */
  const inBackground = (work: (signal: AbortSignal) => Promise<void>): void => {
    background.abort();
    background = new AbortController();
    const { signal } = background;
    work(signal).catch(() => {
      // Left for something newer, or of a file that is gone: nobody waits for it.
    });
  };

  return {
    async edit({ root, file, text }) {
      heard += 1;
      (await workspaceOf(root, file)).files.overlay(file, text);
    },
    touch({ root, file }) {
      workspaces.get(keyOf(root, file))?.files.touch(file);
    },
    pause({ frames }) {
      paused.clear();
      for (const frame of frames) paused.set(frame.file, frame);
    },
    async prepare({ root, file, line }, signal) {
      const workspace = await workspaceOf(root, file);
      await inTurn(signal, () => workspace.answers(file, line, signal));
      await inTurn(signal, () => workspace.prepare(file, signal));
    },
    async hover({ root, file, line, column, sizes }, signal) {
      heard += 1;
      const workspace = await workspaceOf(root, file);
      const { source, answers, modules, tuples, lowered, actual } = await inTurn(signal, () =>
        workspace.answers(file, line, signal, paused.get(file)),
      );
      inBackground((late) => inTurn(late, () => workspace.prepare(file, late)));
      const lines = source.text.split(/\r\n|\r|\n/);
      const text = lines[line - 1] ?? '';
      const token = tokenAt(text, column);
      const answer = answers.find((one) => one.line === line && one.column === token?.start);
      if (!token) return undefined;
      const owned = ownedAt(bindings.get(root)?.values() ?? [], lowered, text, line, token);
      const tensors = owned.length > 0 ? { tensors: owned } : {};
      const given = {
        origins: originsIn(lowered, lines, line),
        sizes,
        actual: valuesOf(actual),
      };
      const isHere = (one: { readonly line: number; readonly column: number }): boolean =>
        one.line === line && one.column === token.start;
      const word = text.slice(token.start, token.end);
      const called = `${word}${text[token.end] === '(' ? '(…)' : ''}`;
      const named = /^[\p{L}_]/u.test(word) ? { name: called } : {};
      if (!answer) {
        const tuple = tuples.find(isHere);
        if (tuple) return { ...token, ...named, ...tupleHover(tuple, given), ...tensors };
        const module = modules.find(isHere);
        const frame = frameAt(paused.get(file), lowered, line);
        const held = frame && tensorAt(frame, text, token);
        if (held) return { ...token, ...held, ...pausedHover(held), ...tensors };
        if (!module && owned.length === 0) return undefined;
        return {
          ...token,
          name: word,
          ...(module ? moduleHover(module, given.origins, sizes) : { cost: {} }),
          ...tensors,
        };
      }
      const origins = originsOf(lowered, lines, line, symbolsOf(answer.shape));
      const concrete = withSizes(answer, given);
      return {
        ...token,
        ...named,
        ...(answer.dtype === undefined ? {} : { dtype: answer.dtype }),
        shape: answer.shape,
        origins,
        ...(answer.cost && { cost: answer.cost }),
        ...tensors,
        ...(concrete && { concrete }),
      };
    },
    async problems({ root, file }, signal) {
      const workspace = await workspaceOf(root, file);
      return inTurn(signal, async () => {
        const { source, session } = await workspace.whole(file, signal);
        const lines = source.text.split(/\r\n|\r|\n/);
        return session.problems().flatMap(({ column, ...problem }) => {
          const token = tokenAt(lines[problem.line - 1] ?? '', column);
          return token ? [{ ...problem, ...token }] : [];
        });
      });
    },
    async lenses({ root, file, sizes }, signal) {
      const workspace = await workspaceOf(root, file);
      return inTurn(signal, async () => {
        const { source, session } = await workspace.whole(file, signal);
        const lines = source.text.split(/\r\n|\r|\n/);
        const bound = [...(bindings.get(root)?.values() ?? [])];
        const tensorOf = (name: string): OwnedTensors | undefined =>
          bound.map((one) => one.firstOf(source.module, name)).find((one) => one);
        const originsAt = (row: number): Origins => originsIn(session.lowered(), lines, row);
        return lensesOf(session.totals(), originsAt, sizes, tensorOf);
      });
    },
    async compare({ root, file, checkpoint, tensors }, signal) {
      const workspace = await workspaceOf(root, file);
      return inTurn(signal, async () => {
        const { session } = await workspace.whole(file, signal);
        const bound = bind(session.lowered(), session.states(), checkpoint, tensors);
        const all = bindings.get(root) ?? new Map<string, Binding>();
        bindings.set(root, all);
        if (bound) keepNewest(all, checkpoint, bound, mostBindings);
        else all.delete(checkpoint);
        return bound?.comparison;
      });
    },
    release({ checkpoint }) {
      for (const all of bindings.values()) all.delete(checkpoint);
    },
    async hints({ root, file, first, last }, signal) {
      const workspace = await workspaceOf(root, file);
      const { source, answers, lowered } = await inTurn(signal, () =>
        workspace.answers(file, undefined, signal),
      );
      const assigned = assignedPlaces(lowered);
      const lines = source.text.split(/\r\n|\r|\n/);
      return answers
        .filter(
          ({ line, column }) => line >= first && line <= last && assigned.has(key(line, column)),
        )
        .map(({ line, column, dtype, shape }) => ({
          line,
          column: tokenAt(lines[line - 1] ?? '', column)?.end ?? column,
          ...(dtype === undefined ? {} : { dtype }),
          shape,
        }));
    },
  };
}

const key = (line: number, column: number): number => line * 65536 + column;

/** Places of the names and attributes that assignments set. */
function assignedPlaces(file: LoweredFile): Set<number> {
  const places = new Set<number>();
  for (const { definition, row } of file.definitions) {
    const visit = (body: readonly Stmt[]): void => {
      for (const s of body) {
        if (s.k === 'function') visit(s.fn.body);
        else if (s.k === 'class') visit(s.cls.body);
        else if (s.k === 'assign') {
          for (const target of s.targets.flatMap(targetsIn)) {
            if (target.k === 'name' || target.k === 'attribute') {
              places.add(key(row + lineOf(target.at) + 1, columnOf(target.at)));
            }
          }
        } else blocksOf(s).forEach(visit);
      }
    };
    visit(definition.statements);
  }
  return places;
}
