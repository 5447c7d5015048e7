/** The token that a person points at: a word, a bracket or an operator, as answers are placed. */

const token = /[\p{L}\p{N}_]+|\*\*|\/\/|[[@+\-*/%~&|^<>=!]=?|[^\s]/gu;

export interface Token {
  /** 0-based, in UTF-16 units; `end` is the column after its last. */
  readonly start: number;
  readonly end: number;
}

/** The token of a line at a column, or the one that ends there. */
export function tokenAt(line: string, column: number): Token | undefined {
  let before: Token | undefined;
  for (const match of line.matchAll(token)) {
    const start = match.index;
    const end = start + match[0].length;
    if (start > column) break;
    if (column < end) return { start, end };
    before = { start, end };
  }
  return before?.end === column ? before : undefined;
}
