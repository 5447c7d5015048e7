/** Slices of a checkpoint that holds no values: they say so. */
import type { Handlers } from '../../../src/protocol/rpc';
import type { WeightsMethods } from '../../../src/protocol/weights';

const nothing = (): never => {
  throw new Error('this checkpoint was made up: it holds no values');
};

export const madeWeights: Handlers<WeightsMethods> = {
  weightTile: nothing,
  weightGlance: nothing,
  weightSurvey: nothing,
  weightText: nothing,
  weightLine: nothing,
  weightSpectrum: nothing,
};
