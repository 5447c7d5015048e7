/**
 * Completes Python code that is being typed, so that a parser still sees the rest of the file: `y = x +` gets an
 * unknown operand, a bracket left open gets closed before the next statement. Text is only added at ends of lines,
 * so that every token keeps its place; code that is whole comes back as it is.
 */

const quoted = String.raw`("""|''')[^]*?(?:\1|$)|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?`;
const tokens = new RegExp(
  String.raw`${quoted}|#[^\n]*|\\\r?\n|\r?\n|[()[\]{}]|[^"'#\\\n\r()[\]{}]+|[^]`,
  'g',
);
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
/** Words that begin a statement and never stand inside an expression. */
const statement =
  /^\s*(def|class|return|while|with|assert|raise|del|global|nonlocal|import|try|pass|break|continue)\b/;
const header = /^\s*(?:def|class|if|elif|for|while|with|async)\b.*:$/;
/** What ends a line only while it is being typed. */
const dangling =
  /(?:(?:^|[^\w.])(?:[^\W\d]\w*|\d+\w*\.\w+)|[)\]}"'])\s*\.$|[-+*/%@&|^=<>~]$|\b(?:and|or|not|in|is|if|else)$/;

export function completePython(text: string): string {
  const additions: { readonly at: number; readonly text: string }[] = [];
  let open: string[] = [];
  /** Code of this line, without comments; where its last token ends. */
  let line = '';
  let end = 0;
  let lastCode = 0;
  let lastLine = '';
  const add = (at: number, addition: string): void => void additions.push({ at, text: addition });
  const endOfLine = (): void => {
    if (open.length === 0 && dangling.test(line) && !/^\s*from\b.*\bimport\s*\*$/.test(line)) {
      add(end, line.endsWith('.') ? '_' : ' _');
    }
    if (line !== '') {
      lastCode = end;
      lastLine = line;
    }
    line = '';
  };
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === '\n' || token === '\r\n') endOfLine();
    else if (token.startsWith('#') || token.startsWith('\\')) continue;
    else if (token in closers) open.push(token);
    else if (/^[)\]}]$/.test(token)) open.pop();
    else if (line === '' && open.length > 0 && statement.test(token)) {
      const colon = header.test(lastLine);
      const closing = open.map((bracket) => closers[bracket]).reverse();
      add(lastCode - (colon ? 1 : 0), closing.join(''));
      open = [];
    }
    if (/^(?:"(?!"")|'(?!''))/.test(token) && !/^(.)[^]*\1$/.test(token)) {
      add(index + token.length, token.charAt(0));
    }
    const code = token.startsWith('#') ? '' : token.trimEnd();
    if (code !== '') {
      line += token;
      line = line.trimEnd();
      end = index + code.length;
    } else if (line !== '') line += ' ';
  }
  endOfLine();
  if (open.length > 0)
    add(
      lastCode,
      open
        .map((bracket) => closers[bracket])
        .reverse()
        .join(''),
    );
  let result = '';
  let from = 0;
  for (const { at, text: addition } of additions) {
    result += text.slice(from, at) + addition;
    from = at;
  }
  return result + text.slice(from);
}
