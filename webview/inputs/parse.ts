/** Numbers that a person types: one row a line, as many to each. */

export interface Typed {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
/** What is wrong with what was typed. */
export interface Mistyped {
  readonly problem: 'number' | 'row' | 'empty';
  /** The word that is no number, or the line (1-based) that has another length than the first. */
  readonly at: string;
}

/** `rank` 1 takes all words as one row. Numbers are parted by spaces or commas. */
export function parseNumbers(text: string, rank: number): Typed | Mistyped {
  const lines = text.split('\n').map((line) => line.split(/[\s,]+/).filter(Boolean));
  const rows = lines.filter((words) => words.length > 0);
  const wrong = rows.flat().find((word) => !Number.isFinite(Number(word)));
  if (wrong !== undefined) return { problem: 'number', at: wrong };
  if (rows.length === 0) return { problem: 'empty', at: '' };
  const values = rows.flat().map(Number);
  if (rank < 2) return { shape: rank === 0 ? [] : [values.length], values };
  const width = rows[0]!.length;
  const odd = lines.findIndex((words) => words.length > 0 && words.length !== width);
  if (odd >= 0) return { problem: 'row', at: String(odd + 1) };
  return { shape: [rows.length, width], values };
}

/** The same back as text: a line to each row. */
export function writeNumbers({ shape, values }: Typed): string {
  const width = shape.at(-1) ?? 1;
  const lines: string[] = [];
  for (let from = 0; from < values.length; from += width) {
    lines.push(
      values
        .slice(from, from + width)
        .map((value) => String(Number(value.toPrecision(7))))
        .join(' '),
    );
  }
  return lines.join('\n');
}

/** Rows of zeros are added to the end, or rows taken away. */
export function withRows({ shape, values }: Typed, rows: number): Typed {
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  const length = Math.max(1, rows) * width;
  return {
    shape: [Math.max(1, rows), ...shape.slice(1)],
    values: Array.from({ length }, (_, i) => values[i] ?? 0),
  };
}
