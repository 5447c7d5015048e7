/** Memory events at which a debugged program stops, as a person writes them: `write weight > 0.9 at slot 3`. */

export type Watched = 'any' | 'read' | 'write' | 'attention';

/** In the form that the debugger's helper evaluates. */
export type Condition =
  | { readonly condition?: undefined }
  | { readonly condition: 'weight'; readonly slot: number; readonly above: number }
  | { readonly condition: 'entropy'; readonly below: number }
  | { readonly condition: 'nan' };

export type Watch = { readonly what: Watched } & Condition;

const weight = /^weight\s*>\s*(\d*\.?\d+)\s+at\s+(?:slot|token)\s+(\d+)$/i;
const entropy = /^entropy\s*<\s*(\d*\.?\d+)$/i;

/**
 * `read`, `write nan`, `write weight > 0.9 at slot 3`, `attention entropy < 0.1`, `any nan`.
 * Throws Error with one sentence that says what was expected.
 */
export function parseWatch(text: string): Watch {
  const [, word = '', rest = ''] = /^\s*(\w+)\s*(.*?)\s*$/.exec(text) ?? [];
  const what = (['any', 'read', 'write', 'attention'] as const).find(
    (one) => one === word.toLowerCase(),
  );
  if (!what) throw new Error(`“${text}” does not start with any, read, write or attention`);
  if (rest === '') return { what };
  if (rest.toLowerCase() === 'nan') return { what, condition: 'nan' };
  const [, above, slot] = weight.exec(rest) ?? [];
  if (above !== undefined && slot !== undefined) {
    return { what, condition: 'weight', above: Number(above), slot: Number(slot) };
  }
  const [, below] = entropy.exec(rest) ?? [];
  if (below !== undefined) return { what, condition: 'entropy', below: Number(below) };
  throw new Error(`“${rest}” is none of: nan, weight > 0.9 at slot 3, entropy < 0.1`);
}

/** The same words back. */
export function watchText(watch: Watch): string {
  switch (watch.condition) {
    case undefined:
      return watch.what;
    case 'nan':
      return `${watch.what} nan`;
    case 'weight':
      return `${watch.what} weight > ${watch.above} at slot ${watch.slot}`;
    case 'entropy':
      return `${watch.what} entropy < ${watch.below}`;
  }
}
