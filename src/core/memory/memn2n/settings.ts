/** What an end-to-end memory network can be fed, what can be set, and what a run was made with. */
import type { Facts, InputSpec, OptionSpec } from '../memory';
import { seedOption } from '../options';
import { vocabularyKeys } from '../words';
import type { Layout } from './layout';
import type { Settings } from './network';

const encodings: Readonly<Record<Layout['encoding'], string>> = {
  position: 'position encoding of the paper',
  'position-last': 'position encoding, last word 1',
  'position-wide': 'position encoding over (d+1)(J+1)',
  words: 'bag of words',
};
const empties: Readonly<Record<Layout['empty'], string>> = {
  masked: 'left out',
  'zero-score': 'left out where the score is 0',
  kept: 'kept',
};
const titled = (titles: Readonly<Record<string, string>>) =>
  Object.entries(titles).map(([value, title]) => ({ value, title }));

/** What the run was made with, none of which the checkpoint tells for certain. */
export function factsOf(layout: Layout, { hops, encoding, empty }: Settings): Facts {
  return [
    ['Hops', `${hops}`],
    ['Layout', layout.title],
    ['Words of a sentence', encodings[encoding]],
    ['Empty sentences', empties[empty]],
  ];
}

export function inputsOf({ slots, vocabulary }: Layout): readonly InputSpec[] {
  const most = slots === undefined ? '' : `, at most ${slots}`;
  const text = { vocabulary: vocabularyKeys, padded: true } as const;
  return [
    {
      name: 'story',
      shape: ['M', 'J'],
      meaning: `word ids, one sentence a row${slots === undefined ? '' : ', the newest first'}${most}; 0 is no word`,
      otherwise: 'the example',
      below: vocabulary,
      text: { ...text, newestFirst: true },
    },
    {
      name: 'query',
      shape: ['J'],
      meaning: 'word ids of the question, as long as a sentence',
      otherwise: 'the example',
      below: vocabulary,
      text,
    },
    {
      name: 'answer',
      shape: [],
      meaning: 'the word id that is right',
      otherwise: 'unknown',
      below: vocabulary,
      text,
    },
  ];
}

export function optionsOf(layout: Layout, hops: number): readonly OptionSpec[] {
  return [
    ...(layout.hops === undefined
      ? [
          {
            name: 'hops',
            meaning: 'hops, which layer-wise weights do not tell',
            number: { least: 1, most: 64, whole: true },
            standard: `${hops}`,
          },
        ]
      : []),
    {
      name: 'encoding',
      meaning: 'how the words of a sentence are weighted, which the checkpoint does not tell',
      values: titled(encodings),
      standard: layout.encoding,
      found: `what ${layout.title} uses`,
    },
    {
      name: 'empty',
      meaning: 'what becomes of empty sentences',
      values: titled(empties),
      standard: layout.empty,
      found: `what ${layout.title} uses`,
    },
    seedOption(),
  ];
}
