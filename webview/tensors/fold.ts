/** Tensors as a tree of modules, by the dots in their names; blocks of equal structure fold into one node. */
import { elementCount } from '../../src/core/checkpoint/dtype';
import type { TensorRow } from '../../src/protocol/engine';

export interface Node {
  /** Last part of the name: `attn`, or `0…11` for folded blocks. */
  readonly label: string;
  /** Unique in the tree. */
  readonly path: string;
  readonly tensor?: TensorRow;
  readonly children: readonly Node[];
  /** How many blocks of equal structure are folded here; they are the children. */
  readonly repeat?: number;
  /** Tied tensors count where they are first. */
  readonly parameters: number;
  readonly bytes: number;
  readonly tensors: number;
  /** Equal for equal structure: names, types and shapes below, but not the own name. */
  readonly kind: number;
}

interface Module {
  readonly parts: Map<string, Entry>;
  tensor?: TensorRow;
}

/** A tensor with nothing below it is most of the tree, and needs no module of its own. */
type Entry = Module | TensorRow;

const isModule = (entry: Entry): entry is Module => 'parts' in entry;

/** Numbers structures as they are met, so that comparing two of them is comparing two numbers. */
type KindOf = (structure: string) => number;

/** The roots of the tree. Linear in the number of tensors. */
export function fold(tensors: readonly TensorRow[]): readonly Node[] {
  const root: Module = { parts: new Map() };
  for (const tensor of tensors) put(root, tensor);
  const kinds = new Map<string, number>();
  const kindOf: KindOf = (structure) => {
    let kind = kinds.get(structure);
    if (kind === undefined) kinds.set(structure, (kind = kinds.size));
    return kind;
  };
  return build('', '', root, kindOf).children;
}

function put(root: Module, tensor: TensorRow): void {
  const { name } = tensor;
  let module = root;
  for (let start = 0; ;) {
    const dot = name.indexOf('.', start);
    const part = name.slice(start, dot < 0 ? name.length : dot);
    const next = module.parts.get(part);
    if (dot < 0) {
      if (next && isModule(next)) next.tensor = tensor;
      else module.parts.set(part, tensor);
      return;
    }
    if (next && isModule(next)) module = next;
    else {
      const made: Module = next ? { parts: new Map(), tensor: next } : { parts: new Map() };
      module.parts.set(part, made);
      module = made;
    }
    start = dot + 1;
  }
}

function build(label: string, path: string, { parts, tensor }: Module, kindOf: KindOf): Node {
  let structure = tensor ? structureOf(tensor) : '';
  const all: Node[] = [];
  const prefix = path === '' ? '' : `${path}.`;
  for (const [part, entry] of parts) {
    const node = isModule(entry)
      ? build(part, prefix + part, entry, kindOf)
      : leaf(part, entry, kindOf);
    structure += `${part}:${node.kind};`;
    all.push(node);
  }
  const children = foldRepeats(all, path);
  const totals = sum(children);
  const own = tensor && leaf(label, tensor, kindOf);
  return {
    label,
    path,
    children,
    ...(tensor && { tensor }),
    kind: kindOf(structure),
    parameters: totals.parameters + (own?.parameters ?? 0),
    bytes: totals.bytes + (own?.bytes ?? 0),
    tensors: totals.tensors + (own ? 1 : 0),
  };
}

function leaf(label: string, tensor: TensorRow, kindOf: KindOf): Node {
  // Tied tensors count where they are first.
  const counts = tensor.sharedWith === undefined;
  return {
    label,
    path: tensor.name,
    children: none,
    tensor,
    kind: kindOf(structureOf(tensor)),
    parameters: counts ? elementCount(tensor.shape) : 0,
    bytes: counts ? tensor.bytes : 0,
    tensors: 1,
  };
}

function structureOf({ dtype, shape }: TensorRow): string {
  let text = dtype;
  for (const length of shape) text += `,${length}`;
  return text;
}

const none: readonly Node[] = [];

/** Runs of numbered modules with equal structure become one node. */
function foldRepeats(nodes: readonly Node[], path: string): readonly Node[] {
  const out: Node[] = [];
  for (let start = 0; start < nodes.length;) {
    const first = nodes[start]!;
    let end = start + 1;
    if (first.children.length > 0 && isNumber(first.label)) {
      while (end < nodes.length && follows(nodes[end - 1]!, nodes[end]!)) end++;
    }
    out.push(end - start > 1 ? folded(nodes.slice(start, end), path) : first);
    start = end;
  }
  return out;
}

function follows(before: Node, after: Node): boolean {
  return after.kind === before.kind && Number(after.label) === Number(before.label) + 1;
}

function isNumber(label: string): boolean {
  return /^\d+$/.test(label);
}

function folded(children: readonly Node[], path: string): Node {
  const label = `${children[0]!.label}…${children.at(-1)!.label}`;
  return {
    label,
    path: `${path}.${label}`,
    children,
    repeat: children.length,
    kind: children[0]!.kind,
    ...sum(children),
  };
}

function sum(nodes: readonly Node[]): Pick<Node, 'parameters' | 'bytes' | 'tensors'> {
  const total = { parameters: 0, bytes: 0, tensors: 0 };
  for (const { parameters, bytes, tensors } of nodes) {
    total.parameters += parameters;
    total.bytes += bytes;
    total.tensors += tensors;
  }
  return total;
}

/** A line of the tree as it is shown. */
export interface Line {
  readonly node: Node;
  /** 1 for roots, as `aria-level` counts. */
  readonly level: number;
  /** Place among its siblings, from 1, and how many they are. */
  readonly place: number;
  readonly siblings: number;
  /** Index of the parent's line; -1 for roots. */
  readonly parent: number;
}

/** The lines that are visible when the nodes in `open` are open. */
export function linesOf(roots: readonly Node[], open: ReadonlySet<string>): readonly Line[] {
  const out: Line[] = [];
  const walk = (nodes: readonly Node[], level: number, parent: number): void => {
    nodes.forEach((node, i) => {
      const index = out.length;
      out.push({ node, level, place: i + 1, siblings: nodes.length, parent });
      if (node.children.length > 0 && open.has(node.path)) walk(node.children, level + 1, index);
    });
  };
  walk(roots, 1, -1);
  return out;
}

/** Nodes to open at the start: those with a single child, and roots of few, down to the first fold. */
export function openAtFirst(roots: readonly Node[]): ReadonlySet<string> {
  const open = new Set<string>();
  const walk = (nodes: readonly Node[]): void => {
    if (nodes.length > 8) return;
    for (const node of nodes) {
      if (node.repeat !== undefined || node.children.length === 0) continue;
      open.add(node.path);
      walk(node.children);
    }
  };
  walk(roots.length <= 3 ? roots : []);
  return open;
}

/** Paths from a root down to the node of a tensor; undefined when there is none. */
export function pathTo(roots: readonly Node[], tensor: string): readonly string[] | undefined {
  for (const node of roots) {
    if (node.tensor?.name === tensor) return [node.path];
    const below = node.children.length > 0 ? pathTo(node.children, tensor) : undefined;
    if (below) return [node.path, ...below];
  }
  return undefined;
}
