/** Which functions were seen to call which, so that a change of one tells whose answers it may change. */
import type { FunctionDef } from '../ast';

export interface CallGraph {
  add(caller: FunctionDef | undefined, callee: FunctionDef): void;
  rename(newer: ReadonlyMap<FunctionDef, FunctionDef>): void;
  /** These functions, and all that call them, directly or not. */
  reaching(functions: Iterable<FunctionDef>): ReadonlySet<FunctionDef>;
}

export function callGraph(): CallGraph {
  const callers = new Map<FunctionDef, Set<FunctionDef>>();
  return {
    add(caller, callee) {
      if (!caller) return;
      const known = callers.get(callee);
      if (known) known.add(caller);
      else callers.set(callee, new Set([caller]));
    },
    rename(newer) {
      const now = (fn: FunctionDef): FunctionDef => newer.get(fn) ?? fn;
      for (const [callee, all] of [...callers]) {
        if (!newer.has(callee) && ![...all].some((fn) => newer.has(fn))) continue;
        callers.delete(callee);
        callers.set(now(callee), new Set([...all].map(now)));
      }
    },
    reaching(functions) {
      const found = new Set(functions);
      for (const fn of found) for (const caller of callers.get(fn) ?? []) found.add(caller);
      return found;
    },
  };
}
