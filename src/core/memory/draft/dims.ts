/** Sizes of tensors as sums: `4H`, `I+2M`, `3M+6`. */

/** Lengths by their letters. */
export type Sizes = ReadonlyMap<string, number>;

interface Sum {
  readonly constant: number;
  readonly terms: readonly (readonly [factor: number, letter: string])[];
}

function parse(dimension: string): Sum {
  const terms: [number, string][] = [];
  let constant = 0;
  for (const part of dimension.split('+')) {
    const [, factor = '', letter = ''] = /^(\d*)([A-Za-z]?)$/.exec(part) ?? [];
    if (letter === '') constant += Number(factor);
    else terms.push([factor === '' ? 1 : Number(factor), letter]);
  }
  return { constant, terms };
}

/** `sizes` with what `shape` tells beyond them; undefined when it does not fit. At most one letter of a sum may be new. */
export function fit(
  dimensions: readonly string[],
  shape: readonly number[],
  sizes: Sizes,
): Sizes | undefined {
  if (dimensions.length !== shape.length) return undefined;
  const found = new Map(sizes);
  for (const [axis, dimension] of dimensions.entries()) {
    const { constant, terms } = parse(dimension);
    let rest = shape[axis]! - constant;
    let open: (readonly [number, string])[] = [];
    for (const term of terms) {
      const known = found.get(term[1]);
      if (known === undefined) open = [...open, term];
      else rest -= term[0] * known;
    }
    const [first] = open;
    if (first && open.length === 1) {
      const length = rest / first[0];
      if (!Number.isInteger(length) || length < 1) return undefined;
      found.set(first[1], length);
    } else if (rest !== 0 || open.length > 0) return undefined;
  }
  return found;
}

/** `[3M+6, H]` as far as the sizes are known: `[66, 100]`, `[any, 100]`. */
export function expected(dimensions: readonly string[], sizes: Sizes): string {
  const told = dimensions.map((dimension) => {
    const { constant, terms } = parse(dimension);
    const lengths = terms.map(([factor, letter]) => factor * (sizes.get(letter) ?? NaN));
    const sum = lengths.reduce((all, length) => all + length, constant);
    return Number.isNaN(sum) ? 'any' : `${sum}`;
  });
  return `[${told.join(', ')}]`;
}
