/** Conditions and watches of a replay: `t == 12`, `w[3] > 0.9`, `gamma > 5 and t >= 4`. */

/** Values at a moment, by name; undefined where there is no such value. */
export type Lookup = (name: string, index: readonly number[]) => Promise<number | undefined>;

interface Term {
  readonly name: string;
  readonly index: readonly number[];
}
interface Comparison {
  readonly left: Term;
  readonly operator: Operator;
  readonly right: number;
}
export type Condition = readonly Comparison[];

const operators = {
  '>=': (a: number, b: number) => a >= b,
  '<=': (a: number, b: number) => a <= b,
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '>': (a: number, b: number) => a > b,
  '<': (a: number, b: number) => a < b,
} as const;
type Operator = keyof typeof operators;

const termPattern = /^([A-Za-z_][\w.]*)((?:\[\s*\d+\s*\])*)$/;
const comparison = /^(.+?)(>=|<=|==|!=|>|<)\s*(-?\d+\.?\d*(?:e-?\d+)?)$/i;

/** `name`, `name[3]`, `name[3][2]`; undefined for anything else. */
export function parseTerm(text: string): Term | undefined {
  const [, name, brackets = ''] = termPattern.exec(text.trim()) ?? [];
  if (name === undefined) return undefined;
  return { name, index: (brackets.match(/\d+/g) ?? []).map(Number) };
}

/** Throws Error with one sentence for what is no condition. */
export function parseCondition(text: string): Condition {
  return text.split(/\band\b/).map((part) => {
    const [, left = '', operator = '', right = ''] = comparison.exec(part.trim()) ?? [];
    const term = parseTerm(left);
    if (!term) throw new Error(`“${part.trim()}” is not like w[3] > 0.9 or t == 12`);
    return { left: term, operator: operator as Operator, right: Number(right) };
  });
}

/** Whether all comparisons hold; a value that is not there compares false. */
export async function holds(condition: Condition, lookup: Lookup): Promise<boolean> {
  for (const { left, operator, right } of condition) {
    const value = await lookup(left.name, left.index);
    if (value === undefined || !operators[operator](value, right)) return false;
  }
  return true;
}
