/** Static shapes of tensors in code as it is written: sizes in the person's own names, nothing that is not proven. */
export {
  analyse,
  openAnalysis,
  type Analysis,
  type Answer,
  type Cost,
  type Member,
  type ModuleAnswer,
  type ModuleState,
  type Problem,
  type Project,
  type TupleAnswer,
} from './analysis/analyse';
export type { Paused } from './analysis/paused';
export { Interrupted } from './interrupted';
export { languageOf, type LoweringCache, type SourceFile } from './analysis/source';
export type { Language, SyntaxNode, SyntaxParser } from './syntax';
