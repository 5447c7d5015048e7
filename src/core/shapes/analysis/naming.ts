/** Sizes in the words of the function that is looked at: its variables, its object's attributes, its configuration. */
import { constantOf, printPoly, symbol, symbolOf, symbolsOf, type Poly, type Sym } from '../poly';
import {
  heldInt,
  isLater,
  isThrowaway,
  known,
  nameOf,
  normal,
  type Frame,
  type Machine,
} from '../machine';
import type { Obj, Value } from '../values';

export interface Words {
  readonly print: (size: Poly) => number | string;
}

export function wordsOf(m: Machine, frame: Frame | undefined): Words {
  const byKey = new Map<string, string>();
  const taken = new Map<string, string>();
  const offer = (name: string, value: Poly | undefined): void => {
    if (isThrowaway(name)) return;
    const size = value && normal(m, value);
    const known = taken.get(name);
    taken.set(name, size && (known === undefined || known === size.key) ? size.key : '');
    if (!size || constantOf(size) !== undefined || byKey.has(size.key)) return;
    // Afterwards, the name of what counts rounds is that of the last one's number.
    if (!symbolsOf(size).some(({ counts }) => counts)) byKey.set(size.key, name);
  };
  for (const [name, value] of frame?.integers ?? []) offer(name, value);
  const own = [...(frame?.env.variables ?? [])].filter(([, value]) => !isLater(m, value));
  for (const [name, value] of own) {
    const v = known(m, value);
    if (!frame?.integers.has(name)) offer(name, heldInt(m, v));
  }
  for (const [name, value] of own) {
    const v = known(m, value);
    if (
      v.k === 'object' &&
      (/^(self|this|config|cfg|args|params|hparams)$/.test(name) || v.cls.name === name)
    )
      fields(m, v, `${name}.`, offer, 0);
  }
  const names = new Map<string, string>();
  const last = (name: string) => name.slice(name.lastIndexOf('.') + 1);
  const used = new Map<string, string>();
  for (const [key, name] of byKey) used.set(name, key);
  const nameSym = (sym: Sym): string | undefined => {
    const { key } = symbol(sym);
    const own = byKey.get(key) ?? names.get(key) ?? nameOf(m, sym) ?? letter(sym);
    return own && claim(key, own);
  };
  /** A word that means something else here gets a prime. */
  function claim(key: string, word: string): string {
    const seen = byKey.get(key) ?? names.get(key);
    if (seen !== undefined) return seen;
    const clash = (own: string) =>
      (taken.has(own) && taken.get(own) !== key) ||
      (used.has(own) && used.get(own) !== key) ||
      [...taken].some(([other, held]) => last(other) === own && other !== own && held !== key);
    let own = word;
    while (clash(own)) own += "'";
    names.set(key, own);
    used.set(own, key);
    return own;
  }
  // Statements of the margin are named one by one: a letter would be another size in each.
  const letters = frame?.fn ? [...'NMKLPQRS'].filter((word) => !taken.has(word)) : [];
  // The same unknown size wherever it occurs.
  function letter(sym: Sym): string | undefined {
    return sym.op || sym.varies ? undefined : letters.shift();
  }
  return {
    print: (value) => {
      const size = normal(m, value);
      const number = constantOf(size);
      if (number !== undefined) return number;
      const whole = byKey.get(size.key);
      if (whole !== undefined && (symbolOf(size) || !simple(size))) return whole;
      const word = whole === undefined && !simple(size) ? m.words.get(size.key) : undefined;
      if (word !== undefined) return claim(size.key, word);
      return printPoly(size, nameSym) ?? whole ?? '?';
    },
  };
}
/** Short enough to be read as it is: `4*C`, `T + 1`. */
const simple = (size: Poly): boolean =>
  symbolsOf(size).length <= 1 &&
  size.terms.length <= 2 &&
  size.terms.every(({ factors }) => factors.every(([, exponent]) => exponent === 1));

function fields(
  m: Machine,
  object: Obj,
  prefix: string,
  offer: (name: string, value: Poly | undefined) => void,
  depth: number,
): void {
  for (const [name, value] of object.attributes) {
    const v: Value = known(m, value);
    const whole = heldInt(m, v);
    if (whole) offer(prefix + name, whole);
    else if (v.k === 'object' && depth < 1 && /^(config|cfg|args|params|hparams)$/.test(name))
      fields(m, v, `${prefix}${name}.`, offer, depth + 1);
  }
}
