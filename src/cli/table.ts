/** Columns of text for a terminal. */

/** Rows with their cells padded to the widest; cells from column `right` on stand at the right. */
export function table(rows: readonly (readonly string[])[], right: number): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  return rows.map((row) => tableLine(row, widths, right));
}

/** One row of such a table, where the widths of its columns are known. */
export function tableLine(
  row: readonly string[],
  widths: readonly number[],
  right: number,
): string {
  return row
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return column < right ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('  ')
    .trimEnd();
}

/** A name from a file may hold control characters that a terminal would obey. */
export function printable(name: string): string {
  // eslint-disable-next-line no-control-regex
  return name.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => JSON.stringify(c).slice(1, -1));
}
