/** Moments of a Neural Turing Machine's run that are worth going to. */
import type { TraceEvent } from '../trace/trace';
import type { NtmTrack } from './ntmRun';
import type { NtmShape } from './ntmShape';
import type { Answer } from './tasks';
import { score } from './verdict';

/** The step at which each write head puts the most weight on one slot. */
export function strongestWrites({ heads }: NtmTrack, { slots }: NtmShape): TraceEvent[] {
  return heads.flatMap(({ write, w }, head): TraceEvent[] => {
    if (!write) return [];
    const place = w.reduce((best, value, i) => (value > w[best]! ? i : best), 0);
    return [
      {
        step: Math.floor(place / slots),
        of: `write.${head}`,
        what: `strongest write, slot ${place % slots}`,
        value: w[place]!,
      },
    ];
  });
}

export function firstWrong({ y }: NtmTrack, answer: Answer | undefined): TraceEvent[] {
  if (!answer) return [];
  const width = answer.target.length / answer.rows;
  const first = y.length / width - answer.rows;
  for (let row = 0; row < answer.rows; row++) {
    const at = (first + row) * width;
    const target = answer.target.subarray(row * width, (row + 1) * width);
    const { wrong } = score(y.subarray(at, at + width), { task: 'given', target, rows: 1 });
    if (wrong > 0)
      return [{ step: first + row, of: 'output.y', what: 'first wrong output', value: wrong }];
  }
  return [];
}
