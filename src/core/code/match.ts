/** Finds the model code that a checkpoint belongs to: its tensor names against what classes assign to `self`. */
import type { Member, PythonClass } from './python';

/** A line of code, 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly className: string;
}

/** A class whose module tree fits a checkpoint's names. */
export interface CodeMatch {
  readonly place: Place;
  /** Share of the tensor names that lead to a line, 0…1. */
  readonly score: number;
  /** Where a tensor is defined; undefined when its name leads nowhere. */
  find(tensor: string): Place | undefined;
  /** Where the module that holds this tensor computes attention, else where the tensor is defined. */
  findAttention(tensor: string): Place | undefined;
  /** Where the module that holds this tensor reads from a memory or writes to it, else where the tensor is defined. */
  findMemory(tensor: string): Place | undefined;
}

/** Below this, a class is some other model that happens to share a few names. */
const lowestScore = 0.6;

interface Step {
  readonly owner: PythonClass;
  readonly member: Member;
  /** Whether the whole name was followed, down to a parameter of a library's own layer. */
  readonly complete: boolean;
}

/** The best class for these tensor names, undefined when none fits. Ties go to the class that was read first. */
export function matchCode(
  tensors: readonly string[],
  classes: readonly PythonClass[],
): CodeMatch | undefined {
  if (tensors.length === 0) return undefined;
  const paths = [...new Set(tensors.map((name) => name.replace(/\.\d+(?=\.|$)/g, '.0')))];
  const byName = new Map<string, PythonClass[]>();
  for (const item of classes) byName.set(item.name, [...(byName.get(item.name) ?? []), item]);
  const skips = prefixes(paths).map((skip) => ({
    skip,
    firsts: [...new Set(paths.map((path) => path.split('.')[skip] ?? ''))],
  }));
  let best: CodeMatch | undefined;
  for (const root of classes) {
    for (const { skip, firsts } of skips) {
      // Thousands of classes have none of the names: they must cost next to nothing.
      if (!firsts.some((name) => memberOf(root, name, byName, new Set()))) continue;
      const walk = (name: string): Step | undefined =>
        follow(root, name.split('.').slice(skip), byName, new Set());
      const score = paths.filter((path) => walk(path)?.complete).length / paths.length;
      if (score < lowestScore || (best && score <= best.score)) continue;
      best = codeMatch(root, score, walk);
    }
  }
  return best;
}

function codeMatch(
  root: PythonClass,
  score: number,
  walk: (name: string) => Step | undefined,
): CodeMatch {
  const place = (owner: PythonClass, line: number): Place => ({
    file: owner.file,
    line,
    className: owner.name,
  });
  const find = (tensor: string): Place | undefined => {
    const step = walk(tensor);
    return step && place(step.owner, step.member.line);
  };
  return {
    place: place(root, root.line),
    score,
    find,
    findAttention(tensor) {
      const step = walk(tensor);
      return step && place(step.owner, step.owner.attentionLine ?? step.member.line);
    },
    findMemory(tensor) {
      const step = walk(tensor);
      return step && place(step.owner, step.owner.memoryLine ?? step.member.line);
    },
  };
}

/** How many leading parts all names share (`model.`, `module.`): a wrapper may have put them there. */
function prefixes(paths: readonly string[]): number[] {
  const parts = paths.map((path) => path.split('.'));
  const shared = [0];
  for (let index = 0; index < 3; index++) {
    const first = parts[0]?.[index];
    if (!parts.every((path) => path[index] === first && path.length > index + 1)) break;
    shared.push(index + 1);
  }
  return shared;
}

/** Follows a dotted name through members and the classes that they may hold. */
function follow(
  owner: PythonClass,
  path: readonly string[],
  byName: ReadonlyMap<string, PythonClass[]>,
  seen: ReadonlySet<PythonClass>,
): Step | undefined {
  const [name, ...rest] = path;
  if (name === undefined || seen.has(owner)) return undefined;
  const member = memberOf(owner, name, byName, new Set());
  if (!member) return undefined;
  return descend(member.owner, member.member, rest, byName, new Set([...seen, owner]));
}

function descend(
  owner: PythonClass,
  member: Member,
  rest: readonly string[],
  byName: ReadonlyMap<string, PythonClass[]>,
  seen: ReadonlySet<PythonClass>,
): Step | undefined {
  const here = (complete: boolean): Step => ({ owner, member, complete });
  const [next, ...after] = rest;
  if (next === undefined) return here(true);
  if (/^\d+$/.test(next)) return descend(owner, member, after, byName, seen);
  const entry = member.entries.get(next);
  if (entry) return descend(owner, entry, after, byName, seen);
  for (const name of member.classes) {
    for (const inner of candidates(name, owner, byName)) {
      const step = follow(inner, rest, byName, seen);
      if (step) return step;
    }
  }
  // A layer of a library: its parameters have no line of their own.
  return here(after.length === 0 && member.classes.length > 0);
}

/** The class of that name in the same file first. */
function candidates(
  name: string,
  owner: PythonClass,
  byName: ReadonlyMap<string, PythonClass[]>,
): readonly PythonClass[] {
  const found = byName.get(name) ?? [];
  const same = found.filter((item) => item.file === owner.file);
  return same.length > 0 ? same : found;
}

/** A member of the class or of one that it inherits from. */
function memberOf(
  owner: PythonClass,
  name: string,
  byName: ReadonlyMap<string, PythonClass[]>,
  seen: ReadonlySet<PythonClass>,
): { owner: PythonClass; member: Member } | undefined {
  const member = owner.members.get(name) ?? owner.members.get(name.replace(/\d+/g, '*'));
  if (member) return { owner, member };
  if (seen.has(owner)) return undefined;
  for (const base of owner.bases) {
    for (const parent of candidates(base, owner, byName)) {
      const found = memberOf(parent, name, byName, new Set([...seen, owner]));
      if (found) return found;
    }
  }
  return undefined;
}
