/** Statistics of the tensors of open checkpoints, as far as somebody has already looked at their values. */
import { type TensorStatistics, unpackStatistics } from '../../core/statistics/statistics';
import type { CheckpointId } from '../../protocol/engine';
import type { SweepData } from '../../protocol/statistics';
import type { CheckpointDocument } from '../checkpointEditor';
import type { Engine } from '../engineProcess';
import { openDocuments } from '../openPanels';

export interface KnownStatistics {
  /** At once, from what the engine has told so far; asks it for more behind that. */
  of(checkpoint: string, tensor: string): TensorStatistics | undefined;
}

export function createKnownStatistics(engine: Engine): KnownStatistics {
  const told = new WeakMap<CheckpointDocument, SweepData & { readonly id: CheckpointId }>();
  const asking = new WeakSet<CheckpointDocument>();
  const ask = async (document: CheckpointDocument): Promise<void> => {
    if (asking.has(document)) return;
    asking.add(document);
    try {
      const { id } = await document.summary();
      const before = told.get(document);
      if (before?.id === id && before.state === 'done') return;
      told.set(document, { ...(await engine.call('sweep', { checkpoint: id })), id });
    } catch {
      // The view says what is wrong with the checkpoint.
      told.delete(document);
    } finally {
      asking.delete(document);
    }
  };
  return {
    of(checkpoint, tensor) {
      const document = openDocuments().find(({ uri }) => uri.toString() === checkpoint);
      if (!document) return undefined;
      void ask(document);
      const data = told.get(document);
      const index = data?.names.indexOf(tensor) ?? -1;
      return data && index >= 0 ? unpackStatistics(tensor, data.numbers, index) : undefined;
    },
  };
}
