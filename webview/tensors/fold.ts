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
}

interface Module {
  readonly parts: Map<string, Module>;
  tensor?: TensorRow;
}

interface Built {
  readonly node: Node;
  /** Equal for equal structure: names, types and shapes below, but not the own name. */
  readonly kind: number;
}

/** The roots of the tree. Linear in the number of tensors. */
export function fold(tensors: readonly TensorRow[]): readonly Node[] {
  const root: Module = { parts: new Map() };
  for (const tensor of tensors) {
    let module = root;
    for (const part of tensor.name.split('.')) {
      let next = module.parts.get(part);
      if (!next) module.parts.set(part, (next = { parts: new Map() }));
      module = next;
    }
    module.tensor = tensor;
  }
  // Structures are numbered as they are met, so that comparing two is comparing two numbers.
  const kinds = new Map<string, number>();
  const kindOf = (structure: string): number => {
    let kind = kinds.get(structure);
    if (kind === undefined) kinds.set(structure, (kind = kinds.size));
    return kind;
  };
  return foldChildren(root, '', kindOf).children;
}

function build(label: string, path: string, module: Module, kindOf: (s: string) => number): Built {
  const { children, structure } = foldChildren(module, path, kindOf);
  const { tensor } = module;
  const own = tensor && tensor.sharedWith === undefined ? tensor : undefined;
  const node: Node = {
    label,
    path,
    children,
    ...(tensor && { tensor }),
    parameters: sum(children, 'parameters') + (own ? elementCount(own.shape) : 0),
    bytes: sum(children, 'bytes') + (own ? own.bytes : 0),
    tensors: sum(children, 'tensors') + (tensor ? 1 : 0),
  };
  return {
    node,
    kind: kindOf(`${tensor ? `${tensor.dtype}[${tensor.shape.join()}]` : ''}${structure}`),
  };
}

function foldChildren(
  module: Module,
  path: string,
  kindOf: (s: string) => number,
): { children: readonly Node[]; structure: string } {
  const built: Built[] = [];
  const names: string[] = [];
  for (const [part, child] of module.parts) {
    built.push(build(part, path === '' ? part : `${path}.${part}`, child, kindOf));
    names.push(part);
  }
  const structure = built.map(({ kind }, i) => `${names[i]}:${kind};`).join('');
  return { children: foldRepeats(built, path), structure };
}

/** Runs of numbered modules with equal structure become one node. */
function foldRepeats(built: readonly Built[], path: string): readonly Node[] {
  const out: Node[] = [];
  for (let start = 0; start < built.length;) {
    const first = built[start]!;
    let end = start + 1;
    if (isNumber(first.node.label) && first.node.children.length > 0) {
      while (end < built.length && follows(built[end - 1]!, built[end]!)) end++;
    }
    if (end - start > 1)
      out.push(
        folded(
          built.slice(start, end).map(({ node }) => node),
          path,
        ),
      );
    else out.push(first.node);
    start = end;
  }
  return out;
}

function follows(before: Built, after: Built): boolean {
  return after.kind === before.kind && Number(after.node.label) === Number(before.node.label) + 1;
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
    parameters: sum(children, 'parameters'),
    bytes: sum(children, 'bytes'),
    tensors: sum(children, 'tensors'),
  };
}

function sum(nodes: readonly Node[], what: 'parameters' | 'bytes' | 'tensors'): number {
  let total = 0;
  for (const node of nodes) total += node[what];
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
