/**
 * The synthetic tasks of the memory papers (Graves, Wayne, Danihelka 2014, section 4) as two published codes feed them:
 * `marker` (pytorch-ntm): the sequence, then one row with the last column set.
 * `brackets` (ntm-pytorch): a row with a start column, the sequence, a row with an end column.
 */
import type { NamedArray } from './memory';
import type { Random } from './random';

export type TaskName = 'copy' | 'repeat-copy' | 'associative-recall' | 'priority-sort';
export type Feed = 'marker' | 'brackets';

/** What the last rows of the output should be, [rows, outputs] of 0 and 1. */
export interface Answer {
  readonly task: TaskName | 'given';
  readonly target: Float32Array;
  readonly rows: number;
}

export interface Episode {
  /** [T, inputs] */
  readonly x: NamedArray;
  readonly answer: Answer;
}

export interface Task {
  readonly name: TaskName;
  /** `copied`, before `20 of 20 vectors`. */
  readonly verb: string;
  /** Input columns beyond those of the output. */
  readonly more: number;
  /** Lengths for which a trained model can be judged; the default in the middle. */
  readonly lengths: readonly [least: number, usual: number, most: number];
  make(outputs: number, length: number, random: Random): Episode;
  /** The right answer of an input that follows the task's protocol. */
  answer(x: Rows, outputs: number): Answer | undefined;
}

/** Reading an input row by row. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  readonly at: (row: number, column: number) => number;
}

export function rowsOf({ shape: [count = 0, width = 0], data }: NamedArray): Rows {
  return { count, width, at: (row, column) => data[row * width + column]! };
}

/** A zero input with some cells set. */
function createInput(rows: number, width: number) {
  const data = new Float32Array(rows * width);
  return {
    array: { shape: [rows, width], data } as NamedArray,
    set: (row: number, column: number, value: number) => (data[row * width + column] = value),
  };
}

type Bits = readonly (readonly number[])[];
const randomBits = (rows: number, width: number, random: Random): Bits =>
  Array.from({ length: rows }, () => Array.from({ length: width }, () => random.bit()));

const answerOf = (task: TaskName, bits: Bits): Answer => ({
  task,
  target: Float32Array.from(bits.flat()),
  rows: bits.length,
});

const isBit = (value: number) => value === 0 || value === 1;

/** The bits of rows from … to - 1; undefined when one is no bit, or a column beyond `width` is set. */
function bitsAt(x: Rows, from: number, to: number, width: number): Bits | undefined {
  const bits: number[][] = [];
  for (let row = from; row < to; row++) {
    const values = Array.from({ length: x.width }, (_, column) => x.at(row, column));
    if (!values.slice(0, width).every(isBit) || values.slice(width).some(Boolean)) return undefined;
    bits.push(values.slice(0, width));
  }
  return bits;
}

/** Whether nothing but `column` is set in a row, and it is set. */
function marks(x: Rows, row: number, column: number): boolean {
  if (row >= x.count || x.at(row, column) === 0) return false;
  return Array.from({ length: x.width }, (_, c) => c).every(
    (c) => c === column || x.at(row, c) === 0,
  );
}

const isQuiet = (x: Rows, from: number) => bitsAt(x, from, x.count, 0) !== undefined;

export function tasksOf(feed: Feed): readonly Task[] {
  return feed === 'marker'
    ? [copy(feed), repeatCopy(feed)]
    : [copy(feed), repeatCopy(feed), associativeRecall, prioritySort];
}

function copy(feed: Feed): Task {
  const start = feed === 'brackets' ? 1 : 0;
  return {
    name: 'copy',
    verb: 'copied',
    more: 1 + start,
    lengths: [1, 20, 10000],
    make(outputs, length, random) {
      const bits = randomBits(length, outputs, random);
      const input = createInput(start + length + 1 + length, outputs + 1 + start);
      if (start) input.set(0, outputs, 1);
      bits.forEach((row, t) => row.forEach((bit, j) => input.set(start + t, j, bit)));
      input.set(start + length, outputs + start, 1);
      return { x: input.array, answer: answerOf('copy', bits) };
    },
    answer(x, outputs) {
      const length = (x.count - 1 - start) / 2;
      if (x.width !== outputs + 1 + start || !Number.isInteger(length) || length < 1)
        return undefined;
      if (start && !marks(x, 0, outputs)) return undefined;
      if (!marks(x, start + length, outputs + start)) return undefined;
      const bits = bitsAt(x, start, start + length, outputs);
      return bits && isQuiet(x, start + length + 1) ? answerOf('copy', bits) : undefined;
    },
  };
}

/** Mean and variance by which the two codes write the number of repetitions, 1 to 10. */
const repetitionsMean = { marker: 5.5, brackets: 4.5 } as const;
const repetitionsVariance = 8.25;

function repeatCopy(feed: Feed): Task {
  const start = feed === 'brackets' ? 1 : 0;
  const mean = repetitionsMean[feed];
  const deviation = Math.sqrt(repetitionsVariance);
  // One output column is the end marker. With brackets the end column itself holds the number.
  const rowsAfter = feed === 'marker' ? 2 : 1;
  const repeated = (bits: Bits, times: number, width: number): Bits => [
    ...Array.from({ length: times }, () => bits.map((row) => [...row, 0])).flat(),
    [...Array.from({ length: width }, () => 0), 1],
  ];
  return {
    name: 'repeat-copy',
    verb: 'repeated',
    more: 1,
    lengths: [1, 5, 100],
    make(outputs, length, random) {
      const width = outputs - 1;
      const times = 2 + random.below(4);
      const bits = randomBits(length, width, random);
      const target = repeated(bits, times, width);
      const input = createInput(start + length + rowsAfter + target.length, outputs + 1);
      if (start) input.set(0, width, 1);
      bits.forEach((row, t) => row.forEach((bit, j) => input.set(start + t, j, bit)));
      if (feed === 'marker') input.set(length, width, 1);
      input.set(start + length + rowsAfter - 1, width + 1, (times - mean) / deviation);
      return { x: input.array, answer: answerOf('repeat-copy', target) };
    },
    answer(x, outputs) {
      const width = outputs - 1;
      if (x.width !== outputs + 1 || width < 1) return undefined;
      if (start && !marks(x, 0, width)) return undefined;
      for (let length = 1; start + length + rowsAfter < x.count; length++) {
        const last = start + length + rowsAfter - 1;
        if (!marks(x, last, width + 1)) continue;
        if (feed === 'marker' && !marks(x, length, width)) return undefined;
        const times = Math.round(x.at(last, width + 1) * deviation + mean);
        const bits = bitsAt(x, start, start + length, width);
        const fits = last + 1 + times * length + 1 === x.count;
        if (!bits || !fits || times < 1 || !isQuiet(x, last + 1)) return undefined;
        return answerOf('repeat-copy', repeated(bits, times, width));
      }
      return undefined;
    },
  };
}

/** Rows of one item of associative recall. */
const itemRows = 3;

/** Items after a start column each, then the query between two end columns; the answer is the item after the query. */
const associativeRecall: Task = {
  name: 'associative-recall',
  verb: 'recalled',
  more: 2,
  lengths: [2, 4, 20],
  make(outputs, length, random) {
    const items = Array.from({ length }, () => randomBits(itemRows, outputs, random));
    const query = random.below(length - 1);
    const rows = (length + 1) * (itemRows + 1) + 1 + itemRows;
    const input = createInput(rows, outputs + 2);
    [...items, items[query]!].forEach((item, i) => {
      const at = i * (itemRows + 1);
      input.set(at, i < length ? outputs : outputs + 1, 1);
      item.forEach((row, t) => row.forEach((bit, j) => input.set(at + 1 + t, j, bit)));
    });
    input.set(rows - itemRows - 1, outputs + 1, 1);
    return { x: input.array, answer: answerOf('associative-recall', items[query + 1]!) };
  },
  answer(x, outputs) {
    const length = (x.count - 1 - itemRows) / (itemRows + 1) - 1;
    if (x.width !== outputs + 2 || !Number.isInteger(length) || length < 2) return undefined;
    const items: Bits[] = [];
    for (let i = 0; i <= length; i++) {
      const at = i * (itemRows + 1);
      const bits = bitsAt(x, at + 1, at + 1 + itemRows, outputs);
      if (!bits || !marks(x, at, i < length ? outputs : outputs + 1)) return undefined;
      items.push(bits);
    }
    const end = x.count - itemRows - 1;
    if (!marks(x, end, outputs + 1) || !isQuiet(x, end + 1)) return undefined;
    const asked = items[length]!.join(' ');
    const found = items.findIndex((item, i) => i < length - 1 && item.join(' ') === asked);
    return found < 0 ? undefined : answerOf('associative-recall', items[found + 1]!);
  },
};

/** Of what was seen, the share that is given back (16 of 20). */
const sortedShare = 0.8;

/** Rows of bits with a priority in the last column; the answer is the highest of them, in order. */
const prioritySort: Task = {
  name: 'priority-sort',
  verb: 'sorted',
  more: 1,
  lengths: [5, 20, 100],
  make(outputs, length, random) {
    const bits = randomBits(length, outputs, random);
    const priorities = bits.map(() => 2 * random.next() - 1);
    const given = Math.round(length * sortedShare);
    const input = createInput(length + given, outputs + 1);
    bits.forEach((row, t) => {
      row.forEach((bit, j) => input.set(t, j, bit));
      input.set(t, outputs, priorities[t]!);
    });
    return { x: input.array, answer: sorted(bits, priorities, given) };
  },
  answer(x, outputs) {
    if (x.width !== outputs + 1) return undefined;
    let length = x.count;
    while (length > 0 && x.at(length - 1, outputs) === 0) length--;
    const priorities = Array.from({ length }, (_, row) => x.at(row, outputs));
    const bits = Array.from({ length }, (_, row) =>
      Array.from({ length: outputs }, (__, column) => x.at(row, column)),
    );
    const given = x.count - length;
    const plain =
      bits.flat().every(isBit) && priorities.every((value) => value !== 0 && !isBit(value));
    if (given !== Math.round(length * sortedShare) || !plain || !isQuiet(x, length))
      return undefined;
    return sorted(bits, priorities, given);
  },
};

function sorted(bits: Bits, priorities: readonly number[], given: number): Answer {
  const order = bits.map((_, row) => row).sort((a, b) => priorities[b]! - priorities[a]!);
  return answerOf(
    'priority-sort',
    order.slice(0, given).map((row) => bits[row]!),
  );
}
