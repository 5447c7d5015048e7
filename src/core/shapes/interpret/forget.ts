/** Makes unknown what a statement may have set, when it could not be followed to its end. */
import { blocksOf, targetsIn, type Expr, type Stmt } from '../ast';
import { frame, known, write, type Machine } from '../machine';
import { unknown, type Env } from '../values';
import { lookup } from './assign';

export function forget(m: Machine, env: Env, s: Stmt): void {
  for (const target of setBy(s)) {
    if (target.k === 'name') write(m, env.variables, target.id, unknown);
    if (target.k !== 'attribute' && target.k !== 'subscript') continue;
    if (target.object.k !== 'name') continue;
    const { id } = target.object;
    if (target.k === 'subscript') write(m, env.variables, id, unknown);
    else {
      const object = known(m, lookup(env, id) ?? unknown);
      if (object.k === 'object') write(m, object.attributes, target.name, unknown);
    }
  }
  if (returnsIn(s)) frame(m).returns.push(unknown);
}

const named = (id: string): Expr => ({ k: 'name', id, at: 0 });

/** Targets of assignments and loops, in blocks too. */
function setBy(s: Stmt): Expr[] {
  const found: Expr[] = [];
  const add = (target: Expr): void => void found.push(...targetsIn(target));
  visit(s, (one) => {
    if (one.k === 'assign') one.targets.forEach(add);
    else if (one.k === 'augment' || one.k === 'for') add(one.target);
    else if (one.k === 'with') one.items.forEach(([, target]) => target && add(target));
    else if (one.k === 'function') add(named(one.fn.name));
    else if (one.k === 'class') add(named(one.cls.name));
    else if (one.k === 'import') add(named(one.alias ?? one.module.split('.', 1)[0]!));
    else if (one.k === 'from') one.names?.forEach(([, alias]) => add(named(alias)));
  });
  return found;
}

function returnsIn(s: Stmt): boolean {
  let found = false;
  visit(s, (one) => {
    found ||= one.k === 'return';
  });
  return found;
}

function visit(s: Stmt, see: (one: Stmt) => void): void {
  see(s);
  for (const inner of blocksOf(s)) for (const each of inner) visit(each, see);
}
