/** Verdicts in English. */
import type { Verdict } from './trace';
import { type Ending, type Told, type ToldWords, wordsOfTold } from './told';

/** A verdict of these parts; none is good whose figures are no numbers. */
export function verdict(good: boolean, ...told: readonly Told[]): Verdict {
  const figures = told.flatMap((part): unknown[] => Object.values(part).flat());
  const isNumber = !figures.some((figure) => Number.isNaN(figure));
  return { good: good && isNumber, text: wordsOfTold(told, englishTold), told };
}

const share = (value: number) => value.toFixed(3);
const four = (value: number) => value.toFixed(4).replace('-', '−');
const count = (n: number, one: string) => `${n} ${n === 1 ? one : `${one}s`}`;
const short = (value: number) => String(Number(value.toPrecision(2)));

export const englishTold: ToldWords = {
  rows: ({ did, right, rows, wrong, bits }) => {
    const errors = wrong === 0 ? '0 bit errors' : `${wrong} of ${bits} bits wrong`;
    return `${did} ${right} of ${rows} vectors, ${errors}`;
  },
  answer: ({ word, share: weight, right, expected }) => {
    const known = right ? ', right' : expected === undefined ? '' : `, expected ${expected}`;
    return `answer ${word} (${share(weight)})${known}`;
  },
  hops: ({ slots, shares, sentence }) => {
    const reads = slots.map((slot, hop) => `hop ${hop + 1} reads ${slot} (${share(shares[hop]!)})`);
    return reads.join(', ') + (sentence === '' ? '' : `: ${sentence}`);
  },
  recalled: ({ step, label }) => `the last step recalls step ${step} (${label}) most`,
  queries: ({ right, count: all }) =>
    `${right} of ${all} queries recall the value of their nearest key`,
  ended: (told) => endings[told.place as Ending](told),
  strayed: ({ name }) => `though pattern ${name} was nearest at the start`,
  rose: ({ by, step, why, difference }) => {
    const reason =
      why === 'asymmetric'
        ? `W is not symmetric (max |W − Wᵀ| = ${short(difference)})`
        : why === 'together'
          ? 'all units moved at once'
          : 'W has negative values on its diagonal';
    return `energy rose by ${by.toPrecision(3)} at step ${step}: ${reason}`;
  },
  retrieved: ({ place, names, weight, steps, beta, moved }) => {
    const still = moved < 1e-3 ? '' : `, still moving (${moved.toPrecision(2)} at the last update)`;
    const after = `after ${count(steps, 'update')} at β = ${Number(beta.toPrecision(4))}`;
    if (place === 'global') return `global mean of all patterns ${after}: β is small${still}`;
    return place === 'single'
      ? `retrieved pattern ${names.join(', ')} (weight ${four(weight)}) ${after}${still}`
      : `metastable state of patterns ${names.join(', ')} ${after}${still}`;
  },
  associations: ({ single, metastable, global, beta, updates }) =>
    `${single} single patterns, ${metastable} metastable, ${global} global means ` +
    `(β = ${Number(beta.toPrecision(4))}, ${updates} updates)`,
  wrote: ({ text, count: all, ended, right }) =>
    right === undefined
      ? `wrote ${text}${ended ? '' : `, without an end after ${all} symbols`}`
      : `${right} of ${all} forced symbols are also the likeliest: ${text}`,
  caption: ({ text }) => `tells: ${text}`,
  class: ({ name, share: weight }) => `class ${name} (${share(weight)})`,
  place: ({ place, label, share: weight }) => `reads place ${place}, ${label} (${share(weight)})`,
  sentence: ({ index, share: weight, text }) =>
    `reads sentence ${index} (${share(weight)}): ${text}`,
  pointed: ({ order, ascending }) =>
    `pointed at ${order.join(', ')}${ascending ? ': in ascending order' : ''}`,
  looked: ({ times, answer }) => `looked ${times} times: ${answer}`,
  selected: ({ words, count: chosen, total, logZ }) =>
    `${chosen} of ${total} places selected with more than 0.5: ` +
    `${words.join(' ') || 'none'}; log Z = ${logZ.toFixed(4)}`,
};

const endings: { readonly [E in Ending]: (told: Told<'ended'>) => string } = {
  cycle: ({ cycle }) => `two-cycle from step ${cycle} on: every second state is the same`,
  pattern: (told) =>
    told.flips === 0
      ? `stayed in pattern ${told.names.join()}${still(told)}`
      : `fell into pattern ${told.names.join()} ${after(told)}${still(told)}`,
  reverse: (told) => `reversed pattern ${told.names.join()} ${after(told)}${still(told)}`,
  mixture: (told) => `spurious mixture of ${told.names.join(', ')} ${after(told)}${still(told)}`,
  other(told) {
    const near = `nearest pattern ${told.names.join()}, overlap ${four(told.overlap ?? NaN)}`;
    return told.settled
      ? `spurious state ${after(told)} (${near})`
      : `${unsettled(told)} (${near})`;
  },
  unknown(told) {
    const rest = `E ${four(told.energy ?? NaN)}; no patterns to compare with`;
    return `${told.settled ? `settled ${after(told)}` : unsettled(told)}, ${rest}`;
  },
};

const after = ({ flips }: Told<'ended'>) => `after ${count(flips, 'flip')}`;
const unsettled = ({ steps }: Told<'ended'>) => `not settled after ${steps} steps`;
const still = (told: Told<'ended'>) => (told.settled ? '' : `, ${unsettled(told)}`);
