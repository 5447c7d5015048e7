/** Files lowered to definitions, kept by text so that an edit lowers one definition anew. */
import type { ClassDef, Definition, FunctionDef, Stmt } from '../ast';
import { pythonStatements } from '../lower/python';
import { keepNewest } from '../newest';
import { pythonChunks } from '../lower/pythonChunks';
import type { SyntaxNode, SyntaxParser } from '../syntax';

export interface SourceFile {
  /** Module path such as `package.model`. */
  readonly module: string;
  readonly file: string;
  readonly text: string;
}

/** A definition and the row that its relative lines start at. */
export interface Placed {
  readonly definition: Definition;
  readonly row: number;
}
export interface LoweredFile {
  readonly source: SourceFile;
  readonly definitions: readonly Placed[];
}

/** What was lowered of one file: pieces by text, and the last whole texts. */
interface Lowered {
  readonly pieces: Map<string, readonly Placed[]>;
  readonly files: Map<string, LoweredFile>;
}
/** Lowered definitions by file and text, kept between analyses. */
export type LoweringCache = Map<string, Lowered>;

/** Texts of one file that are kept: the whole, its slices, and a few versions of them. */
const mostFiles = 8;
const mostPieces = 4096;

export function lowerFile(
  parser: SyntaxParser,
  cache: LoweringCache,
  source: SourceFile,
): LoweredFile {
  const known: Lowered = cache.get(source.module) ?? { pieces: new Map(), files: new Map() };
  cache.set(source.module, known);
  const before = known.files.get(source.text);
  if (before) return before;
  const seen = new Map<string, number>();
  const definitions = pythonChunks(source.text).flatMap(({ row, text }) => {
    // The same text twice (two `import` lines) is two definitions.
    const count = seen.get(text) ?? 0;
    seen.set(text, count + 1);
    const key = count === 0 ? text : `${text}#${count}`;
    const lowered = known.pieces.get(key) ?? lowerChunk(parser, text);
    const placed = keepNewest(known.pieces, key, lowered, mostPieces);
    return placed.map((one) => ({ definition: one.definition, row: row + one.row }));
  });
  return keepNewest(known.files, source.text, { source, definitions }, mostFiles);
}

function lowerChunk(parser: SyntaxParser, text: string): Placed[] {
  // Most of what a slice leaves of a file is empty lines.
  if (!/\S/.test(text)) return [];
  const tree = parser.parse('python', text);
  try {
    return tree.root.namedChildren.flatMap((node): Placed[] => {
      if (!node || node.type === 'comment') return [];
      const row = node.startPosition.row;
      return [{ definition: lowerDefinition(node, row, node.text), row }];
    });
  } catch {
    // Nested deeper than the stack: this statement says nothing, the others do.
    return [];
  } finally {
    tree.release();
  }
}

function lowerDefinition(node: SyntaxNode, row: number, text: string): Definition {
  return {
    statements: pythonStatements({ origin: row, yields: false }, [node]),
    comments: commentsOf(text),
  };
}

/** Comments by line; a `#` inside a string on the same line may be taken for one, which a reader of shapes tolerates. */
function commentsOf(text: string): Map<number, string> {
  const comments = new Map<number, string>();
  text.split('\n').forEach((line, index) => {
    const at = line.indexOf('#');
    if (at >= 0) comments.set(index, line.slice(at + 1).trim());
  });
  return comments;
}

/** A function that can be looked at on its own, with the class it is in. */
export interface Place {
  readonly fn: FunctionDef;
  readonly cls?: ClassDef;
  readonly placed: Placed;
}

/** Functions of modules and classes, in order; those inside functions belong to them. */
export function functionsIn(placed: Placed): Place[] {
  const visit = (body: readonly Stmt[], cls?: ClassDef): Place[] =>
    body.flatMap((s): Place[] => {
      if (s.k === 'function') return [{ fn: s.fn, placed, ...(cls ? { cls } : {}) }];
      if (s.k === 'class') return visit(s.cls.body, s.cls);
      if (s.k === 'if') return [...visit(s.yes, cls), ...visit(s.no, cls)];
      return s.k === 'try' ? visit(s.body, cls) : [];
    });
  return visit(placed.definition.statements);
}
/** Functions defined inside a function, at any depth. */
export function nestedIn(fn: FunctionDef): Set<FunctionDef> {
  const found = new Set<FunctionDef>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (value && typeof value === 'object') {
      if ('parameters' in value && 'decorators' in value) found.add(value as FunctionDef);
      Object.values(value).forEach(visit);
    }
  };
  visit(fn.body);
  return found;
}
