/** The methods about the values of tensors. */
import type { Tensor } from '../../core/checkpoint/checkpoint';
import type { Examined } from '../../core/statistics/gather';
import { packStatistics } from '../../core/statistics/statistics';
import type { CheckpointId } from '../../protocol/engine';
import type { Handlers, Server } from '../../protocol/rpc';
import type {
  StatisticsMethods,
  StatisticsNotes,
  TensorStatisticsData,
} from '../../protocol/statistics';
import type { Model } from '../model';
import { createCrew } from './crew';
import { createExamination, histogram } from './examine';
import { createSweep, type Sweep } from './sweep';

export interface Statistics {
  readonly handlers: Handlers<StatisticsMethods>;
  /** Ends what looks at the checkpoint, before its files are closed. */
  close(checkpoint: CheckpointId): Promise<void>;
}

/** `model` throws for a checkpoint that is not open. */
export function createStatistics(
  model: (id: CheckpointId) => Model,
  notify: Server<StatisticsNotes>['notify'],
): Statistics {
  const sweeps = new Map<CheckpointId, Sweep>();
  const sweepOf = (checkpoint: CheckpointId): Sweep => {
    const of = model(checkpoint);
    const known = sweeps.get(checkpoint);
    if (known) return known;
    const made = createSweep(of, (progress) => notify('sweepChanged', { checkpoint, ...progress }));
    sweeps.set(checkpoint, made);
    return made;
  };
  const handlers: Handlers<StatisticsMethods> = {
    tensorStatistics({ checkpoint, tensor: name }, signal) {
      const of = model(checkpoint);
      const tensor = of.checkpoint.tensors.get(name);
      if (!tensor) throw new Error(`${of.name}: there is no tensor ${JSON.stringify(name)}`);
      return tensorStatistics(of, tensor, signal);
    },
    startSweep: ({ checkpoint }) => sweepOf(checkpoint).start(),
    cancelSweep: ({ checkpoint }) => sweepOf(checkpoint).cancel(),
    sweep: ({ checkpoint }) => sweepOf(checkpoint).data(),
  };
  return {
    handlers,
    async close(checkpoint) {
      const sweep = sweeps.get(checkpoint);
      sweeps.delete(checkpoint);
      await sweep?.cancel();
    },
  };
}

async function tensorStatistics(
  { path, checkpoint, changed }: Model,
  tensor: Tensor,
  signal: AbortSignal,
): Promise<TensorStatisticsData> {
  const crew = createCrew(path, checkpoint, [tensor]);
  const stop = () => crew.stop();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  let found: Examined['statistics'] | undefined;
  try {
    const examination = createExamination([tensor], 'moments', {
      examined: (_, { statistics }) => (found = statistics),
      unreadable(_, reason) {
        throw new Error(reason);
      },
    });
    await examination.run(crew);
    const spread = found && (await histogram(tensor, found, crew));
    const problem = await changed();
    if (problem) throw new Error(problem);
    return {
      name: tensor.name,
      numbers: packStatistics(found!),
      ...(spread && { histogram: spread }),
    };
  } finally {
    signal.removeEventListener('abort', stop);
    await crew.close();
  }
}
