/** Units as cells of an image. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** Longest side over shortest up to which an exact rectangle is taken before one with a last row that is not full. */
const slimmest = 4;

/** Rectangles that N units can be seen as, from square to a single row; the first is the one chosen unless a person does. */
export function gridsOf(n: number): readonly Grid[] {
  const exact: Grid[] = [];
  for (let rows = Math.floor(Math.sqrt(n)); rows >= 1; rows--) {
    if (n % rows === 0) exact.push({ rows, columns: n / rows });
  }
  const turned = exact
    .filter(({ rows, columns }) => rows !== columns)
    .map(({ rows, columns }) => ({ rows: columns, columns: rows }));
  const edge = Math.ceil(Math.sqrt(n));
  const square = { rows: Math.ceil(n / edge), columns: edge };
  const [nearest] = exact;
  const isSlim = nearest && nearest.columns > slimmest * nearest.rows;
  return isSlim ? [square, ...exact, ...turned] : [...exact, ...turned];
}

/** The chosen grid where it holds the units, else the nearest rectangle. */
export function gridFor(n: number, columns: number | undefined): Grid {
  const all = gridsOf(n);
  return all.find((grid) => grid.columns === columns) ?? all[0] ?? { rows: 1, columns: n };
}
