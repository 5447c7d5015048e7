/** Token ids as people type them. */

export type ParsedIds = { readonly ids: readonly number[] } | { readonly problem: string };

/** `1, 2 3` → ids; the problem is the first word that is no id below `vocabulary`, or empty for nothing typed. */
export function parseIds(typed: string, vocabulary: number): ParsedIds {
  const words = typed.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return { problem: '' };
  const wrong = words.find((word) => !/^\d+$/.test(word) || Number(word) >= vocabulary);
  return wrong === undefined ? { ids: words.map(Number) } : { problem: wrong };
}
