/** Reads a Python literal (docs.python.org/3/reference/lexical_analysis.html#literals) without evaluating anything. */
import { quoted } from './bytes';

/** Tuples and lists are arrays; dictionaries are Maps. */
export type Literal =
  null | boolean | number | string | readonly Literal[] | ReadonlyMap<string, Literal>;

/** Not a literal. `position` counts UTF-16 units of the text. */
export class LiteralError extends Error {
  override readonly name = 'LiteralError';
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
  }
}

/** Structured types nest a few levels; a stack overflow needs thousands. */
const maxDepth = 32;

const space = /[ \t\r\n]*/y;
/** An integer; Python 2 wrote large ones with an L. */
const integer = /-?\d+(?=L?)/y;
const text = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/y;
const words: readonly (readonly [string, Literal])[] = [
  ['None', null],
  ['True', true],
  ['False', false],
];

/** The one literal that the whole text is. Throws LiteralError. */
export function parseLiteral(source: string): Literal {
  let at = 0;
  let depth = 0;

  const fail = (message: string): never => {
    throw new LiteralError(message, at);
  };
  const found = () => (at < source.length ? quoted(source[at]!) : 'the end');
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const result = pattern.exec(source);
    if (result) at = pattern.lastIndex;
    return result;
  };
  /** True and past it when the next character is `character`. */
  const take = (character: string): boolean => {
    match(space);
    if (source[at] !== character) return false;
    at++;
    return true;
  };
  /** Calls `item` until `close`, with commas between. Returns whether there was a comma at all. */
  const sequence = (close: string, item: () => void): boolean => {
    if (++depth > maxDepth) fail(`the literal nests deeper than ${maxDepth} levels`);
    let comma = false;
    for (let open = true; !take(close);) {
      if (!open) fail(`expected , or ${close} and found ${found()}`);
      item();
      open = take(',');
      comma ||= open;
    }
    depth--;
    return comma;
  };
  const value = (): Literal => {
    if (take('{')) {
      const map = new Map<string, Literal>();
      sequence('}', () => {
        const key = value();
        if (typeof key !== 'string') return fail('expected a text as key');
        if (map.has(key)) fail(`the key ${quoted(key)} is there twice`);
        if (!take(':')) fail(`expected : and found ${found()}`);
        return void map.set(key, value());
      });
      return map;
    }
    for (const [open, close] of ['()', '[]'] as const) {
      if (!take(open!)) continue;
      const items: Literal[] = [];
      const comma = sequence(close!, () => items.push(value()));
      // Without a comma, parentheses only group.
      return open === '(' && items.length === 1 && !comma ? items[0]! : items;
    }
    const string = match(text);
    if (string) return (string[1] ?? string[2] ?? '').replace(/\\(.)/g, '$1');
    const number = match(integer);
    if (number) {
      if (source[at] === 'L') at++;
      const result = Number(number[0]);
      return Number.isSafeInteger(result) ? result : fail(`the number ${number[0]} is too large`);
    }
    for (const [word, meaning] of words) {
      if (!source.startsWith(word, at)) continue;
      at += word.length;
      return meaning;
    }
    return fail(`expected a value and found ${found()}`);
  };
  const result = value();
  match(space);
  if (at < source.length) fail(`expected the end and found ${found()}`);
  return result;
}
