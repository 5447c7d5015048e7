/** Where a size that no code sets gets its name: an annotation, a pattern of einops, a comment or the documentation. */

/** Comments, documentation that may end in another line, and strings of one line. */
const said =
  /(?<comment>(?:#|\/\/).*)|(?<fence>"""|'''|\/\*)(?<text>.*?)(?:\k<fence>|\*\/|$)|(?<quote>["'])(?<string>[^"'\n]*)\k<quote>/g;

/** The first row (0-based) of those from `first` to `last` that says the name; in prose it stands in a list, as `(B, T, C)`. */
export function statedAt(
  lines: readonly string[],
  first: number,
  last: number,
  name: string,
): number | undefined {
  const word = `(?<![\\p{L}\\p{N}_.])${name.replace(/[^\p{L}\p{N}_]/gu, '\\$&')}(?![\\p{L}\\p{N}_])`;
  const inString = new RegExp(word, 'u');
  const inProse = new RegExp(`[([][^()[\\]]*${word}[^()[\\]]*[)\\]]`, 'u');
  /** What ends the documentation that the row is in. */
  let end: string | undefined;
  for (let row = first; row <= Math.min(last, lines.length - 1); row++) {
    let line = lines[row] ?? '';
    if (end !== undefined) {
      const at = line.indexOf(end);
      if (inProse.test(at < 0 ? line : line.slice(0, at))) return row;
      if (at < 0) continue;
      line = line.slice(at + end.length);
      end = undefined;
    }
    for (const { 0: whole, groups = {} } of line.matchAll(said)) {
      const { comment, fence, text, string } = groups;
      if (inProse.test(comment ?? text ?? '') || inString.test(string ?? '')) return row;
      const closer = fence === '/*' ? '*/' : fence;
      if (closer !== undefined && (whole.length < 2 * closer.length || !whole.endsWith(closer)))
        end = closer;
    }
  }
  return undefined;
}
