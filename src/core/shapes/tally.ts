/** What the operations that are followed cost: FLOPs with 1 multiply-accumulate = 2, as torch.utils.flop_counter has it. */
import type { Machine } from './machine';
import { add, constant, multiply, product, subtract, zero, type Poly } from './poly';

export interface Tally {
  readonly flops: Poly;
  /** Operations whose cost is not known, or of which one of several happens. */
  readonly open: number;
  /** Steps that wait for each other: those of the recurrent layers. */
  readonly steps: Poly;
}
export const noCost: Tally = { flops: zero, open: 0, steps: zero };

/** Notes an operation; undefined: its cost is not known. */
export function spend(m: Machine, flops: Poly | undefined, steps: Poly = zero): void {
  const { tally } = m;
  m.tally = flops
    ? { ...tally, flops: add(tally.flops, flops), steps: add(tally.steps, steps) }
    : { ...tally, open: tally.open + 1 };
}

/** `factors` multiply-accumulates; open where one of them is not known. */
export function spendProducts(m: Machine, ...factors: readonly (Poly | undefined)[]): void {
  const all = factors.filter((factor) => factor !== undefined);
  spend(m, all.length === factors.length ? product([constant(2), ...all]) : undefined);
}

const since = (m: Machine, before: Tally): Tally =>
  m.tally === before
    ? noCost
    : {
        flops: subtract(m.tally.flops, before.flops),
        open: m.tally.open - before.open,
        steps: subtract(m.tally.steps, before.steps),
      };
export function addCost(m: Machine, cost: Tally): void {
  const { tally } = m;
  if (cost === noCost) return;
  m.tally =
    tally === noCost
      ? cost
      : {
          flops: add(tally.flops, cost.flops),
          open: tally.open + cost.open,
          steps: add(tally.steps, cost.steps),
        };
}

/** Runs something and tells what it cost. Sums are long: they are added once, never taken apart again. */
export function metered<T>(m: Machine, run: () => T): { readonly result: T; readonly cost: Tally } {
  const before = m.tally;
  m.tally = noCost;
  const result = run();
  const cost = m.tally;
  m.tally = before;
  addCost(m, cost);
  return { result, cost };
}

/** Runs alternatives of which one happens; where they do not cost the same, the cost is open. */
export function eitherCosts<T>(m: Machine, runs: readonly (() => T)[]): T[] {
  const before = m.tally;
  const costs: Tally[] = [];
  const results = runs.map((run) => {
    m.tally = noCost;
    const result = run();
    costs.push(m.tally);
    return result;
  });
  m.tally = before;
  const first = costs[0] ?? noCost;
  const isSame = costs.every(
    ({ flops, open }) => flops.key === first.flops.key && open === first.open,
  );
  addCost(m, isSame ? first : { ...noCost, open: 1 });
  return results;
}

/** Makes what was spent since `before` count `times`; undefined: a number of times that is not known. */
export function repeat(m: Machine, before: Tally, times: Poly | undefined): void {
  const { flops, open, steps } = since(m, before);
  m.tally = before;
  if (flops.terms.length === 0 && open === 0) return;
  addCost(
    m,
    times
      ? { flops: multiply(flops, times), open, steps: multiply(steps, times) }
      : { ...noCost, open: open + 1 },
  );
}
