/** Memory events inside a JavaScript program: which operation is one that the person waits for; see `record.py`. */
type Unknowns = Record<string, unknown>;
interface Weighting {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
/** In the form of `core/trace/watches.ts`, with the number that the person's list gives it. */
interface Wanted extends Unknowns {
  readonly id: number;
  readonly what: string;
  readonly condition?: string;
}

export type Events = ReturnType<typeof createEvents>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createEvents() {
  let wanted: readonly Wanted[] = [];
  let isDue = false;

  const leastEntropy = ({ shape, data }: Weighting): number => {
    const columns = shape.at(-1) ?? 1;
    let least = Infinity;
    for (let start = 0; start < data.length; start += columns) {
      const row = data.subarray(start, start + columns);
      let entropy = 0;
      for (const value of row) entropy -= value > 0 ? value * Math.log(value) : 0;
      least = Math.min(least, entropy);
    }
    return least;
  };
  const most = ({ shape, data }: Weighting, slot: number): number => {
    const columns = shape.at(-1) ?? 1;
    let found = -Infinity;
    for (let at = slot; slot < columns && at < data.length; at += columns) {
      found = Math.max(found, data[at]!);
    }
    return found;
  };
  const matches = (one: Wanted, what: string, arrays: Unknowns, facts: Unknowns): boolean => {
    if (one.what !== 'any' && one.what !== what) return false;
    const isAccess = /^(read|write|address|attention)$/.test(what);
    if (one.condition === undefined) return one.what === what || isAccess;
    if (one.condition === 'energy-rises') return facts['rose'] === true;
    if (one.condition === 'nan') {
      return Object.values(arrays).some((array) => (array as Weighting).data.some(Number.isNaN));
    }
    const weighting = arrays['w'] as Weighting | undefined;
    if (!weighting) return false;
    if (one.condition === 'weight') {
      return most(weighting, one['slot'] as number) > (one['above'] as number);
    }
    return leastEntropy(weighting) < (one['below'] as number);
  };

  return {
    watch(conditions: readonly Wanted[]): void {
      wanted = conditions;
    },
    /** The number of the condition that an operation fulfils. */
    hit(what: string, arrays: Unknowns, facts: Unknowns): number | undefined {
      const id = wanted.find((one) => matches(one, what, arrays, facts))?.id;
      isDue ||= id !== undefined;
      return id;
    },
    /** Whether to stop now; asked once per operation. */
    isDue(): boolean {
      const due = isDue;
      isDue = false;
      return due;
    },
  };
}
