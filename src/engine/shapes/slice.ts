/**
 * The part of a file that can say something about one of its definitions: what uses it, directly or not, and what all
 * those use. The rest becomes empty lines, so that an edit in a long file costs as much as one in a short file.
 */
import { pythonChunks, quoted } from '../../core/shapes/lower/pythonChunks';
import { keepNewest } from '../../core/shapes/newest';

/** Statements whose names are kept. */
const mostFacts = 4096;

interface Chunk {
  /** First line, 0-based. */
  readonly row: number;
  readonly text: string;
  readonly facts: Facts;
}
interface Facts {
  readonly kind: 'definition' | 'fields' | 'import' | 'other';
  readonly defines: ReadonlySet<string>;
  readonly mentions: ReadonlySet<string>;
}
export type FactsCache = Map<string, Facts>;

export interface Slice {
  /** The file with the lines that say nothing about the definition made empty. */
  readonly text: string;
  /** Names through which other files can reach the definition. */
  readonly names: ReadonlySet<string>;
}

/** The slice of a file for the definition at a line (0-based). */
export function sliceOf(source: string, line: number, cache: FactsCache): Slice {
  const chunks = chunksOf(source, cache);
  const target = chunks.findLast((chunk) => chunk.row <= line);
  if (!target) return { text: source, names: new Set() };
  const kept = new Set<Chunk>([target]);
  const users = [...kept];
  for (let chunk = users.pop(); chunk; chunk = users.pop()) {
    for (const other of chunks) {
      if (kept.has(other) || other.facts.kind === 'import') continue;
      if (![...chunk.facts.defines].some((name) => other.facts.mentions.has(name))) continue;
      kept.add(other);
      users.push(other);
    }
  }
  const names = new Set([...kept].flatMap((chunk) => [...chunk.facts.defines]));
  const definers = new Map<string, Chunk[]>();
  for (const chunk of chunks) {
    for (const name of chunk.facts.defines) {
      definers.set(name, [...(definers.get(name) ?? []), chunk]);
    }
  }
  for (const chunk of chunks) {
    const { kind, mentions } = chunk.facts;
    const isOfLibraries = kind === 'other' && ![...mentions].some((name) => definers.has(name));
    // Fields with their defaults say where sizes come from, whoever takes the object.
    if (kind === 'import' || kind === 'fields' || isOfLibraries) kept.add(chunk);
  }
  const open = [...kept];
  for (let chunk = open.pop(); chunk; chunk = open.pop()) {
    for (const name of chunk.facts.mentions) {
      for (const other of definers.get(name) ?? []) {
        if (kept.has(other)) continue;
        kept.add(other);
        open.push(other);
      }
    }
  }
  const text = chunks
    .map((chunk) => (kept.has(chunk) ? chunk.text : chunk.text.replace(/[^\n]+/g, '')))
    .join('');
  return { text, names };
}

function chunksOf(source: string, cache: FactsCache): Chunk[] {
  return pythonChunks(source).map(({ row, text }) => {
    const facts = keepNewest(cache, text, cache.get(text) ?? factsOf(text), mostFacts);
    return { row, text, facts };
  });
}

/** Strings with blanks and comments are prose; a string without may be an annotation. */
const prose = new RegExp(quoted, 'g');
const keywords = new Set(
  (
    'and as assert async await break class continue def del elif else except False finally for from global if ' +
    'import in is lambda None nonlocal not or pass raise return self True try while with yield'
  ).split(' '),
);

function factsOf(chunk: string): Facts {
  const bare = chunk.replace(prose, (one) => (/^#|\s/.test(one) ? '' : one));
  const words = new Set(
    bare.match(/[\p{L}_][\p{L}\p{N}_]*/gu)?.filter((word) => !keywords.has(word)),
  );
  const definition = /^(?:@[^]*?\n)?(?:async\s+def|def|class)\s+([\p{L}\p{N}_]+)/mu.exec(chunk);
  if (definition && /^(?:@|async\b|def\b|class\b)/.test(chunk)) {
    const kind = /\bdef\b/.test(bare) ? 'definition' : 'fields';
    return { kind, defines: new Set([definition[1] ?? '']), mentions: words };
  }
  if (/^(?:import|from)\b/.test(chunk)) {
    return { kind: 'import', defines: new Set(), mentions: new Set() };
  }
  // A plain assignment defines what stands before `=`; a block at the margin may define any of its words.
  const targets = /^[\p{L}_][\p{L}\p{N}_\s,]*(?=(?::[^=\n]+)?=(?!=))/u.exec(chunk)?.[0];
  const defines = targets === undefined ? words : new Set(targets.match(/[\p{L}\p{N}_]+/gu));
  return { kind: 'other', defines, mentions: words };
}
