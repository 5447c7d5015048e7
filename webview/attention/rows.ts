/** Exact rows of the selected head: what the status line, the arcs, the table and the text read. */
import { signal } from '@preact/signals';
import type { AccessBlock } from '../../src/core/trace/trace';
import { report, trace } from '../state';

const most = 256;
const rows = new Map<string, Float32Array>();
const underway = new Set<string>();
/** Grows with every row that arrives, so that reading a row follows it. */
const arrived = signal(0);
let of = trace.peek();

/** The row if it is here; otherwise asks for it, and whoever reads this is drawn again when it arrives. */
export function exactRow(block: AccessBlock, index: number): Float32Array | undefined {
  void arrived.value;
  if (of !== trace.peek()) {
    of = trace.peek();
    rows.clear();
    underway.clear();
  }
  const key = `${block.id} ${index}`;
  const found = rows.get(key);
  if (found) {
    rows.delete(key);
    rows.set(key, found);
  } else if (!underway.has(key) && of?.ready.has(block.id)) void ask(block, index, key);
  return found;
}

async function ask(block: AccessBlock, index: number, key: string): Promise<void> {
  const asked = of;
  underway.add(key);
  try {
    const row = await block.weighting.row(index);
    if (asked !== of) return;
    rows.set(key, row);
    const oldest = rows.keys().next().value;
    if (rows.size > most && oldest !== undefined) rows.delete(oldest);
    underway.delete(key);
    arrived.value++;
  } catch (error) {
    // Stays marked as under way, so that what cannot be had is asked for once.
    report(error);
  }
}

/** Place of a value among the row's, 1 = largest; equal values share the better place. */
export function rankOf(row: Float32Array, key: number): number {
  const value = row[key] ?? Number.NaN;
  let rank = 1;
  for (const other of row) if (other > value) rank++;
  return rank;
}

/** The `count` largest values of a row, largest first; NaN never is. */
export function strongest(
  row: Float32Array,
  count: number,
): readonly { readonly key: number; readonly weight: number }[] {
  return Array.from(row, (weight, key) => ({ key, weight }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, count);
}
