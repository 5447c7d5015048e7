import { number } from '../core/draw/text';
import { compareTraces, sameWithin, type TensorComparison } from '../core/trace/compareTraces';
import { isTrace, readRecording } from '../core/trace/readTrace';
import { openPath } from '../engine/files';
import { printable, table } from './table';

/** What `diff` says of two recorded runs; undefined when neither file is one. */
export async function diffTraces(a: string, b: string, json: boolean): Promise<string | undefined> {
  const first = await openPath(a);
  try {
    const second = await openPath(b);
    try {
      const [x, y] = [first.checkpoint, second.checkpoint];
      if (!isTrace(x) && !isTrace(y)) return undefined;
      const found = await compareTraces(readRecording(a, x), readRecording(b, y));
      const summary = summaryOf(found);
      return json ? asJson(a, b, summary, found) : asTable(summary, found);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

type Compared = Extract<TensorComparison, { kind: 'same' | 'differs' }>;

const isDifferent = (one: TensorComparison): one is Compared => one.kind === 'differs';

/** Where the runs part: the earliest step, and of its tensors the one that is farthest apart. */
function summaryOf(all: readonly TensorComparison[]): string {
  const [parting] = all.filter(isDifferent).sort(earliest);
  const others = all.filter(({ kind }) => kind !== 'same').length;
  if (!parting) {
    return others === 0
      ? `the same run: all ${all.length} tensors within ${sameWithin}`
      : `the same values, ${others} of ${all.length} tensors in one of them only`;
  }
  if (parting.first === undefined) return 'the same as far as both go; one run is longer';
  const when = parting.first < 0 ? 'before the first step' : `at step ${parting.first}`;
  return `the runs part ${when}, in ${printable(parting.name)} (max |Δ| ${number(parting.largest)})`;
}

function earliest(a: Compared, b: Compared): number {
  return (a.first ?? Infinity) - (b.first ?? Infinity) || b.largest - a.largest;
}

function asTable(summary: string, all: readonly TensorComparison[]): string {
  const compared = all.filter(isDifferent).sort(earliest);
  const others = all.filter(({ kind }) => kind !== 'same' && kind !== 'differs');
  const same = all.length - compared.length - others.length;
  const shown = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
  const heading = ['tensor', 'what', 'shape', 'first at', 'max |Δ|', 'at step'];
  const rows = [
    ...compared.map(({ name, shape, first, largest, largestStep, more }) => [
      printable(name),
      more ? `${more.side.toUpperCase()} has ${more.steps} steps more` : 'differs',
      shown(shape),
      first === undefined ? '' : `${first}`,
      number(largest),
      `${largestStep}`,
    ]),
    ...others.map((one) => [
      printable(one.name),
      one.kind,
      one.kind === 'reshaped' ? `${shown(one.a)} → ${shown(one.b)}` : shown(one.shape),
      ...['', '', ''],
    ]),
  ];
  return [
    ...(rows.length > 0 ? table([heading, ...rows], 3) : []),
    ...(same > 0 ? [`${same} of ${all.length} are the same`] : []),
    summary,
    '',
  ].join('\n');
}

function asJson(a: string, b: string, summary: string, all: readonly TensorComparison[]): string {
  const tensors = all.map((one) => JSON.stringify(one));
  const head = JSON.stringify({ a, b, summary, within: sameWithin });
  return `${head.slice(0, -1)},"tensors":[${tensors.join(',\n')}]}\n`;
}
