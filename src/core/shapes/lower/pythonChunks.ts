/** Splits Python code at the statements of its left margin, without a parser, so that an edit costs one of them. */

export interface Chunk {
  /** First line, 0-based. */
  readonly row: number;
  /** Up to the next statement, with the lines between them. */
  readonly text: string;
}

/** Source of a pattern for strings and comments. */
export const quoted = String.raw`("""|''')[^]*?(?:\1|(?![^]))|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|#[^\n]*`;
/** Strings and comments, brackets, and beginnings of lines without indentation. */
const marks = new RegExp(String.raw`${quoted}|[()[\]{}]|^(?=[^\s#)\]}])`, 'gm');
/** Lines at the left margin that go on with the statement before. */
const goesOn = /^(?:else|elif|except|finally)\b/;

export function pythonChunks(source: string): Chunk[] {
  const starts: number[] = [];
  let depth = 0;
  for (const { 0: mark, index } of source.matchAll(marks)) {
    const isStart =
      mark === '' || ((index === 0 || source[index - 1] === '\n') && /^["'([{]/.test(mark));
    if (isStart && depth === 0 && !goesOn.test(source.slice(index, index + 8))) starts.push(index);
    if (/^[([{]$/.test(mark)) depth += 1;
    else if (/^[)\]}]$/.test(mark)) depth = Math.max(0, depth - 1);
  }
  const cuts = [0, ...starts.filter((start) => start > 0), source.length];
  let row = 0;
  const chunks: Chunk[] = [];
  let decorators = '';
  cuts.slice(0, -1).forEach((start, index) => {
    const text = decorators + source.slice(start, cuts[index + 1]);
    // A decorator belongs to what follows.
    decorators = source[start] === '@' ? text : '';
    if (decorators !== '' && index < cuts.length - 2) return;
    chunks.push({ row, text });
    row += text.split('\n').length - 1;
  });
  return chunks;
}
