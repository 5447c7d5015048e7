import { parseArgs } from 'node:util';

export interface Command {
  /** What follows `mnemoscope`, for the help. */
  readonly usage: string;
  run(argv: readonly string[]): Promise<void>;
}

/** Wrong words on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Kinds = Readonly<Record<string, 'string' | 'boolean'>>;
type Values<K extends Kinds> = {
  readonly [N in keyof K]?: K[N] extends 'string' ? string : boolean;
};

/** Options by name, and the words that are no options. Unknown options are a usage error. */
export function parseCommand<K extends Kinds>(
  argv: readonly string[],
  kinds: K,
): { readonly options: Values<K>; readonly words: readonly string[] } {
  const options = Object.fromEntries(Object.entries(kinds).map(([name, type]) => [name, { type }]));
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    return { options: values as Values<K>, words: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The single word that a command needs. */
export function onlyWord(words: readonly string[], what: string): string {
  const [word, ...more] = words;
  if (word === undefined) throw new UsageError(`${what} is missing`);
  if (more.length > 0) throw new UsageError(`unexpected ${more.join(' ')}`);
  return word;
}
