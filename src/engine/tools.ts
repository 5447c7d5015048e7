/** What people do with an opened checkpoint or trace besides looking at a first picture. */
import type { CheckpointId, EngineMethods, EngineNotes } from '../protocol/engine';
import type { Handlers, Server } from '../protocol/rpc';
import { createComparisons } from './compare/methods';
import { liveHandlers } from './live/service';
import { inputsHandlers } from './memory/inputsService';
import { memoryHandlers } from './memory/service';
import type { Model } from './model';
import type { OpenTraces } from './openTraces';
import { startRollout } from './rollout';
import { saveTrace } from './saveTrace';
import { hubFiles } from './sources/hub';
import { createStatistics } from './statistics/service';
import type { ToolMethod } from './toolMethods';
import { createTriage } from './triage/methods';
import { weightsHandlers } from './weights/service';

export interface Tools {
  readonly handlers: Pick<Handlers<EngineMethods>, ToolMethod>;
  /** Ends what looks at the checkpoint, before its files are closed. */
  close(checkpoint: CheckpointId): Promise<void>;
}

/** `model` throws for a checkpoint that is not open; `notify` sends to the other end. */
export function createTools(
  model: (id: CheckpointId) => Model,
  traces: OpenTraces,
  notify: Server<EngineNotes>['notify'],
): Tools {
  const statistics = createStatistics(model, notify);
  return {
    handlers: {
      ...statistics.handlers,
      ...weightsHandlers(model),
      ...memoryHandlers(traces),
      ...inputsHandlers(model),
      ...liveHandlers(traces),
      ...createComparisons(),
      ...createTriage(model),
      hubFiles: ({ path }) => hubFiles(path),
      rollout({ trace: id }) {
        const { trace, name, checkpoint } = traces.get(id);
        return traces.addRun(startRollout(trace), name, checkpoint);
      },
      async saveTrace({ trace, path }) {
        const { trace: saved, ready, name } = traces.get(trace);
        await saveTrace(saved, ready, name, path);
      },
    },
    close: (checkpoint) => statistics.close(checkpoint),
  };
}
