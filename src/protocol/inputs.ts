/** What the panel asks about a model that runs over arrays: its settings, its example, the arrays of a file. */
import type { Facts, Options, OptionSpec } from '../core/memory/memory';
import type { ArraysInput, CheckpointId, GivenText } from './engine';

export type GivenArrays = NonNullable<ArraysInput['inputs']>;

/** Values of all arrays that come to the panel at once, at most: 4 MB. */
export const mostInputValues = 1 << 20;

export type InputsMethods = {
  /** The settings with the defaults that only the weights tell (a variant found by self-test); reads them. */
  settings(params: { checkpoint: CheckpointId }): {
    readonly options: readonly OptionSpec[];
    readonly facts: Facts;
  };
  /** What is run when nothing is given. */
  example(params: { checkpoint: CheckpointId; options: Options }): GivenArrays;
  /** The arrays of an inputs file that the model takes. */
  readInputs(params: { checkpoint: CheckpointId; path: string }): GivenArrays;
  /** The words of an input that may be given as text (`InputSpec.text`), by their ids; empty where they are not known. */
  words(params: { checkpoint: CheckpointId; input: string }): readonly string[];
  /** Those of the arrays that hold ids of known words, as a person writes them. */
  textOf(params: { checkpoint: CheckpointId; inputs: GivenArrays }): readonly GivenText[];
};
