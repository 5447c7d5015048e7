/**
 * Tensors as a tree of modules, by the dots in their names; blocks of equal structure fold into one node. A module's inside
 * is looked at when somebody opens it: the first look costs one pass over the names.
 */
import { elementCount } from '../checkpoint/dtype';
import type { TensorRow } from './columns';

export interface Node {
  /** Last part of the name: `attn`, or `0…11` for folded blocks. */
  readonly label: string;
  /** Unique in the tree. */
  readonly path: string;
  readonly tensor?: TensorRow | undefined;
  readonly isParent: boolean;
  readonly children: readonly Node[];
  /** How many blocks of equal structure are folded here; they are the children. */
  readonly repeat?: number;
  /** Tied tensors count where they are first. */
  readonly parameters: number;
  readonly bytes: number;
  readonly tensors: number;
}

/** The roots of the tree. */
export function fold(tensors: readonly TensorRow[]): readonly Node[] {
  return foldRepeats(partsOf(tensors, 0), '');
}

type Totals = Pick<Node, 'parameters' | 'bytes' | 'tensors'>;

/** A part of a name and everything under it. A class, since there may be 300,000 of them and few are ever opened. */
class Module implements Node {
  /** Tensors at and under it. */
  readonly rows: TensorRow[];
  tensor: TensorRow | undefined;
  #children: readonly Node[] | undefined;
  #totals: Totals | undefined;

  constructor(
    readonly label: string,
    readonly path: string,
    row: TensorRow,
  ) {
    this.rows = [row];
  }

  get isParent(): boolean {
    return this.rows.length > 1 || this.tensor === undefined;
  }

  get children(): readonly Node[] {
    if (!this.isParent) return none;
    const { rows, path, tensor } = this;
    return (this.#children ??= foldRepeats(partsOf(rows, path.length + 1, tensor), path));
  }

  get parameters(): number {
    return this.totals.parameters;
  }

  get bytes(): number {
    return this.totals.bytes;
  }

  get tensors(): number {
    return this.rows.length;
  }

  private get totals(): Totals {
    return (this.#totals ??= sum(this.rows.map(totalsOf)));
  }
}

const none: readonly Node[] = [];

/** The parts that begin at `start` in the names of `rows`, in the order in which they are met. `own` has no such part. */
function partsOf(rows: readonly TensorRow[], start: number, own?: TensorRow): readonly Module[] {
  const parts = new Map<string, Module>();
  let last: Module | undefined;
  for (const row of rows) {
    if (row === own) continue;
    const { name } = row;
    const dot = name.indexOf('.', start);
    const end = dot < 0 ? name.length : dot;
    // Neighbours are mostly of one module: then nothing is looked up.
    if (last?.path.length !== end || !name.startsWith(last.path)) {
      last = parts.get(name.slice(start, end));
    }
    if (last) last.rows.push(row);
    else {
      last = new Module(name.slice(start, end), name.slice(0, end), row);
      parts.set(last.label, last);
    }
    if (dot < 0) last.tensor = row;
  }
  return [...parts.values()];
}

// Tied tensors count where they are first.
function totalsOf({ shape, bytes, sharedWith }: TensorRow): Totals {
  return sharedWith === undefined
    ? { parameters: elementCount(shape), bytes, tensors: 1 }
    : { parameters: 0, bytes: 0, tensors: 1 };
}

function sum(all: readonly Totals[]): Totals {
  const total = { parameters: 0, bytes: 0, tensors: 0 };
  for (const { parameters, bytes, tensors } of all) {
    total.parameters += parameters;
    total.bytes += bytes;
    total.tensors += tensors;
  }
  return total;
}

/** Runs of numbered modules with equal structure become one node. */
function foldRepeats(modules: readonly Module[], path: string): readonly Node[] {
  const out: Node[] = [];
  for (let start = 0; start < modules.length;) {
    const first = modules[start]!;
    let end = start + 1;
    if (first.isParent && isNumber(first.label)) {
      while (end < modules.length && follows(modules[end - 1]!, modules[end]!)) end++;
    }
    out.push(end - start > 1 ? folded(modules.slice(start, end), path) : first);
    start = end;
  }
  return out;
}

/** Equal names, types and shapes below, in equal order, and the next number. */
function follows(before: Module, after: Module): boolean {
  if (after.rows.length !== before.rows.length) return false;
  if (Number(after.label) !== Number(before.label) + 1) return false;
  return after.rows.every((row, i) => isAlike(before.rows[i]!, before.path, row, after.path));
}

function isAlike(a: TensorRow, aPath: string, b: TensorRow, bPath: string): boolean {
  return (
    a.dtype === b.dtype &&
    (a.shape === b.shape || a.shape.join() === b.shape.join()) &&
    a.name.slice(aPath.length) === b.name.slice(bPath.length)
  );
}

function isNumber(label: string): boolean {
  return /^\d+$/.test(label);
}

function folded(children: readonly Module[], path: string): Node {
  const label = `${children[0]!.label}…${children.at(-1)!.label}`;
  let totals: Totals | undefined;
  const all = (): Totals => (totals ??= sum(children));
  return {
    label,
    path: `${path}.${label}`,
    children,
    isParent: true,
    repeat: children.length,
    get parameters() {
      return all().parameters;
    },
    get bytes() {
      return all().bytes;
    },
    get tensors() {
      return all().tensors;
    },
  };
}
