/** What people type: texts, or token ids. */
import type { TokenInput } from '../src/protocol/engine';

export type ParsedIds = { readonly ids: readonly number[] } | { readonly problem: string };

/** `1, 2 3` → ids; the problem is the first word that is no id below `vocabulary`, or empty for nothing typed. */
export function parseIds(typed: string, vocabulary: number): ParsedIds {
  const words = typed.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return { problem: '' };
  const wrong = words.find((word) => !/^\d+$/.test(word) || Number(word) >= vocabulary);
  return wrong === undefined ? { ids: words.map(Number) } : { problem: wrong };
}

/** The texts, or the ids of a model without a tokenizer; undefined where they are none. */
export function tokenInput(
  { pair, target }: { readonly pair?: true; readonly target?: true },
  given: { readonly text: string; readonly more: string; readonly hasWords: boolean },
  vocabulary: number,
): TokenInput | undefined {
  const { text, hasWords } = given;
  const more = given.more.trim() === '' ? undefined : given.more;
  if (hasWords) {
    return {
      text,
      ...(pair && more !== undefined && { pair: more }),
      ...(target && more !== undefined && { target: { text: more } }),
    };
  }
  const parsed = parseIds(text, vocabulary);
  if ('problem' in parsed) return undefined;
  if (!target || more === undefined) return parsed;
  const other = parseIds(more, vocabulary);
  return 'problem' in other ? undefined : { ...parsed, target: other };
}
