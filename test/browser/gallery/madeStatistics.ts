/** Statistics of a checkpoint that holds no values: an idle sweep. */
import type { StatisticsMethods, SweepData } from '../../../src/protocol/statistics';
import type { Handlers } from '../../../src/protocol/rpc';

export const idleSweep: SweepData = {
  state: 'idle',
  bytesDone: 0,
  bytesTotal: 0,
  rate: 0,
  names: [],
  numbers: new Float64Array(),
  findings: [],
  unreadable: [],
};

export const madeStatistics: Handlers<StatisticsMethods> = {
  tensorStatistics: () => {
    throw new Error('this checkpoint was made up: it holds no values');
  },
  startSweep: () => idleSweep,
  cancelSweep: () => undefined,
  sweep: () => idleSweep,
};
