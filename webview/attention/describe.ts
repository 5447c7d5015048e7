/** What the panel says about a head and about one weight, for the status line and the screen reader alike. */
import { integer, number } from '../../src/core/draw/text';
import type { AccessBlock } from '../../src/core/trace/trace';
import { t } from '../strings';
import { statistics } from './heads';
import { axisWords } from './heatMap';
import { fullLabel } from './labels';
import { roleOf } from './roles';
import { exactRow, rankOf } from './rows';

/** What an access is called in the person's language. */
export function accessWord(access: string): string {
  const words: Readonly<Record<string, string>> = t.attention.accesses;
  return words[access] ?? access;
}

/** Whether a head may look ahead, where that is known. */
export function describeMask({ sees }: AccessBlock): string {
  return sees === undefined ? '' : t.attention.sees[sees];
}

/** `layer 3 › head 7`, or the block's own name. */
export function nameOf({ id, layer, head }: AccessBlock): string {
  const kind = id.split('.')[0] ?? '';
  const prefix = kind === 'self' ? '' : `${accessWord(kind)} `;
  if (layer === undefined) return id;
  return `${prefix}${head === undefined ? t.attention.layer(layer) : t.attention.layerHead(layer, head)}`;
}

/** Name, role and every statistic of a head in one line. */
export function describeHead(block: AccessBlock): string {
  const found = statistics.get(block.id);
  if (!found) return nameOf(block);
  const role = roleOf(found, block);
  const parts = [nameOf(block), role && t.roles[role.role], describeFigures(block)];
  return parts.filter(Boolean).join(' · ');
}

/** Every statistic of a head. */
export function describeFigures(block: AccessBlock): string {
  const found = statistics.get(block.id);
  // Of weights that do not sum to 1 none of the figures is defined.
  if (!found || block.normalised === 'none') return '';
  return (
    (Object.keys(t.statistics) as (keyof typeof t.statistics)[])
      // Without a repeated token there is no induction to measure; any other NaN is news.
      .filter((name) => name !== 'induction' || !Number.isNaN(found[name]))
      .map((name) => `${t.statistics[name]} ${number(found[name])}`)
      .join(' · ')
  );
}

/** `query 12 "sat" → key 7 "cat" · 0.8312 · rank 1 of 13` */
export function describeWeight(block: AccessBlock, query: number, key: number | undefined): string {
  const words = axisWords(block);
  const from = `${words.query} ${integer(query)} “${fullLabel(block.rows, query)}”`;
  if (key === undefined) return from;
  const to = `${words.key} ${integer(key)} “${fullLabel(block.columns, key)}”`;
  const row = exactRow(block, query);
  if (!row) return `${from} → ${to} · …`;
  const value = row[key] ?? Number.NaN;
  const rank = t.attention.rank(integer(rankOf(row, key)), integer(row.length));
  return `${from} → ${to} · ${number(value)} · ${rank}`;
}
