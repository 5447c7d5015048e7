/** What a paused program says of the sizes and names of the function in which it stands. */
import type { LoweredFile } from '../../core/shapes/analysis/source';
import type { Dimension, PausedFrame, Sizes } from '../../protocol/shapes';
import { scopeAt } from './origins';

/** Values of symbols, from sizes that the program has values for; none for one that would have two. */
export function valuesOf(actual: readonly (readonly [Dimension, number])[] = []): Sizes {
  const found = new Map<string, number | undefined>();
  for (const [size, value] of actual) {
    const [, factor, symbol] = /^(?:(\d+)\*)?([\p{L}_][\p{L}\p{N}_.'₀-₉]*)$/u.exec(`${size}`) ?? [];
    if (symbol === undefined) continue;
    const one = value / Number(factor ?? 1);
    found.set(symbol, found.has(symbol) && found.get(symbol) !== one ? undefined : one);
  }
  return Object.fromEntries(
    [...found].flatMap(([symbol, value]) => (value === undefined ? [] : [[symbol, value]])),
  );
}

/** The frame, where a line (1-based) is of the function in which the program stands. */
export function frameAt(
  frame: PausedFrame | undefined,
  lowered: LoweredFile,
  line: number,
): PausedFrame | undefined {
  if (!frame) return undefined;
  const [here, there] = [line, frame.line].map((one) => scopeAt(lowered, one - 1)?.fn);
  return here === there ? frame : undefined;
}

/** The tensor of the frame that a word is the name of, with what stands before it: `self.weight`. */
export function tensorAt(
  frame: PausedFrame,
  text: string,
  word: { readonly start: number; readonly end: number },
): PausedFrame['tensors'][number] | undefined {
  const before = /(?:[\p{L}_$][\p{L}\p{N}_$]*\.)*$/u.exec(text.slice(0, word.start))?.[0] ?? '';
  const name = before + text.slice(word.start, word.end);
  // `f(x).weight` is not the `weight` of the frame.
  const isWhole = !/[.\p{L}\p{N}_$)\]}]$/u.test(text.slice(0, word.start - before.length));
  const isCall = text[word.end] === '(';
  return isWhole && !isCall ? frame.tensors.find((one) => one.name === name) : undefined;
}
