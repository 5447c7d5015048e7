/** Memory events at which a debugged program stops, as a person writes them: `write weight > 0.9 at slot 3`. */

const kinds = ['any', 'read', 'write', 'address', 'attention', 'gates', 'probe', 'energy'] as const;
export type Watched = (typeof kinds)[number];

/** In the form that the debugger's helper evaluates. */
export type Condition =
  | { readonly condition?: undefined }
  | { readonly condition: 'weight'; readonly slot: number; readonly above: number }
  | { readonly condition: 'entropy'; readonly below: number }
  | { readonly condition: 'nan' }
  | { readonly condition: 'energy-rises' };

export type Watch = { readonly what: Watched } & Condition;

const weight = /^(?:weight\s*)?>\s*(\d*\.?\d+)\s+(?:at|to)\s+(?:slot|token)\s+(\d+)$/i;
const toToken = /^to\s+(?:slot|token)\s+(\d+)(?:\s*>\s*(\d*\.?\d+))?$/i;
const entropy = /^entropy\s*<\s*(\d*\.?\d+)$/i;
/** What “attention to token 3” asks for: more on that token than on all others together. */
const mostOfIt = 0.5;

/**
 * `read`, `write nan`, `write weight > 0.9 at slot 3`, `attention entropy < 0.1`, `attention to token 12`,
 * `energy rises`, `any nan`. Throws Error with one sentence that says what was expected.
 */
export function parseWatch(text: string): Watch {
  const [, word = '', rest = ''] = /^\s*(\w+)\s*(.*?)\s*$/.exec(text) ?? [];
  const what = kinds.find((one) => one === word.toLowerCase());
  if (!what)
    throw new Error(`“${text}” does not start with ${kinds.slice(0, -1).join(', ')} or energy`);
  return { what, ...conditionOf(what, rest) };
}

function conditionOf(what: Watched, rest: string): Condition {
  if (rest === '') return {};
  if (rest.toLowerCase() === 'nan') return { condition: 'nan' };
  if (what === 'energy' && rest.toLowerCase() === 'rises') return { condition: 'energy-rises' };
  const [, above, slot] = weight.exec(rest) ?? [];
  if (above !== undefined && slot !== undefined) {
    return { condition: 'weight', above: Number(above), slot: Number(slot) };
  }
  const [, token, more = mostOfIt] = toToken.exec(rest) ?? [];
  if (token !== undefined) {
    return { condition: 'weight', above: Number(more), slot: Number(token) };
  }
  const [, below] = entropy.exec(rest) ?? [];
  if (below !== undefined) return { condition: 'entropy', below: Number(below) };
  const rises = what === 'energy' ? 'rises, ' : '';
  throw new Error(
    `“${rest}” is none of: ${rises}nan, weight > 0.9 at slot 3, to token 3, entropy < 0.1`,
  );
}

/** The same words back. */
export function watchText(watch: Watch): string {
  switch (watch.condition) {
    case undefined:
      return watch.what;
    case 'nan':
      return `${watch.what} nan`;
    case 'weight':
      return watch.what === 'attention'
        ? `attention weight > ${watch.above} at token ${watch.slot}`
        : `${watch.what} weight > ${watch.above} at slot ${watch.slot}`;
    case 'entropy':
      return `${watch.what} entropy < ${watch.below}`;
    case 'energy-rises':
      return 'energy rises';
  }
}
