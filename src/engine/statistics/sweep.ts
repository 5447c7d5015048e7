/** Looks at every tensor of a checkpoint: with progress, can be cancelled and go on, and is kept once done. */
import type { Tensor } from '../../core/checkpoint/checkpoint';
import {
  bySeriousness,
  type Finding,
  findingsOf,
  likelyDuplicates,
} from '../../core/statistics/findings';
import type { Examined } from '../../core/statistics/gather';
import { packStatistics, statisticFields } from '../../core/statistics/statistics';
import type { SweepData, SweepProgress, Unreadable } from '../../protocol/statistics';
import type { Model } from '../model';
import { tiedTensors } from '../tensorList';
import { createCrew, type Crew } from './crew';
import { createExamination, type Examination } from './examine';
import { cacheFolder, keep, readKept, type Results } from './kept';
import { Stopped } from './looking';

export interface Sweep {
  /** Starts or goes on; returns at once. */
  start(): Promise<SweepProgress>;
  /** Resolves once no thread looks any more. */
  cancel(): Promise<void>;
  data(): Promise<SweepData>;
  /** Resolves once it does not run. */
  settled(): Promise<void>;
  readonly progress: SweepProgress;
}

/** Milliseconds between two notes. */
const noteEvery = 100;

/** `changed` is told of progress and state. `folder` is where finished sweeps are kept. */
export function createSweep(
  model: Model,
  changed: (progress: SweepProgress) => void,
  folder = cacheFolder(),
): Sweep {
  const { checkpoint, identity, path } = model;
  const examined = new Map<string, Examined>();
  const unreadable: Unreadable[] = [];
  let progress: SweepProgress = { state: 'idle', bytesDone: 0, bytesTotal: 0, rate: 0 };
  let results: Results | undefined;
  let examination: Examination | undefined;
  let owners: ReadonlyMap<string, string> = new Map();
  let current: Crew | undefined;
  let ended: Promise<void> = Promise.resolve();
  let told = 0;
  let since = { time: 0, bytes: 0 };

  const tell = (now: Partial<SweepProgress>): void => {
    const seconds = (Date.now() - since.time) / 1000;
    const bytesDone = now.bytesDone ?? progress.bytesDone;
    const rate = seconds > 0.05 ? (bytesDone - since.bytes) / seconds : 0;
    progress = { ...progress, rate, ...now };
    if (now.state === undefined && Date.now() - told < noteEvery) return;
    told = Date.now();
    changed(progress);
  };

  const restore = async (): Promise<void> => {
    if (results ?? examination) return;
    const found = await readKept(folder, identity);
    if (!found || examination || (await model.changed())) return;
    results = found;
    const bytes = await prepare();
    progress = { state: 'done', bytesDone: bytes, bytesTotal: bytes, rate: 0 };
  };

  /** Bytes to read in all. */
  const prepare = async (): Promise<number> => {
    owners = tiedTensors(checkpoint.tensors.values());
    const own = [...checkpoint.tensors.values()].filter(({ name }) => !owners.has(name));
    examination = createExamination(own, 'health', {
      examined: ({ name }, found) => void examined.set(name, found),
      unreadable: ({ name: tensor }, reason) => void unreadable.push({ tensor, reason }),
      progress: (bytes) => tell({ bytesDone: progress.bytesDone + bytes }),
    });
    return examination.bytes;
  };

  const run = async (crew: Crew): Promise<void> => {
    try {
      if (!examination) progress = { ...progress, bytesTotal: await prepare() };
      await examination!.run(crew);
      const duplicates = await findDuplicates(crew);
      const problem = await model.changed();
      if (problem) throw new Error(problem);
      const own = [...examined.values()].flatMap(findingsOf);
      const findings = bySeriousness([...own, ...duplicates]);
      results = { ...gathered(), findings, unreadable };
      await keep(folder, identity, results);
      tell({ state: 'done', bytesDone: progress.bytesTotal });
    } catch (error) {
      if (error instanceof Stopped) tell({ state: 'cancelled' });
      else tell({ state: 'failed', problem: (error as Error).message });
    } finally {
      await crew.close();
    }
  };

  /** Those whose bytes are equal, not only their statistics. */
  const findDuplicates = async ({ lookers: [looker] }: Crew): Promise<readonly Finding[]> => {
    const found: Finding[] = [];
    const all = [...examined].map(([name, one]) => ({ place: placeOf(name), examined: one }));
    for (const [first = '', ...others] of likelyDuplicates(all)) {
      const equal = [first];
      for (const second of others) {
        if (await looker!.call('areEqual', { first, second })) equal.push(second);
      }
      if (equal.length < 2) continue;
      found.push({ kind: 'duplicate', tensors: equal, count: equal.length, of: examined.size });
    }
    return found;
  };
  const placeOf = (name: string): string => {
    const { dtype, shape } = checkpoint.tensors.get(name) as Tensor;
    return `${dtype} ${shape.join(' ')}`;
  };

  /** What is done, in the order of the checkpoint; tied tensors beside their owner's statistics. */
  const gathered = (): Pick<Results, 'names' | 'numbers'> => {
    const rows = [...checkpoint.tensors.keys()].flatMap((name) => {
      const one = examined.get(owners.get(name) ?? name);
      return one ? [{ name, numbers: packStatistics(one.statistics) }] : [];
    });
    const numbers = new Float64Array(rows.length * statisticFields.length);
    rows.forEach((row, index) => numbers.set(row.numbers, index * statisticFields.length));
    return { names: rows.map(({ name }) => name), numbers };
  };

  return {
    async start() {
      await restore();
      if (progress.state === 'running' || progress.state === 'done') return progress;
      const { problem: _, ...before } = progress;
      progress = { ...before, state: 'running', rate: 0 };
      since = { time: Date.now(), bytes: progress.bytesDone };
      tell({ state: 'running' });
      // Here at once, so that a cancel that comes early has something to stop.
      const crew = createCrew(path, checkpoint, checkpoint.tensors.values());
      current = crew;
      ended = ended.then(() => run(crew));
      return progress;
    },
    async cancel() {
      current?.stop();
      await ended;
    },
    async data() {
      await restore();
      if (results) return { ...progress, ...results };
      const findings = bySeriousness([...examined.values()].flatMap(findingsOf));
      return { ...progress, ...gathered(), findings, unreadable };
    },
    settled: () => ended,
    get progress() {
      return progress;
    },
  };
}
