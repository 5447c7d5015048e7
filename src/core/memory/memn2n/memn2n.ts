/** End-to-end memory networks (Sukhbaatar et al. 2015): hops over sentences, adjacent or layer-wise tied. */
import type { Config } from '../../model/architecture';
import { number } from '../../model/reading';
import { held, type Recording } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import type {
  Inputs,
  InputSpec,
  MemoryFamily,
  MemoryMatch,
  MemoryModel,
  OptionSpec,
  Progress,
} from '../memory';
import { numberOf, optionOf } from '../options';
import { seeded } from '../random';
import { flat } from '../rows';
import { argmax, softmax } from '../vector';
import { encodeTexts } from '../texts';
import { vocabularyKeys, type Words, wordsOf } from '../words';
import { type Layout, layoutOf } from './layout';
import { type Answer, answer } from './network';
import { factsOf, inputsOf, optionsOf } from './settings';

const family = 'End-to-end memory network';
/** Hops of a layer-wise network whose config does not tell them, as in the paper. */
const usualHops = 3;

export const memn2n: MemoryFamily = {
  name: family,
  recognise(tensors, config = {}) {
    const found = layoutOf(tensors);
    if (!found) return undefined;
    const { layout, problems } = found;
    return layout ? matchOf(layout, config) : { kind: 'incomplete', family, problems };
  },
};

function matchOf(layout: Layout, config: Config): MemoryMatch {
  const { vocabulary, width, slots, embeddings, temporal, carry, output } = layout;
  const told = layout.hops ?? number(config, 'hops');
  const hops = told ?? usualHops;
  const words = wordsOf(config, ...vocabularyKeys);
  const inputs = inputsOf(layout);
  const options = optionsOf(layout, hops);
  return {
    kind: 'arrays',
    family,
    sentence: sentenceOf(layout, hops),
    facts: [
      ['Hops', `${hops}`],
      ['Width', `${width}`],
      ['Vocabulary', `${vocabulary}`],
      ['Layout', layout.title],
      ['Temporal encoding', slots === undefined ? 'none' : `${slots} sentences, newest first`],
      ...(told === undefined
        ? [['Assumed', `${usualHops} hops: layer-wise weights do not tell them`] as const]
        : []),
    ],
    inputs,
    options,
    tensors: [...embeddings, ...temporal, carry, output].filter((tensor) => tensor !== undefined),
    load: (weights) => createModel({ layout, weights, inputs, options, words, config }),
  };
}

function sentenceOf({ width, vocabulary, variant }: Layout, hops: number): string {
  const told = `${hops} ${hops === 1 ? 'hop' : 'hops'}`;
  return `${family}, ${told}, width ${width}, ${vocabulary} words, ${variant} tying`;
}

function createModel(of: {
  readonly layout: Layout;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly inputs: readonly InputSpec[];
  readonly options: readonly OptionSpec[];
  readonly words: Words;
  readonly config: Config;
}): MemoryModel {
  const { layout, weights, inputs: specs, options, words, config } = of;
  return {
    facts: [],
    options,
    example: (set) =>
      exampleOf(config, words, specs) ?? randomStory(layout, numberOf(set, options, 'seed')),
    *run(inputs, set): Generator<Progress, Recording, void> {
      const shown = inputs.has('story') && inputs.has('query') ? inputs : this.example(set);
      const { shape, data: ids } = shown.get('story')!;
      const [rows, length] = shape as [number, number];
      if (layout.slots !== undefined && rows > layout.slots) {
        throw new Error(
          `the story has ${rows} sentences, the temporal encoding has ${layout.slots}`,
        );
      }
      const settings = {
        hops: layout.hops ?? numberOf(set, options, 'hops'),
        encoding: optionOf(set, options, 'encoding') as Layout['encoding'],
        empty: optionOf(set, options, 'empty') as Layout['empty'],
      };
      const question = [...shown.get('query')!.data]
        .filter((id) => id !== 0)
        .map(words.word)
        .join(' ');
      const story = { rows, words: length, ids };
      const run = answer(layout, weights, story, shown.get('query')!.data, settings);
      let next = run.next();
      for (let done = 0; !next.done; next = run.next())
        yield { done: done++, total: settings.hops };
      const result = next.value;
      const sentences = Array.from({ length: rows }, (_, row) =>
        [...ids.subarray(row * length, (row + 1) * length)]
          .filter((id) => id !== 0)
          .map(words.word)
          .join(' '),
      );
      return {
        model: {
          family,
          sentence: sentenceOf(layout, settings.hops),
          facts: [['Question', question], ...factsOf(layout, settings)],
        },
        tensors: tensorsOf(result, rows, layout),
        labels: new Map([
          ['sentences', sentences],
          ['hops', result.hops.map((_, hop) => `hop ${hop + 1}`)],
          ...answerWords(words, layout.vocabulary),
        ]),
        events: [],
        verdict: verdictOf(result, sentences, words, inputs.get('answer')?.data[0]),
      };
    },
  };
}

/** Words that are named, at most: a trace says all of its labels. */
const mostWords = 10_000;

/** What the places of the logits are called, where the words are known. */
function answerWords(words: Words, count: number): [string, string[]][] {
  if (!words.known || count > mostWords) return [];
  return [['words', Array.from({ length: count }, (_, id) => words.word(id))]];
}

/**
 * `attention.hop.0` [1, hops, slots]; `memory.u` [hops+1, d], `memory.o` [hops, d], `memory.m` and `memory.c`
 * [hops, slots, d], `memory.score` [hops, slots] before softmax; `output.logits` [1, V].
 */
function tensorsOf(
  { query, hops, logits }: Answer,
  slots: number,
  { width, vocabulary }: Layout,
): Recording['tensors'] {
  const count = hops.length;
  const each = (of: (hop: Answer['hops'][number]) => ArrayLike<number>, length: number) =>
    flat(hops.map(of), length);
  return new Map([
    [
      'attention.hop.0',
      held(
        [1, count, slots],
        each((hop) => hop.weighting, slots),
      ),
    ],
    [
      'memory.score',
      held(
        [count, slots],
        each((hop) => hop.scores, slots),
      ),
    ],
    ['memory.u', held([count + 1, width], flat([query, ...hops.map(({ state }) => state)], width))],
    [
      'memory.o',
      held(
        [count, width],
        each((hop) => hop.read, width),
      ),
    ],
    [
      'memory.m',
      held(
        [count, slots, width],
        each((hop) => hop.input, slots * width),
      ),
    ],
    [
      'memory.c',
      held(
        [count, slots, width],
        each((hop) => hop.output, slots * width),
      ),
    ],
    ['output.logits', held([1, vocabulary], Float32Array.from(logits))],
  ]);
}

function verdictOf(
  { hops, logits }: Answer,
  sentences: readonly string[],
  { word }: Words,
  expected: number | undefined,
): NonNullable<Recording['verdict']> {
  const best = argmax(logits);
  const share = softmax(logits)[best]!;
  const slots = hops.map(({ weighting }) => argmax(weighting));
  const shares = hops.map(({ weighting }, hop) => weighting[slots[hop]!]!);
  const known =
    expected === undefined
      ? {}
      : expected === best
        ? { right: true }
        : { right: false, expected: word(expected) };
  return verdict(
    expected === undefined || expected === best,
    { kind: 'answer', word: word(best), share, ...known },
    { kind: 'hops', slots, shares, sentence: sentences[slots.at(-1)!] ?? '' },
  );
}

/** `example: {story: ['mary went home', …], query: 'where is mary'}` of the config, sentences as they happened; slots hold the newest first. */
function exampleOf(config: Config, words: Words, specs: readonly InputSpec[]): Inputs | undefined {
  const { story, query } = (config['example'] ?? {}) as Record<string, unknown>;
  if (!words.known || !Array.isArray(story) || typeof query !== 'string') return undefined;
  const texts = new Map([
    ['story', story.map(String)],
    ['query', [query]],
  ]);
  return encodeTexts(texts, specs, config);
}

function randomStory({ vocabulary, slots }: Layout, seed: number): Inputs {
  const random = seeded(seed);
  const rows = Math.min(6, slots ?? 6);
  const length = 5;
  const ids = (count: number) =>
    Float32Array.from({ length: count }, () => 1 + random.below(Math.max(1, vocabulary - 1)));
  return new Map([
    ['story', { shape: [rows, length], data: ids(rows * length) }],
    ['query', { shape: [length], data: ids(length) }],
  ]);
}
