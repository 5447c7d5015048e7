/** The lines of the tree that are visible, given what is open. */
import type { Node } from '../../src/core/summary/fold';

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

/** Names of more parts than this are opened by hand. */
const deepest = 64;

/** The lines that are visible when the nodes in `open` are open. */
export function linesOf(roots: readonly Node[], open: ReadonlySet<string>): readonly Line[] {
  const out: Line[] = [];
  const walk = (nodes: readonly Node[], level: number, parent: number): void => {
    nodes.forEach((node, i) => {
      const index = out.length;
      out.push({ node, level, place: i + 1, siblings: nodes.length, parent });
      if (node.isParent && open.has(node.path)) walk(node.children, level + 1, index);
    });
  };
  walk(roots, 1, -1);
  return out;
}

/** Nodes to open at the start: those with a single child, and roots of few, down to the first fold. */
export function openAtFirst(roots: readonly Node[]): ReadonlySet<string> {
  const open = new Set<string>();
  const walk = (nodes: readonly Node[], level: number): void => {
    if (nodes.length > 8 || level > deepest) return;
    for (const node of nodes) {
      if (node.repeat !== undefined || !node.isParent) continue;
      open.add(node.path);
      walk(node.children, level + 1);
    }
  };
  walk(roots.length <= 3 ? roots : [], 1);
  return open;
}

/** Every node that can be opened. */
export function everything(roots: readonly Node[]): ReadonlySet<string> {
  const open = new Set<string>();
  const walk = (nodes: readonly Node[], level: number): void => {
    if (level > deepest) return;
    for (const node of nodes) {
      if (!node.isParent) continue;
      open.add(node.path);
      walk(node.children, level + 1);
    }
  };
  walk(roots, 1);
  return open;
}

/** Paths from a root down to the node of a tensor; undefined when there is none. */
export function pathTo(roots: readonly Node[], tensor: string): readonly string[] | undefined {
  const path: string[] = [];
  let nodes = roots;
  for (;;) {
    const node = nodes.find((each) => holds(each, tensor));
    if (!node) return undefined;
    path.push(node.path);
    if (node.tensor?.name === tensor) return path;
    nodes = node.children;
  }
}

function holds({ path, repeat, children }: Node, tensor: string): boolean {
  if (repeat !== undefined) return children.some((child) => holds(child, tensor));
  return tensor.startsWith(path) && (tensor.length === path.length || tensor[path.length] === '.');
}
