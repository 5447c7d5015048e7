/** What a verdict says, as data: each view says it in its own language. */

/** Of what kind the values of each part are; `?` may be left out. */
const parts = {
  /** A task was done: `did` is `copied`, `repeated`, `recalled`, `sorted` or `matched`. */
  rows: { did: 'text', right: 'number', rows: 'number', wrong: 'number', bits: 'number' },
  /** `expected`: the right answer, where another was given; `right` where the right one is known. */
  answer: { word: 'text', share: 'number', right: 'flag?', expected: 'text?' },
  /** By hop: the slot that was read most and its weight; the sentence in that of the last hop. */
  hops: { slots: 'numbers', shares: 'numbers', sentence: 'text' },
  /** The past step that fast weights recall most. */
  recalled: { step: 'number', label: 'text' },
  /** Queries of an associative memory. */
  queries: { right: 'number', count: 'number' },
  /** Where a descent came to rest, see `endings`; `names` of the patterns, those with − reversed. */
  ended: {
    place: 'text',
    names: 'texts',
    flips: 'number',
    steps: 'number',
    settled: 'flag',
    overlap: 'number?',
    energy: 'number?',
    cycle: 'number?',
  },
  /** It left the pattern that was nearest at the start. */
  strayed: { name: 'text' },
  /** `why`: `asymmetric` (`difference` is max |W − Wᵀ|), `together` or `diagonal`. */
  rose: { by: 'number', step: 'number', why: 'text', difference: 'number' },
  /** A modern retrieval: `place` is `single`, `metastable` or `global`; `moved` by the last update. */
  retrieved: {
    place: 'text',
    names: 'texts',
    weight: 'number',
    steps: 'number',
    beta: 'number',
    moved: 'number',
  },
  /** How many associations of a Hopfield layer are of which kind. */
  associations: {
    single: 'number',
    metastable: 'number',
    global: 'number',
    beta: 'number',
    updates: 'number',
  },
  /** `right` of `count` forced symbols are the likeliest; without it the text was free. */
  wrote: { text: 'text', count: 'number', ended: 'flag', right: 'number?' },
  caption: { text: 'text' },
  class: { name: 'text', share: 'number' },
  /** The place of a document that was read most. */
  place: { place: 'number', label: 'text', share: 'number' },
  sentence: { index: 'number', share: 'number', text: 'text' },
  pointed: { order: 'numbers', ascending: 'flag' },
  looked: { times: 'number', answer: 'text' },
  selected: { words: 'texts', count: 'number', total: 'number', logZ: 'number' },
} as const;

/** Values of `ended.place`. */
export type Ending = 'pattern' | 'reverse' | 'mixture' | 'other' | 'unknown' | 'cycle';

interface Kinds {
  readonly number: number;
  readonly text: string;
  readonly flag: boolean;
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}
type Parts = typeof parts;
export type ToldKind = keyof Parts;
type Needed<F> = {
  readonly [N in keyof F as F[N] extends keyof Kinds ? N : never]: Kinds[F[N] & keyof Kinds];
};
type Spare<F> = {
  readonly [N in keyof F as F[N] extends `${string}?` ? N : never]?: F[N] extends `${infer K}?`
    ? Kinds[K & keyof Kinds]
    : never;
};
/** One part of a verdict. */
export type Told<K extends ToldKind = ToldKind> = {
  readonly [N in K]: { readonly kind: N } & Needed<Parts[N]> & Spare<Parts[N]>;
}[K];

/** A language: each part as words. */
export type ToldWords = { readonly [K in ToldKind]: (told: Told<K>) => string };

/** Parts that go on with the sentence of the one before. */
const continued: ReadonlySet<ToldKind> = new Set(['strayed']);

/** The parts one after another; `comma` and `semicolon` part them. */
export function wordsOfTold(
  told: readonly Told[],
  words: ToldWords,
  comma = ', ',
  semicolon = '; ',
): string {
  const say = <K extends ToldKind>(part: Told<K>): string =>
    (words[part.kind as K] as (one: Told<K>) => string)(part);
  return told
    .map((part, index) => {
      const joint = index === 0 ? '' : continued.has(part.kind) ? comma : semicolon;
      return joint + say(part);
    })
    .join('');
}

const isKind: { readonly [K in keyof Kinds]: (value: unknown) => boolean } = {
  number: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  numbers: (value) => Array.isArray(value) && value.every((one) => typeof one === 'number'),
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};

/** What a file says it was told; undefined when a part is not as it should be, since anyone may write one. */
export function toldOf(value: unknown): readonly Told[] | undefined {
  return Array.isArray(value) && value.every(isTold) ? value : undefined;
}

function isTold(value: unknown): value is Told {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, ...rest } = value as Readonly<Record<string, unknown>>;
  if (typeof kind !== 'string' || !Object.hasOwn(parts, kind)) return false;
  return Object.entries(parts[kind as ToldKind]).every(([name, of]: [string, string]) => {
    const spare = of.endsWith('?');
    const found = rest[name];
    return (spare && found === undefined) || isKind[of.replace('?', '') as keyof Kinds](found);
  });
}
