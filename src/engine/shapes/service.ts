/** What the shapes thread answers. */
import type { LoweredFile } from '../../core/shapes/analysis/source';
import { blocksOf, columnOf, lineOf, targetsIn, type Stmt } from '../../core/shapes/ast';
import { keepNewest } from '../../core/shapes/newest';
import {
  Interrupted,
  type Answer,
  type Language,
  type ModuleAnswer,
  type SyntaxParser,
} from '../../core/shapes';
import { grammarsFor } from './parser';
import type { Handlers } from '../../protocol/rpc';
import type {
  Dimension,
  ModuleHover,
  Origin,
  OwnedTensors,
  PausedFrame,
  ShapeLens,
  ShapesMethods,
  Sizes,
  TensorHover,
} from '../../protocol/shapes';
import { bind, ownedAt, type Binding } from './binding';
import { originsOf } from './origins';
import { frameAt, tensorAt, valuesOf } from './paused';
import { bytesOf, chosenSize, evaluate, symbolsOf } from './sizes';
import type { FunctionTotal } from './session';
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
      const { source, answers, modules, lowered, actual } = await inTurn(signal, () =>
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
      if (!answer) {
        const module = modules.find((one) => one.line === line && one.column === token.start);
        const frame = frameAt(paused.get(file), lowered, line);
        const held = frame && tensorAt(frame, text, token);
        if (held) return { ...token, ...held, ...pausedHover(held), ...tensors };
        if (!module && owned.length === 0) return undefined;
        return {
          ...token,
          name: text.slice(token.start, token.end),
          ...(module ? moduleHover(module, originsIn(lowered, lines, line), sizes) : { cost: {} }),
          ...tensors,
        };
      }
      const origins = originsOf(lowered, lines, line, symbolsOf(answer.shape));
      const word = text.slice(token.start, token.end);
      const concrete = withSizes(answer, originsIn(lowered, lines, line), sizes, valuesOf(actual));
      return {
        ...token,
        ...(/^[\p{L}_]/u.test(word)
          ? { name: `${word}${text[token.end] === '(' ? '(…)' : ''}` }
          : {}),
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

/** Where symbols come from, as seen from a line. */
const originsIn =
  (lowered: LoweredFile, lines: readonly string[], line: number) =>
  (symbols: readonly string[]): readonly Origin[] =>
    originsOf(lowered, lines, line, symbols);
type Origins = ReturnType<typeof originsIn>;

/** Numbers for expressions, once the person has chosen a size that they depend on. */
function numbersFor(
  expressions: readonly Dimension[],
  seen: Sizes,
  origins: Origins,
  sizes: Sizes,
  actual: Sizes = {},
): { readonly valueOf: (dim: Dimension) => Dimension; readonly used: Sizes } | undefined {
  const used: Record<string, number> = {};
  const symbols = symbolsOf(expressions);
  const found = origins(symbols);
  const isGiven = (one: string): boolean => (actual[one] ?? chosenSize(sizes, one)) !== undefined;
  if (symbols.length > 0 && !symbols.some(isGiven)) return undefined;
  const sizeOf = (symbol: string): number | undefined => {
    const known = seen[symbol] ?? found.find((origin) => origin.symbol === symbol)?.value;
    const size = actual[symbol] ?? chosenSize(sizes, symbol) ?? known;
    if (size !== undefined) used[symbol] = size;
    return size;
  };
  const valueOf = (dim: Dimension): Dimension =>
    typeof dim === 'string' ? (evaluate(dim, sizeOf) ?? dim) : dim;
  return { valueOf, used };
}

function withSizes(
  answer: Answer,
  origins: Origins,
  sizes: Sizes,
  actual: Sizes,
): TensorHover['concrete'] {
  const { dtype, shape, cost = {}, seen = {} } = answer;
  const { flops, parameters, weights, cache } = cost;
  const counts = { flops, parameters, weights, cache };
  const all = [...shape, ...Object.values(counts).filter((one) => one !== undefined)];
  const numbers = numbersFor(all, seen, origins, sizes, actual);
  if (!numbers) return undefined;
  const { valueOf, used } = numbers;
  const concrete = shape.map(valueOf);
  const bytes = bytesOf(dtype, concrete);
  const priced = Object.entries(counts).flatMap(([name, dim]) => {
    const value = dim === undefined ? undefined : valueOf(dim);
    return typeof value === 'number' ? [[name, value] as const] : [];
  });
  const ofProgram = Object.keys(used).filter((symbol) => symbol in actual);
  return {
    shape: concrete,
    ...(bytes === undefined ? {} : { bytes }),
    ...Object.fromEntries(priced),
    sizes: used,
    ...(ofProgram.length > 0 ? { paused: ofProgram } : {}),
  };
}

/** A tensor that only the paused program knows. */
function pausedHover({ dtype, shape }: PausedFrame['tensors'][number]) {
  const bytes = bytesOf(dtype, shape);
  const concrete = { shape, sizes: {}, ...(bytes === undefined ? {} : { bytes }) };
  return { origins: [], isPaused: true as const, concrete };
}

function moduleHover(
  { className, cost, seen = {} }: ModuleAnswer,
  origins: Origins,
  sizes: Sizes,
): Pick<ModuleHover, 'className' | 'cost' | 'concrete'> {
  const { parameters } = cost;
  if (parameters === undefined) return { className, cost };
  const numbers = numbersFor([parameters], seen, origins, sizes);
  const value = numbers?.valueOf(parameters);
  return {
    className,
    cost,
    ...(numbers && typeof value === 'number'
      ? { concrete: { parameters: value, sizes: numbers.used } }
      : {}),
  };
}

function lensesOf(
  totals: readonly FunctionTotal[],
  originsAt: (line: number) => Origins,
  sizes: Sizes,
  tensorOf: (className: string) => OwnedTensors | undefined,
): ShapeLens[] {
  return totals
    .filter(({ name }) => name === 'forward' || name === '__call__')
    .flatMap(({ className, row, classRow, parameters, flops, order, seen = {} }): ShapeLens[] => {
      const tensor = tensorOf(className);
      const number = (dim: Dimension, known: Sizes): Dimension => {
        const chosen = { ...known, ...sizes };
        return numbersFor([dim], known, originsAt(row + 1), chosen)?.valueOf(dim) ?? dim;
      };
      return [
        ...(parameters === undefined
          ? []
          : [{ line: classRow + 1, parameters: number(parameters, seen) }]),
        ...(tensor ? [{ line: classRow + 1, tensor }] : []),
        ...(flops === undefined ? [] : [{ line: row + 1, flops: number(flops, {}), order }]),
      ];
    });
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
