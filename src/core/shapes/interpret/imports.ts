/** Import statements: workspace files first, then what the rule tables describe. */
import { fresh, write, type Machine } from '../machine';
import type { Env, Value } from '../values';
import { moduleAttribute } from './attributes';

/** Words of the package that a file is in; `__init__.py` is in the package that it makes. */
function packageOf(m: Machine, env: Env): string[] {
  const parts = env.module.split('.');
  return m.packages.has(env.module) ? parts : parts.slice(0, -1);
}
/** `.a` in package `p.q` is `p.q.a`, `..a` is `p.a`. */
function resolve(m: Machine, env: Env, module: string): string {
  const dots = /^\.*/.exec(module)![0].length;
  if (dots === 0) return module;
  const parts = packageOf(m, env);
  parts.length = Math.max(0, parts.length - dots + 1);
  const rest = module.slice(dots);
  return [...parts, ...(rest ? [rest] : [])].join('.');
}
/** The path under which the workspace knows a module; a script also finds the files beside it. */
function located(m: Machine, env: Env, module: string): string {
  const path = resolve(m, env, module);
  if (m.has(path)) return path;
  const parts = packageOf(m, env);
  for (let length = parts.length; length >= 0; length -= 1) {
    const beside = [...parts.slice(0, length), path].join('.');
    if (beside !== path && m.has(beside)) return beside;
  }
  return path;
}

export function importModule(m: Machine, env: Env, module: string, alias?: string): void {
  const [first = module] = module.split('.');
  const path = located(m, env, module);
  write(m, env.variables, alias ?? first, {
    k: 'module',
    path: alias ? path : path === module ? first : path,
  });
}

export function importFrom(
  m: Machine,
  env: Env,
  module: string,
  names: readonly (readonly [string, string])[] | undefined,
): void {
  const path = located(m, env, module);
  if (!names) {
    const loaded = m.load(path);
    for (const [name, value] of loaded?.variables ?? []) write(m, env.variables, name, value);
    return;
  }
  for (const [name, alias] of names) {
    const value: Value = m.has(path)
      ? { k: 'any', id: fresh(m), later: () => moduleAttribute(m, path, name) }
      : moduleAttribute(m, path, name);
    write(m, env.variables, alias, value);
  }
}
