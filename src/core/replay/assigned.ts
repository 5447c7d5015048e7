/** What a line of a program assigns, by the names of its left side. */
import { lastLineOf, type Line } from './equations';
import { type Meaning, namesAt } from './names';
import type { Steppable } from './steppable';

export interface Assigned {
  readonly name: string;
  readonly meaning: Meaning;
}

/** `h` and `c` of `h, c = controller(x[t])`; none of a name whose value is not the line's own yet. */
export function assignedAt(
  trace: Steppable,
  lines: readonly Line[],
  index: number,
): readonly Assigned[] {
  const line = lines[index];
  if (!line?.computes) return [];
  const names = namesAt(trace, line);
  const [left = ''] = line.text.split(' = ', 1);
  return left.split(',').flatMap((one): Assigned[] => {
    const name = one.trim().replace(/\[.*$/, '');
    const meaning = names.get(name);
    if (!meaning || (name === 'M' && lastLineOf(lines, 'memory.M') !== index)) return [];
    return [{ name, meaning }];
  });
}
