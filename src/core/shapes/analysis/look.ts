/** Runs one function for all its calls at once and tells what its tensors are. */
import type { At, FunctionDef } from '../ast';
import { columnOf, lineOf } from '../ast';
import { runBody } from '../interpret/calls';
import { freeze } from '../interpret/statements';
import { join, pattern } from '../join';
import { attempt, dimsOf, dtypeOf, known, type Frame, type Machine } from '../machine';
import { symbol, symbolsOf, type Poly } from '../poly';
import type { Value } from '../values';
import { inFrame, type Context } from './contexts';
import { guarded } from './create';
import { generalise, parameterNames } from './generalise';
import { wordsOf, type Words } from './naming';
import { seedsOf, withSeeds, type Seeds } from './seeds';
import { nestedIn, type Place } from './source';

export interface Answer {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 0-based, in UTF-16 units, at the hovered token. */
  readonly column: number;
  readonly dtype?: string;
  readonly shape: readonly (number | string)[];
  /** Values that its symbols have as defaults or at the calls in the workspace. */
  readonly seen?: Readonly<Record<string, number>>;
}

export interface Look {
  /** Lines are relative to the first row of the definition, 1-based there. */
  readonly answers: readonly Answer[];
  /** What the function does to others: its result, what it leaves in its object, the calls it makes. */
  readonly effect: string;
}

/** What a run of a function tells the one who looks at it. */
export interface Watch {
  functions: ReadonlySet<FunctionDef> | undefined;
  left: Frame | undefined;
  calls: string[] | undefined;
}

/** The function at a place, whose `calls` are of the definition `def` or of earlier texts of it. */
export function lookAt(
  m: Machine,
  watch: Watch,
  file: string,
  place: Place,
  { calls, isAssumed }: Context,
): Look {
  const first = calls[0];
  if (!first) return { answers: [], effect: '' };
  const functions = new Set([place.fn, ...nestedIn(place.fn)]);
  const run = (seeds: Seeds): string => {
    let effect = '';
    Object.assign(m, { steps: 0, mismatches: 0, looping: 0, choosing: 0 });
    m.recorded.length = 0;
    watch.left = undefined;
    watch.calls = [];
    guarded(() =>
      inFrame(m, first.fn.env, () => {
        const names = parameterNames(first.fn);
        const all = calls.map((call) => call.values);
        const values = isAssumed ? first.values : generalise(m, all, names);
        m.constructing = place.fn.name === '__init__' ? 1 : 0;
        watch.functions = functions;
        const fn = { ...first.fn, def: place.fn };
        const result = runBody(m, fn, withSeeds(m, values, seeds), true);
        effect = effectOf(m, values, result, watch.calls ?? []);
      }),
    );
    return effect;
  };
  const look = (seeds: Seeds): Look =>
    attempt(m, () => {
      try {
        const effect = run(seeds);
        return { answers: collect(m, file, watch.left, [...m.recorded]), effect };
      } finally {
        Object.assign(m, { constructing: 0 });
        Object.assign(watch, { functions: undefined, calls: undefined });
        m.recorded.length = 0;
      }
    }).result;
  const seeds = seedsOf(place.placed.definition, place.fn);
  const found = look(seeds);
  return m.mismatches > 0 && seeds.size > 0 ? look(new Map()) : found;
}

/** Text that stays the same while nobody else can notice a change of the function. */
function effectOf(
  m: Machine,
  values: ReadonlyMap<string, Value>,
  result: Value,
  calls: readonly string[],
): string {
  const left = new Map<string, Value>([['', result]]);
  for (const value of values.values()) {
    const v = known(m, value);
    if (v.k !== 'object') continue;
    for (const [name, attribute] of v.attributes) left.set(`${left.size}.${name}`, attribute);
  }
  return [...calls, pattern(m, left)].join('\n');
}

function collect(
  m: Machine,
  file: string,
  frame: Frame | undefined,
  recorded: readonly { position: At; value: Value }[],
): Answer[] {
  const byPosition = new Map<At, Value[]>();
  for (const { position, value } of recorded) {
    const list = byPosition.get(position) ?? [];
    list.push(freeze(m, value));
    byPosition.set(position, list);
  }
  const words = wordsOf(m, frame);
  const answers: Answer[] = [];
  for (const [position, values] of byPosition) {
    const value = known(
      m,
      values.reduce((a, b) => join(m, a, b)),
    );
    const options =
      value.k === 'union' ? value.options.filter((option) => option.k !== 'none') : [value];
    const t = options[0];
    if (options.length !== 1 || t?.k !== 'tensor') continue;
    const dims = dimsOf(m, t);
    if (!dims) continue;
    const dtype = dtypeOf(m, t);
    answers.push({
      file,
      line: lineOf(position) + 1,
      column: columnOf(position),
      ...(dtype ? { dtype } : {}),
      shape: dims.map((dim) => words.print(dim)),
      ...seenValues(words, dims),
    });
  }
  return answers;
}

/** Hints of the symbols in a shape, by the words that it is printed with. */
function seenValues(words: Words, dims: readonly Poly[]): { seen?: Record<string, number> } {
  const seen: Record<string, number> = {};
  for (const sym of dims.flatMap(symbolsOf)) {
    const word = sym.hint === undefined ? undefined : words.print(symbol(sym));
    if (typeof word === 'string') seen[word] = sym.hint!;
  }
  return Object.keys(seen).length > 0 ? { seen } : {};
}
