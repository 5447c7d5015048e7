/**
 * The contract of models that are run in plain typed arrays: memory networks, associative memories,
 * recurrent cells. A family looks at tensor names and shapes; with the weights it gives a model that
 * turns named arrays into a recording, which holds exactly what the trace file holds.
 */
import type { Config, Recognition, Tensors, TensorShape } from '../model/architecture';
import type { Recording } from '../trace/recording';

/** Row-major values. Integers (token ids) are whole numbers in float32, exact up to 2^24. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
/** Inputs by name, as in an inputs file. */
export type Inputs = ReadonlyMap<string, NamedArray>;
/** What a person set, by the option's name; an option that is not there has its default. */
export type Options = Readonly<Record<string, string>>;
export type Facts = readonly (readonly [name: string, value: string])[];

/** One input that the model takes. */
export interface InputSpec {
  readonly name: string;
  /** A letter stands for any length, the same wherever it occurs: ['T', 9]. */
  readonly shape: readonly (number | string)[];
  /** `one row a step: 8 bits, then the delimiter` */
  readonly meaning: string;
  /** May be left out; what is used instead. */
  readonly otherwise?: string;
  /** Whole numbers from 0 to below this. */
  readonly below?: number;
  /** There where the numbers are ids of words, so that it can be given as text. */
  readonly text?: TextForm;
}

/** How an input of word ids is written as text: one sentence, or where it has two dimensions one a line. */
export interface TextForm {
  /** Keys of the config under which its words may be, by their ids. */
  readonly vocabulary: readonly string[];
  /** Rows are kept newest first; a person writes them as they happened. */
  readonly newestFirst?: true;
  /** 0 is no word: it fills short sentences. */
  readonly padded?: true;
}

/** One setting that the checkpoint does not tell, or that a person may want to turn. */
export interface OptionSpec {
  /** As on the command line without dashes: `variant`, `rule`, `update`, `beta`, `steps`, `seed`, `task`, `length`. */
  readonly name: string;
  readonly meaning: string;
  /** The words that it takes; a number within bounds else. */
  readonly values?: readonly { readonly value: string; readonly title: string }[];
  readonly number?: { readonly least: number; readonly most: number; readonly whole: boolean };
  readonly standard: string;
  /** Where the default comes from: `the config says it`, `by self-test: 0 of 160 bits wrong, V2 42`. */
  readonly found?: string;
}

/** How far a run is, in its own steps. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** A checkpoint's names and shapes, recognised. Nothing has been read. */
export interface MemoryMatch {
  readonly kind: 'arrays';
  readonly family: string;
  /** `Neural Turing Machine, 1 read and 1 write head, memory 128 × 20, LSTM of 100` */
  readonly sentence: string;
  readonly facts: Facts;
  readonly inputs: readonly InputSpec[];
  readonly options: readonly OptionSpec[];
  /** What `load` must be given. */
  readonly tensors: readonly TensorShape[];
  /** `weights` holds the values of `tensors`, row-major, by name. Throws Error with one sentence that names the tensor. */
  load(weights: ReadonlyMap<string, Float32Array>): MemoryModel;
}

/** A model with its weights. */
export interface MemoryModel {
  /** What only the values tell (a variant found by self-test), added to the match's facts. */
  readonly facts: Facts;
  /** The match's options with the defaults that the values tell. */
  readonly options: readonly OptionSpec[];
  /** What is run when a person gives nothing: a built-in task, a stored pattern with noise. */
  example(options: Options): Inputs;
  /**
   * One run. Yields now and then so that its caller can breathe, show progress or stop it; returns the recording.
   * `inputs` have been checked against the specs. Throws Error with one sentence.
   */
  run(inputs: Inputs, options: Options): Generator<Progress, Recording, void>;
}

export interface MemoryFamily {
  readonly name: string;
  /** No other model has its names: a checkpoint that misses some is damaged, and no part of it is run instead. */
  readonly distinct?: true;
  /** Undefined when the names are not this family's. */
  recognise(
    tensors: Tensors,
    config: Config | undefined,
    /** What the file says about itself. */
    metadata?: ReadonlyMap<string, string>,
  ): MemoryMatch | Extract<Recognition, { kind: 'incomplete' }> | undefined;
}
