/** How a number per tensor changes from block to block of a model. */

/** One role, such as `attn.c_attn.weight`, over the blocks that have it. */
export interface DepthLine {
  readonly role: string;
  /** In ascending order. */
  readonly blocks: readonly number[];
  /** One per block. */
  readonly values: readonly number[];
  /** The tensors, one per block. */
  readonly names: readonly string[];
}

/** The first number that is a whole part of the name: the block in `h.3.mlp.c_fc.weight`, `layers/11/attn/w`. */
const blockNumber = /(^|[./_])(\d+)(?=[./_])/;

interface Place {
  /** What stands before the block's number, and after it. */
  readonly before: string;
  readonly role: string;
  readonly block: number;
}

interface Found {
  readonly name: string;
  readonly value: number;
}

/** Where a tensor is by its name; undefined when it is in no block. */
export function placeOf(name: string): Place | undefined {
  const match = blockNumber.exec(name);
  if (!match) return undefined;
  const [whole, , digits] = match;
  const end = match.index + whole.length;
  return { before: name.slice(0, match.index), role: name.slice(end + 1), block: Number(digits) };
}

/** Roles that at least two blocks have, in the order of the names; `values` one per name, NaN where unknown. */
export function overDepth(
  names: readonly string[],
  values: ArrayLike<number>,
): readonly DepthLine[] {
  const lines = new Map<string, { readonly place: Place; readonly found: Map<number, Found> }>();
  names.forEach((name, index) => {
    const place = placeOf(name);
    const value = values[index] ?? NaN;
    if (!place || Number.isNaN(value)) return;
    const key = JSON.stringify([place.before, place.role]);
    const line = lines.get(key) ?? { place, found: new Map<number, Found>() };
    lines.set(key, line);
    line.found.set(place.block, { name, value });
  });
  const deep = [...lines.values()].filter(({ found }) => found.size > 1);
  const stacks = new Set(deep.map(({ place }) => place.before));
  return deep.map(({ place, found }) => {
    const blocks = [...found.keys()].sort((a, b) => a - b);
    return {
      // An encoder and a decoder have the same roles.
      role: stacks.size > 1 ? `${place.before}: ${place.role}` : place.role,
      blocks,
      values: blocks.map((block) => found.get(block)!.value),
      names: blocks.map((block) => found.get(block)!.name),
    };
  });
}
