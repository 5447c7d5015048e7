/** What the shapes thread answers. */
import type { LoweredFile } from '../core/shapes/analysis/source';
import { lineOf, columnOf, type Stmt } from '../core/shapes/ast';
import { Interrupted, type Answer, type SyntaxParser } from '../core/shapes';
import type { Handlers } from '../protocol/rpc';
import type { Origin, ShapesMethods, Sizes, TensorHover } from '../protocol/shapes';
import { blocksOf, originsOf, targetsIn } from './shapesOrigins';
import { bytesOf, chosenSize, evaluate, symbolsOf } from './shapesSizes';
import { tokenAt } from './shapesToken';
import { openShapesWorkspace, type ShapesWorkspace } from './shapesWorkspace';

/**
 * `parser` is loaded when the first question comes. `sent` counts the hovers and edits that were sent so far: work that
 * runs while one of them waits is left, and taken up again behind it.
 */
export function createShapesService(
  parser: () => Promise<SyntaxParser>,
  sent?: () => number,
): Handlers<ShapesMethods> {
  let loaded: Promise<SyntaxParser> | undefined;
  let heard = 0;
  const breathe = (): void => {
    if (sent && sent() > heard) throw new Interrupted();
  };
  const workspaces = new Map<string, ShapesWorkspace>();
  const workspaceOf = async (root: string): Promise<ShapesWorkspace> => {
    loaded ??= parser();
    const ready = await loaded;
    const open = workspaces.get(root) ?? openShapesWorkspace(root, ready, breathe);
    workspaces.set(root, open);
    return open;
  };
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
      (await workspaceOf(root)).files.overlay(file, text);
    },
    touch({ root, file }) {
      workspaces.get(root)?.files.touch(file);
    },
    async prepare({ root, file, line }, signal) {
      const workspace = await workspaceOf(root);
      await inTurn(signal, () => workspace.answers(file, line, signal));
      await inTurn(signal, () => workspace.prepare(file, signal));
    },
    async hover({ root, file, line, column, sizes }, signal) {
      heard += 1;
      const workspace = await workspaceOf(root);
      const { source, answers, lowered } = await inTurn(signal, () =>
        workspace.answers(file, line, signal),
      );
      inBackground((late) => inTurn(late, () => workspace.prepare(file, late)));
      const lines = source.text.split(/\r\n|\r|\n/);
      const text = lines[line - 1] ?? '';
      const token = tokenAt(text, column);
      const answer = answers.find((one) => one.line === line && one.column === token?.start);
      if (!token || !answer) return undefined;
      const origins = originsOf(lowered, lines, line, symbolsOf(answer.shape));
      const word = text.slice(token.start, token.end);
      const concrete = withSizes(answer, origins, sizes);
      return {
        ...token,
        ...(/^[\p{L}_]/u.test(word)
          ? { name: `${word}${text[token.end] === '(' ? '(…)' : ''}` }
          : {}),
        ...(answer.dtype === undefined ? {} : { dtype: answer.dtype }),
        shape: answer.shape,
        origins,
        ...(concrete && { concrete }),
      };
    },
    async hints({ root, file, first, last }, signal) {
      const workspace = await workspaceOf(root);
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

/** The shape in numbers, once the person has chosen a size that it depends on. */
function withSizes(
  { dtype, shape, seen = {} }: Answer,
  origins: readonly Origin[],
  sizes: Sizes,
): TensorHover['concrete'] {
  const used: Record<string, number> = {};
  let isChosen = symbolsOf(shape).length === 0;
  const sizeOf = (symbol: string): number | undefined => {
    const chosen = chosenSize(sizes, symbol);
    const known = seen[symbol] ?? origins.find((origin) => origin.symbol === symbol)?.value;
    const size = chosen ?? known;
    isChosen ||= chosen !== undefined;
    if (size !== undefined) used[symbol] = size;
    return size;
  };
  const numbers = shape.map((dim) =>
    typeof dim === 'string' ? (evaluate(dim, sizeOf) ?? dim) : dim,
  );
  if (!isChosen) return undefined;
  const bytes = bytesOf(dtype, numbers);
  return { shape: numbers, ...(bytes === undefined ? {} : { bytes }), sizes: used };
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
