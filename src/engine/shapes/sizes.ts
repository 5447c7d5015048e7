/** Dimensions with numbers for their symbols. */
import { dtypeBits, isKnownDType } from '../../core/checkpoint/dtype';
import type { Dimension, Sizes } from '../../protocol/shapes';

const tokens = /\d+|[\p{L}_][\p{L}\p{N}_.'₀-₉]*|\/\/|[-+*/%(),]/gu;
const word = /^[\p{L}_]/u;

/** Symbols of a shape, in order, each once. */
export function symbolsOf(shape: readonly Dimension[]): string[] {
  const words = shape
    .flatMap((dim) => (typeof dim === 'string' ? (dim.match(tokens) ?? []) : []))
    .filter((token) => word.test(token) && token !== 'min' && token !== 'max');
  return [...new Set(words)];
}

/** The value of an expression as dimensions are printed; undefined while a symbol is open. */
export function evaluate(
  expression: string,
  sizeOf: (symbol: string) => number | undefined,
): number | undefined {
  const rest = expression.match(tokens) ?? [];
  const take = (...words: readonly string[]): string | undefined =>
    words.includes(rest[0] ?? '') ? rest.shift() : undefined;
  const both = (
    part: () => number | undefined,
    operators: Readonly<Record<string, (a: number, b: number) => number>>,
  ): number | undefined => {
    let left = part();
    for (let op = take(...Object.keys(operators)); op; op = take(...Object.keys(operators))) {
      const right = part();
      const apply = operators[op];
      left = left === undefined || right === undefined ? undefined : apply?.(left, right);
    }
    return left;
  };
  const sum = (): number | undefined =>
    both(product, { '+': (a, b) => a + b, '-': (a, b) => a - b });
  const product = (): number | undefined =>
    both(atom, {
      '*': (a, b) => a * b,
      '//': (a, b) => Math.floor(a / b),
      // As in Python: the sign of the divisor.
      '%': (a, b) => ((a % b) + b) % b,
    });
  const atom = (): number | undefined => {
    if (take('-')) {
      const value = atom();
      return value === undefined ? undefined : -value;
    }
    if (take('(')) {
      const inner = sum();
      take(')');
      return inner;
    }
    const token = rest.shift() ?? '';
    if (/^\d/.test(token)) return Number(token);
    if ((token === 'min' || token === 'max') && take('(')) {
      const values = [sum()];
      while (take(',')) values.push(sum());
      take(')');
      return values.every((value) => value !== undefined) ? Math[token](...values) : undefined;
    }
    return word.test(token) ? sizeOf(token) : undefined;
  };
  const value = sum();
  return rest.length === 0 && Number.isSafeInteger(value) ? value : undefined;
}

/** `x₀` as one types it: `x0`. */
const typed = (symbol: string): string =>
  symbol.replace(/[₀-₉]/gu, (digit) => String('₀₁₂₃₄₅₆₇₈₉'.indexOf(digit)));

/** The size that a person chose for `self.n_head`: under that name, or under its last word; for `x₀` under `x0` too. */
export function chosenSize(sizes: Sizes, symbol: string): number | undefined {
  const last = symbol.slice(symbol.lastIndexOf('.') + 1);
  const name = [symbol, last, typed(symbol), typed(last)].find((one) => Object.hasOwn(sizes, one));
  return name === undefined ? undefined : sizes[name];
}

/** Bytes of the values of a tensor; undefined while a size or the element type is open. */
export function bytesOf(
  dtype: string | undefined,
  shape: readonly Dimension[],
): number | undefined {
  if (dtype === undefined || !isKnownDType(dtype)) return undefined;
  let count = 1;
  for (const dim of shape) {
    if (typeof dim === 'string') return undefined;
    count *= dim;
  }
  return Math.ceil((count * dtypeBits[dtype]) / 8);
}
