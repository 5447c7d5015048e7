/** Counts as a person reads them: `8·B·T·C²`, `1.77 M`. */
import type { Dimension } from '../../protocol/shapes';
import { countText } from './amounts';

/** A sum of more terms is not read at a glance. */
const mostTerms = 4;
const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const exponent = (power: number): string =>
  power === 1 ? '' : [...String(power)].map((digit) => raised[Number(digit)]).join('');

/** The terms of a sum outside of brackets, each with its sign. */
function termsOf(text: string): string[] {
  const terms = [''];
  let depth = 0;
  for (const token of text.split(/( [+-] |[()])/)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0 && / [+-] /.test(token)) terms.push(token.trim() === '-' ? '-' : '');
    else terms[terms.length - 1] += token;
  }
  return terms;
}
/** Factors with their powers, in order; names without what they are attributes of. */
function factorsOf(term: string): Map<string, number> {
  const factors = new Map<string, number>();
  const text = term.replace(/^-/, '').replace(/\b(?:[\p{L}_][\p{L}\p{N}_]*\.)+(?=[\p{L}_])/gu, '');
  for (const factor of text.split(/\*(?![^(]*\))/)) {
    factors.set(factor, (factors.get(factor) ?? 0) + 1);
  }
  return factors;
}
const lastWord = (symbol: string): string => symbol.slice(symbol.lastIndexOf('.') + 1);
/** Numbers first, then the symbols of `order`, then the others. */
function product(factors: ReadonlyMap<string, number>, order: readonly string[]): string {
  const words = order.map(lastWord);
  const place = (factor: string): number => {
    if (/^\d+$/.test(factor)) return -1;
    const found = words.indexOf(factor);
    return found < 0 ? words.length : found;
  };
  return [...factors]
    .sort(([a], [b]) => place(a) - place(b))
    .map(([factor, power]) => factor + exponent(power))
    .join('·');
}

/** `2*B*T*T` as `2·B·T²`, symbols in the person's order; undefined where it is too long to read. */
export function formula(size: Dimension, order: readonly string[] = []): string | undefined {
  if (typeof size === 'number') return countText(size);
  const terms = termsOf(size);
  if (terms.length > mostTerms || size.length > 160) return undefined;
  // As polynomials are written: the highest degree first, what is taken away last.
  const degree = (term: string): number =>
    term.startsWith('-') ? -1 : term.split('*').filter((factor) => !/^\d+$/.test(factor)).length;
  return terms
    .sort((a, b) => degree(b) - degree(a))
    .map((term, index) => {
      const sign = term.startsWith('-') ? (index > 0 ? ' − ' : '−') : index > 0 ? ' + ' : '';
      return sign + product(factorsOf(term), order);
    })
    .join('');
}

/** How it grows: the terms without their numbers; undefined where that says nothing. */
export function growth(size: Dimension, order: readonly string[] = []): string | undefined {
  if (typeof size === 'number' || formula(size) === undefined) return undefined;
  const terms = termsOf(size)
    .filter((term) => !term.startsWith('-'))
    .map((term) => {
      const factors = factorsOf(term);
      return product(new Map([...factors].filter(([factor]) => !/^\d+$/.test(factor))), order);
    });
  const kept = [...new Set(terms)].filter((term) => term !== '');
  return kept.length > 0 ? kept.join(' + ') : undefined;
}
