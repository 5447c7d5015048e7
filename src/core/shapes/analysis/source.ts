/** Files lowered to definitions, kept by text so that an edit lowers one definition anew. */
import type { ClassDef, Definition, FunctionDef, Stmt } from '../ast';
import { isPlain, statement } from '../lower/javascript';
import { pythonStatements } from '../lower/python';
import { keepNewest } from '../newest';
import { pythonChunks } from '../lower/pythonChunks';
import type { Language, SyntaxNode, SyntaxParser } from '../syntax';

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
/** A stretch of a file between statements of its margin. */
export interface Piece {
  /** The name that it defines, where that is all it does. */
  readonly name?: string;
  /** Lowers it, once. */
  readonly definitions: () => readonly Placed[];
}
export interface LoweredFile {
  readonly source: SourceFile;
  readonly pieces: readonly Piece[];
  /** Of all pieces. */
  readonly definitions: readonly Placed[];
}

/** What was lowered of one file: pieces by text, and the last whole texts. */
interface Lowered {
  readonly pieces: Map<string, readonly Placed[]>;
  readonly files: Map<string, LoweredFile>;
}
/** Lowered definitions by file and text, kept between analyses. */
export type LoweringCache = Map<string, Lowered>;

/** Files that are kept: more than one function leads to, and not all that a person ever opens. */
export const mostLowered = 512;
/** Texts of one file that are kept: the whole, its slices, and a few versions of them. */
const mostFiles = 8;
const mostPieces = 4096;

export function lowerFile(
  parser: SyntaxParser,
  cache: LoweringCache,
  source: SourceFile,
): LoweredFile {
  const before: Lowered = cache.get(source.file) ?? { pieces: new Map(), files: new Map() };
  const known = keepNewest(cache, source.file, before, mostLowered);
  const same = known.files.get(source.text);
  if (same) return same;
  return keepNewest(
    known.files,
    source.text,
    fileOf(source, piecesOf(parser, source, known.pieces)),
    mostFiles,
  );
}

function fileOf(source: SourceFile, pieces: readonly Piece[]): LoweredFile {
  let all: readonly Placed[] | undefined;
  return {
    source,
    pieces,
    get definitions() {
      return (all ??= pieces.flatMap((piece) => piece.definitions()));
    },
  };
}

function piecesOf(parser: SyntaxParser, source: SourceFile, known: Lowered['pieces']): Piece[] {
  const language = languageOf(source.file);
  const once = (lower: () => readonly Placed[]): Piece['definitions'] => {
    let all: readonly Placed[] | undefined;
    return () => (all ??= lower());
  };
  if (language !== 'python')
    return [{ definitions: once(() => lowerJavascript(parser, language, source.text, known)) }];
  const seen = new Map<string, number>();
  return pythonChunks(source.text).map(({ row, text }) => {
    // The same text twice (two `import` lines) is two definitions.
    const count = seen.get(text) ?? 0;
    seen.set(text, count + 1);
    const key = count === 0 ? text : `${text}#${count}`;
    const name = nameOf(text);
    return {
      ...(name === undefined ? {} : { name }),
      definitions: once(() => {
        const lowered = known.get(key) ?? lowerChunk(parser, text);
        keepNewest(known, key, lowered, mostPieces);
        return lowered.map((one) => ({ definition: one.definition, row: row + one.row }));
      }),
    };
  });
}

/** The name of a definition that does nothing else: a decorator may put a function into a class, or a class into a list. */
function nameOf(text: string): string | undefined {
  const [, decorators = '', kind = '', name] =
    /^((?:@[^]*?\n)*?)(class|def|async[ \t]+def)[ \t]+([\p{L}\p{N}_]+)/u.exec(text) ?? [];
  if (decorators === '') return name;
  const harmless = kind === 'class' ? /^@(?!\w+\.|\w*regist)/ : /^@(?:torch|functools)\./;
  return decorators.split(/\n(?=@)/).every((one) => harmless.test(one)) ? name : undefined;
}

/** The language of a file, by its ending. */
export function languageOf(file: string): Language {
  if (/\.[cm]?ts$/i.test(file)) return 'typescript';
  if (/\.tsx$/i.test(file)) return 'tsx';
  return /\.[cm]?jsx?$/i.test(file) ? 'javascript' : 'python';
}

/** Statements of a script or module; equal text gives the same object. Functions are there from the start. */
function lowerJavascript(
  parser: SyntaxParser,
  language: Language,
  text: string,
  pieces: Map<string, readonly Placed[]>,
): Placed[] {
  const tree = parser.parse(language, text);
  const nodes = tree.root.namedChildren;
  const all: Placed[] = [];
  nodes.forEach((node, index) => {
    if (!node || node.type === 'comment') return;
    const before = nodes[index - 1];
    const comment = before?.type === 'comment' && before.text.startsWith('/**') ? before.text : '';
    const row = node.startPosition.row;
    const column = node.startPosition.column;
    const lowered =
      pieces.get(`${comment}${column}:${node.text}`) ?? lowerStatement(node, row, comment);
    keepNewest(pieces, `${comment}${column}:${node.text}`, lowered, mostPieces);
    for (const one of lowered) all.push({ ...one, row });
  });
  tree.release();
  return all;
}
function lowerStatement(node: SyntaxNode, row: number, comment: string): Placed[] {
  const low = { origin: row, yields: false };
  const statements = statement(low, node, comment === '' ? undefined : comment);
  const script = scriptOf(statements, node.endPosition.row - row);
  const definition = { statements, comments: new Map(), hoisted: statements.every(isPlain) };
  return [{ definition: { ...definition, ...script }, row }];
}
/** What a statement of the margin does, as the body of a function without a name. */
function scriptOf(body: readonly Stmt[], end: number): Pick<Definition, 'script'> {
  const isCode = body.some(({ k }) => !/^(function|class|import|from)$/.test(k));
  const script: FunctionDef = {
    name: '',
    at: 0,
    parameters: [],
    body,
    decorators: [],
    generator: false,
    end,
  };
  return isCode ? { script } : {};
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
  const statements = pythonStatements({ origin: row, yields: false }, [node]);
  const definition: Definition = {
    statements,
    comments: commentsOf(text),
    ...scriptOf(statements, node.endPosition.row - row),
  };
  for (const { fn } of functionsIn({ definition, row })) homes.set(fn, definition);
  return definition;
}

const homes = new WeakMap<FunctionDef, Definition>();
/** The definition that a function of a module or class of Python is in. */
export const homeOf = (fn: FunctionDef): Definition | undefined => homes.get(fn);

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
/** Those, and what a module does when it is loaded. */
export const placesIn = (placed: Placed): Place[] => {
  const { script } = placed.definition;
  return [...functionsIn(placed), ...(script ? [{ fn: script, placed }] : [])];
};

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
