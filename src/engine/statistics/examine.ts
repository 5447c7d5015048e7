/** Looks at tensors one part after the other, with a crew. */
import type { Tensor } from '../../core/checkpoint/checkpoint';
import { elementCount } from '../../core/checkpoint/dtype';
import { type Part, partElements, partsOf } from '../../core/statistics/blocks';
import { type Examined, gather, type Gathering } from '../../core/statistics/gather';
import { addCounts, type Histogram, histogramOf, noCounts } from '../../core/statistics/histogram';
import type { Thoroughness } from '../../core/statistics/look';
import type { Crew, Looker } from './crew';

/** Told of each tensor once. */
export interface Audience {
  examined(tensor: Tensor, examined: Examined): void;
  unreadable(tensor: Tensor, reason: string): void;
  /** Bytes of the file behind values that have been looked at. */
  progress?(bytes: number): void;
}

interface Task {
  readonly tensor: Tensor;
  readonly part: Part;
  readonly index: number;
  readonly gathering: Gathering;
}

/** Work that is left, so that a stopped examination can go on. */
export interface Examination {
  /** Bytes that all of it takes in the files. */
  readonly bytes: number;
  /** Ends when all is done. Rejects when the crew was stopped or a thread died; may be called again then. */
  run(crew: Crew): Promise<void>;
}

export function createExamination(
  tensors: Iterable<Tensor>,
  how: Thoroughness,
  audience: Audience,
): Examination {
  const jobs: Task[][] = [];
  let bytes = 0;
  let last: Task[] = [];
  let size = Infinity;
  for (const tensor of tensors) {
    const { data, dequantise } = tensor;
    if (data.kind === 'opaque' && !dequantise) {
      audience.unreadable(tensor, data.reason);
      continue;
    }
    bytes += tensor.bytes;
    const parts = partsOf(tensor);
    const gathering = gather(tensor, parts.length);
    if (parts.length === 0) audience.examined(tensor, gathering.result());
    parts.forEach((part, index) => {
      // Small tensors share a job: each costs a message.
      if (size + part.count > partElements) {
        jobs.push((last = []));
        size = 0;
      }
      size += part.count;
      last.push({ tensor, part, index, gathering });
    });
  }
  const failed = new Set<Tensor>();
  const take = async (looker: Looker, job: readonly Task[]): Promise<void> => {
    const tasks = job.filter(({ tensor }) => !failed.has(tensor));
    const outcomes = await looker.call('look', { parts: tasks.map(({ part }) => part), how });
    tasks.forEach(({ tensor, part, index, gathering }, place) => {
      const outcome = outcomes[place]!;
      audience.progress?.(tensor.bytes * (part.count / Math.max(1, elementCount(tensor.shape))));
      if ('ok' in outcome) {
        if (gathering.add(index, outcome.ok)) audience.examined(tensor, gathering.result());
      } else if (!failed.has(tensor)) {
        failed.add(tensor);
        audience.unreadable(tensor, outcome.problem);
      }
    });
  };
  return {
    bytes,
    async run({ lookers }) {
      let broken = false;
      const work = async (looker: Looker): Promise<void> => {
        for (let job = jobs.shift(); job; job = broken ? undefined : jobs.shift()) {
          try {
            await take(looker, job);
          } catch (error) {
            // It is done anew by who goes on.
            jobs.unshift(job);
            broken = true;
            throw error;
          }
        }
      };
      const ended = await Promise.allSettled(lookers.map(work));
      for (const end of ended) if (end.status === 'rejected') throw end.reason;
    },
  };
}

/** How the finite values are spread, in a second pass; undefined where there are none. */
export async function histogram(
  tensor: Tensor,
  { min, max }: Examined['statistics'],
  crew: Crew,
): Promise<Histogram | undefined> {
  if (Number.isNaN(min)) return undefined;
  const extremes = { low: min, high: max };
  const counts = noCounts();
  const parts = [...partsOf(tensor)];
  const work = async (looker: Looker): Promise<void> => {
    for (let part = parts.shift(); part; part = parts.shift()) {
      addCounts(counts, await looker.call('count', { part, extremes }));
    }
  };
  await Promise.all(crew.lookers.map(work));
  return histogramOf(counts, min, max);
}
