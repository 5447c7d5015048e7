/** The list of tensors as columns: what crosses to another process, a few bytes per tensor. */

/** A tensor as it is listed. */
export interface TensorRow {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly file: string;
  /** Name of an earlier tensor over the same bytes (tied weights). */
  readonly sharedWith?: string;
}

/** What tensors have in common apart from their names: few kinds for many tensors. */
export type TensorKind = Pick<TensorRow, 'dtype' | 'shape' | 'bytes' | 'file'>;

/** Whole numbers from 0, in the narrowest type that holds them. */
export type Whole = Uint8Array | Uint16Array | Uint32Array;

/** Tensors in the order of the file. A name is the first characters of the name before it, then characters of its own. */
export interface TensorColumns {
  readonly count: number;
  readonly kinds: readonly TensorKind[];
  /** Index into `kinds`, per tensor. */
  readonly kind: Whole;
  /** The names' own characters, one after the other. */
  readonly names: string;
  /** UTF-16 units that a name takes from the one before, and that it has of its own. */
  readonly kept: Whole;
  readonly own: Whole;
  /** Pairs of a tensor and the earlier one whose bytes it shares. */
  readonly tied: Whole;
}

/** `sharedWith` must name an earlier row. */
export function packTensors(rows: Iterable<TensorRow>): TensorColumns {
  const kindOf = kindNumbers();
  const [kind, kept, own] = [column(), column(), column()];
  const tied: number[] = [];
  const names = joiner();
  const owners = new Map<string, number[]>();
  let before = '';
  let count = 0;
  for (const row of rows) {
    const { name, sharedWith } = row;
    const common = commonStart(before, name);
    if (sharedWith !== undefined) {
      const followers = owners.get(sharedWith);
      if (followers) followers.push(count);
      else owners.set(sharedWith, [count]);
    }
    kind.push(kindOf.number(row));
    kept.push(common);
    own.push(name.length - common);
    names.push(name.slice(common));
    before = name;
    count++;
  }
  const columns = {
    count,
    kinds: kindOf.kinds,
    kind: narrow(kind.values()),
    names: names.text(),
    kept: narrow(kept.values()),
    own: narrow(own.values()),
  };
  if (owners.size > 0) {
    let index = 0;
    for (const name of namesIn(columns)) {
      for (const follower of owners.get(name) ?? []) tied.push(follower, index);
      index++;
    }
  }
  return { ...columns, tied: narrow(tied) };
}

/** The rows again, in their order. */
export function unpackTensors(columns: TensorColumns): readonly TensorRow[] {
  const { kinds, kind, tied } = columns;
  const rows: TensorRow[] = [];
  for (const name of namesIn(columns)) {
    const { dtype, shape, bytes, file } = kinds[kind[rows.length]!]!;
    rows.push({ name, dtype, shape, bytes, file });
  }
  for (let i = 0; i < tied.length; i += 2) {
    const [at, owner] = [tied[i]!, tied[i + 1]!];
    rows[at] = { ...rows[at]!, sharedWith: rows[owner]!.name };
  }
  return rows;
}

function* namesIn({
  count,
  names,
  kept,
  own,
}: Pick<TensorColumns, 'count' | 'names' | 'kept' | 'own'>): Generator<string> {
  let name = '';
  let at = 0;
  for (let i = 0; i < count; i++) {
    const end = at + own[i]!;
    name = name.slice(0, kept[i]) + names.slice(at, end);
    at = end;
    yield name;
  }
}

/** Numbers kinds as they are met. Readers share the shape of neighbours, which then needs no look. */
function kindNumbers() {
  const kinds: TensorKind[] = [];
  const numbers = new Map<string, number>();
  let last: TensorKind | undefined;
  let lastNumber = -1;
  return {
    kinds,
    number(row: TensorRow): number {
      const { dtype, shape, bytes, file } = row;
      if (
        last?.shape === shape &&
        last.dtype === dtype &&
        last.bytes === bytes &&
        last.file === file
      ) {
        return lastNumber;
      }
      const key = `${dtype} ${shape.join()} ${bytes} ${file}`;
      let number = numbers.get(key);
      if (number === undefined) {
        numbers.set(key, (number = kinds.length));
        kinds.push({ dtype, shape, bytes, file });
      }
      last = { dtype, shape, bytes, file };
      return (lastNumber = number);
    },
  };
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let i = 0;
  while (i < most && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  // Between the two halves of a character is no place to cut.
  return (b.charCodeAt(i - 1) & 0xfc00) === 0xd800 ? i - 1 : i;
}

/** Numbers in a few bytes each while their count is not known. */
function column() {
  let numbers = new Uint32Array(1024);
  let count = 0;
  return {
    push(value: number): void {
      if (count === numbers.length) {
        const larger = new Uint32Array(2 * count);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[count++] = value;
    },
    values: () => numbers.subarray(0, count),
  };
}

/** Texts that are joined as they come: a list of all of them would take more than they do. */
function joiner() {
  const joined: string[] = [];
  let texts: string[] = [];
  const flush = () => {
    joined.push(texts.join(''));
    texts = [];
  };
  return {
    push(text: string): void {
      if (texts.push(text) === 4096) flush();
    },
    text(): string {
      flush();
      return joined.join('');
    },
  };
}

function narrow(values: readonly number[] | Uint32Array): Whole {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  const Type = largest < 2 ** 8 ? Uint8Array : largest < 2 ** 16 ? Uint16Array : Uint32Array;
  return Type.from(values);
}
