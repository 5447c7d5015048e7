/** What the lowering needs of a parser's syntax tree: the part of tree-sitter's `Node` that is used. */
export interface SyntaxNode {
  readonly id: number;
  readonly type: string;
  readonly text: string;
  readonly isNamed: boolean;
  readonly startPosition: { readonly row: number; readonly column: number };
  readonly endPosition: { readonly row: number; readonly column: number };
  readonly children: readonly (SyntaxNode | null)[];
  readonly namedChildren: readonly (SyntaxNode | null)[];
  childForFieldName(name: string): SyntaxNode | null;
}

export type Language = 'python' | 'javascript' | 'typescript' | 'tsx';

/** Parses one file; the tree stays valid until `release` is called. */
export interface SyntaxParser {
  parse(language: Language, text: string): { readonly root: SyntaxNode; release(): void };
}
