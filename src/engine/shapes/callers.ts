/** Files that may call into one: those that import it, and those that reach it through them. */
import type { SourceFile } from '../../core/shapes';

/** Files that import it, at most; and those behind them, whose calls reach it through a class or a package. */
const mostCallers = 20;
const mostIndirect = 8;
/** Characters of all of those: to follow them must not take longer than the file itself. */
const mostText = 60_000;
/** What more files than this import is called from many places anyway. */
const fewCallers = 5;
/** From a block to its model, from that to what trains it, with a package between them. */
const mostLevels = 4;

/** Nearest first. */
export interface Callers {
  readonly all: readonly SourceFile[];
  /** Those that reach the file through others only. */
  readonly far: ReadonlySet<SourceFile>;
}

/** Importers of the module with that last word, at most so many. */
export type ImportersOf = (word: string, most: number) => Promise<readonly SourceFile[]>;

export async function callersOf(
  own: SourceFile,
  importersOf: ImportersOf,
  isPython: boolean,
): Promise<Callers> {
  const isOther = ({ file }: SourceFile): boolean => file !== own.file;
  const direct = (await importersOf(wordOf(own), mostCallers + 1))
    .filter(isOther)
    .slice(0, mostCallers);
  if (!isPython || direct.length > fewCallers) return { all: direct, far: new Set() };
  const far = new Set<SourceFile>();
  const all = (): Callers => ({ all: [...direct, ...far], far });
  const names = new Set(definedIn(own));
  for (const caller of direct) if (mentions(caller, names)) addNames(names, caller);
  let [level, text]: [readonly SourceFile[], number] = [direct, 0];
  for (let depth = 1; depth < mostLevels && level.length > 0; depth += 1) {
    const next: SourceFile[] = [];
    for (const word of new Set(level.map(wordOf))) {
      for (const one of await importersOf(word, mostCallers)) {
        if (!isOther(one) || direct.includes(one) || far.has(one)) continue;
        if (!mentions(one, names)) continue;
        text += one.text.length;
        if (text > mostText || far.size >= mostIndirect) return all();
        far.add(one);
        next.push(one);
      }
    }
    for (const one of next) addNames(names, one);
    level = next;
  }
  return all();
}

/** Those of the callers, nearest first, that lead to something of that name. */
export function reaching(
  callers: readonly SourceFile[],
  wanted: ReadonlySet<string>,
): SourceFile[] {
  const names = new Set(wanted);
  return callers.filter((caller) => {
    const isOne = mentions(caller, names);
    if (isOne) addNames(names, caller);
    return isOne;
  });
}

const wordOf = ({ module }: SourceFile): string => module.split('.').at(-1) ?? '';

interface Words {
  readonly all: ReadonlySet<string>;
  readonly defined: readonly string[];
}
const read = new WeakMap<SourceFile, Words>();

function wordsOf(source: SourceFile): Words {
  const known = read.get(source);
  if (known) return known;
  const all = new Set<string>();
  for (const [word] of source.text.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) all.add(word);
  const heads = source.text.matchAll(/^(?:class|(?:async\s+)?def)\s+([\p{L}_][\p{L}\p{N}_]*)/gmu);
  const words = { all, defined: [...heads].map(([, name]) => name ?? '') };
  read.set(source, words);
  return words;
}
const definedIn = (source: SourceFile): readonly string[] => wordsOf(source).defined;

/** What calls it is called in turn; a package only passes names on, and defines none. */
function addNames(names: Set<string>, caller: SourceFile): void {
  for (const name of definedIn(caller)) names.add(name);
}

function mentions(source: SourceFile, names: ReadonlySet<string>): boolean {
  const { all } = wordsOf(source);
  for (const name of names) if (all.has(name)) return true;
  return false;
}
