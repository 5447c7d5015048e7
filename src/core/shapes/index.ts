/** Static shapes of tensors in code as it is written: sizes in the person's own names, nothing that is not proven. */
import type { Answer } from './analysis/analyse';

export {
  analyse,
  openAnalysis,
  type Analysis,
  type Answer,
  type Cost,
  type ModuleAnswer,
  type ModuleState,
  type Problem,
  type Project,
} from './analysis/analyse';
export { Interrupted } from './interrupted';
export { languageOf, type LoweringCache, type SourceFile } from './analysis/source';
export * from './cost';
export { elementsAt, hoverText } from './hoverText';
export type { Language, SyntaxNode, SyntaxParser } from './syntax';

/** The answer for the word or operator under a position (line 1-based, column 0-based), and where the token starts. */
export function hoverAt(
  answers: readonly Answer[],
  text: string,
  line: number,
  column: number,
): { readonly name: string; readonly answer: Answer } | undefined {
  const tokens = (text.split('\n')[line - 1] ?? '').matchAll(
    /[\p{L}_][\p{L}\p{N}_]*|\*\*|\/\/|[-+*/%@&|^~<>=!]=?|[([]/gu,
  );
  for (const token of tokens) {
    if (token.index > column || column >= token.index + token[0].length) continue;
    const answer = answers.find((one) => one.line === line && one.column === token.index);
    return answer && { name: token[0], answer };
  }
  return undefined;
}
