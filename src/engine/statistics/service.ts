/** The methods about the values of tensors. */
import { histogramMaker } from '../../core/statistics/histogram';
import { mergeMoments, momentsOf, noMoments, statisticsFrom } from '../../core/statistics/moments';
import { packStatistics } from '../../core/statistics/statistics';
import { readFloat32 } from '../../core/checkpoint/values';
import type { Tensor } from '../../core/checkpoint/checkpoint';
import { elementCount } from '../../core/checkpoint/dtype';
import type { CheckpointId } from '../../protocol/engine';
import type { Handlers, Server } from '../../protocol/rpc';
import type {
  StatisticsMethods,
  StatisticsNotes,
  SweepData,
  TensorStatisticsData,
} from '../../protocol/statistics';
import type { Model } from '../model';

/** `model` throws for a checkpoint that is not open. */
export function statisticsHandlers(
  model: (id: CheckpointId) => Model,
  notify: Server<StatisticsNotes>['notify'],
): Handlers<StatisticsMethods> {
  void notify;
  const idle: SweepData = {
    state: 'idle',
    bytesDone: 0,
    bytesTotal: 0,
    rate: 0,
    names: [],
    numbers: new Float64Array(),
    findings: [],
    unreadable: [],
  };
  return {
    tensorStatistics: ({ checkpoint, tensor: name }, signal) => {
      const tensor = model(checkpoint).checkpoint.tensors.get(name);
      if (!tensor) throw new Error(`the checkpoint has no tensor ${JSON.stringify(name)}`);
      return tensorStatistics(tensor, signal);
    },
    startSweep: ({ checkpoint }) => ({ ...idle, state: model(checkpoint) && 'idle' }),
    cancelSweep: () => undefined,
    sweep: () => idle,
  };
}

const chunk = 1 << 20;

async function tensorStatistics(
  tensor: Tensor,
  signal: AbortSignal,
): Promise<TensorStatisticsData> {
  const count = elementCount(tensor.shape);
  const chunks = async (use: (values: Float32Array) => void): Promise<void> => {
    for (let start = 0; start < count; start += chunk) {
      signal.throwIfAborted();
      const range = { start, count: Math.min(chunk, count - start) };
      use(await readFloat32(tensor, undefined, range));
    }
  };
  let moments = noMoments;
  await chunks((values) => (moments = mergeMoments(moments, momentsOf(values))));
  const numbers = packStatistics(statisticsFrom(tensor.name, count, moments));
  if (moments.finite === 0) return { name: tensor.name, numbers };
  const maker = histogramMaker(moments.min, moments.max);
  await chunks((values) => maker.add(values));
  return { name: tensor.name, numbers, histogram: maker.made() };
}
