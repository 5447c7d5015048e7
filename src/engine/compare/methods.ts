/** The comparisons that the engine holds. */
import type { CompareMethods, ComparedRow, ComparisonId } from '../../protocol/compare';
import type { Handlers } from '../../protocol/rpc';
import { comparedRow, openComparison, type Comparison } from './comparison';

/** Milliseconds of lines per answer: often enough for a bar that moves, seldom enough to cost nothing. */
const answerAfter = 100;

export function createComparisons(): Handlers<CompareMethods> {
  const held = new Map<ComparisonId, Comparison>();
  let next: ComparisonId = 1;
  const get = (id: ComparisonId): Comparison => {
    const found = held.get(id);
    if (!found) throw new Error(`comparison ${String(id)} is not open`);
    return found;
  };
  const rowOf = ({ plan }: Comparison, index: number) => {
    const row = plan.rows[index];
    if (!row) throw new Error(`the comparison has no line ${String(index)}`);
    return row;
  };
  return {
    async openComparison({ a, b }) {
      const comparison = await openComparison(a, b);
      const id = next++;
      held.set(id, comparison);
      return { id, ...comparison.data };
    },
    async compareRows({ comparison: id, from }, signal) {
      const comparison = get(id);
      const until = Date.now() + answerAfter;
      const done: ComparedRow[] = [];
      do {
        const row = rowOf(comparison, from + done.length);
        done.push(comparedRow(row, await comparison.compare(row, signal)));
      } while (Date.now() < until && from + done.length < comparison.plan.rows.length);
      return done;
    },
    compareTile({ comparison: id, row, at }, signal) {
      const comparison = get(id);
      return comparison.tile(rowOf(comparison, row), at, signal);
    },
    async closeComparison({ comparison: id }) {
      const comparison = held.get(id);
      held.delete(id);
      await comparison?.close();
    },
  };
}
