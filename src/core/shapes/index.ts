/** Static shapes of tensors in code as it is written. */
export { analyse, type Answer, type Project } from './analysis/analyse';
export type { LoweringCache, SourceFile } from './analysis/source';
export type { SyntaxNode, SyntaxParser, Language } from './syntax';
