/** What the engine process does for the host, and through it for the webview. */
import type { Options } from '../core/memory/memory';
import type { Recognition } from '../core/model/architecture';
import type {
  AccessBlock,
  Axis,
  BlockId,
  Origin,
  StageName,
  Tile,
  Trace,
  TraceChange,
  TraceState,
  Transform,
} from '../core/trace/trace';
import type { TensorColumns, TensorRow } from '../core/summary/columns';
import type { TokenizerFacts } from '../core/summary/tokenizerFacts';
import type { CompareMethods } from './compare';
import type { InputsMethods } from './inputs';
import type { BlockParts, MemoryMethods, SeriesData } from './memory';
import type { LiveMethods } from './session';
import type { StatisticsMethods, StatisticsNotes } from './statistics';
import type { TriageMethods } from './triage';
import type { WeightsFileMethods, WeightsMethods } from './weights';

export type CheckpointId = number;
export type TraceId = number;

export interface CheckpointSummary {
  readonly id: CheckpointId;
  readonly name: string;
  readonly format: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly config: readonly (readonly [key: string, value: string])[];
  readonly warnings: readonly string[];
  readonly tensors: readonly TensorRow[];
  /** Elements, tied tensors counted once. */
  readonly parameters: number;
  readonly recognition: Recognition;
  /** A debugged program instead of a checkpoint: there are no files and no tensors. */
  readonly session?: true;
  /** Where token labels come from; undefined: ids are typed and shown. */
  readonly tokenizer?: string;
  readonly tokenizerFacts?: TokenizerFacts;
  /** Files beside it that say more: config, tokenizer, README. */
  readonly sidecars?: readonly { readonly name: string; readonly size: number }[];
}

/** The same as it crosses to another process. */
export type PackedSummary = Omit<CheckpointSummary, 'tensors'> & {
  readonly tensors: TensorColumns;
};

/** Tokens of an input: ids, what each is called, and the characters it covers where known. */
export interface Tokens {
  readonly ids: readonly number[];
  readonly labels: readonly string[];
  readonly origins: readonly (Origin | undefined)[];
  /** Which text each token is of, where there are two. */
  readonly segments?: readonly number[];
}

export type TextOrIds = { readonly text: string } | { readonly ids: readonly number[] };
/** What else a run may be told. */
interface Ablation {
  /** Heads whose reading is taken as 0, by the ids of their blocks: `self.1.0` is layer 1, head 0. */
  readonly without?: readonly BlockId[];
}
export type TokenInput = (
  | {
      readonly text: string;
      /** A second text, for a model that takes two. */
      readonly pair?: string;
    }
  | {
      readonly ids: readonly number[];
      /** Which text each token is of, 0 or 1. */
      readonly segments?: readonly number[];
    }
) & {
  /** What the decoder is given: a text that is expected, or its own ids. Without it, what the model itself goes on with. */
  readonly target?: TextOrIds;
} & Ablation;
/** An image [3, height, width]: colours from 0 to 1 of any size, or values as the model takes them. */
export interface ImageInput extends Ablation {
  readonly image: {
    readonly kind: 'colours' | 'pixels';
    readonly shape: readonly number[];
    readonly data: Float32Array;
  };
}
/** Arrays by name; without inputs the model's own example is run. */
export interface ArraysInput {
  readonly inputs?: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
  /** Inputs of word ids as a person writes them; the engine knows the words. */
  readonly texts?: readonly GivenText[];
  readonly options: Options;
}
/** Sentences in the order in which they happened, one a line. */
export interface GivenText {
  readonly name: string;
  readonly lines: readonly string[];
}
export type RunInput = TokenInput | ImageInput | ArraysInput;

/** An axis, written out. */
export type AxisData = Pick<Axis, 'id' | 'kind' | 'length'> & {
  readonly labels: readonly string[];
  readonly origins?: readonly (Origin | undefined)[];
};
/** A block without its numbers. */
export type BlockData = Pick<AccessBlock, 'id' | 'act' | 'layer' | 'head' | 'normalised' | 'sees'> &
  Partial<BlockParts> & {
    readonly rows: string;
    readonly columns: string;
  };
/** A trace without its numbers: enough to lay out every view. */
export type TraceData = Pick<Trace, 'model' | 'source' | 'events' | 'verdict' | 'state'> & {
  readonly id: TraceId;
  readonly axes: readonly AxisData[];
  readonly blocks: readonly BlockData[];
  readonly series?: readonly SeriesData[];
  /** Blocks that have arrived. */
  readonly ready: readonly BlockId[];
};

/** The likeliest next tokens after the last one. */
export interface Prediction {
  readonly id: number;
  readonly label: string;
  readonly probability: number;
}

/** What the model would predict if it ended after its embedding, then after each layer; the last is its own prediction. */
export interface Lens {
  /** The place whose states are read. */
  readonly place: number;
  readonly depths: readonly (readonly Prediction[])[];
}

export interface BlockRef {
  readonly trace: TraceId;
  readonly block: BlockId;
  /** A stage of its weighting instead of the weighting. */
  readonly stage?: StageName;
}

/** Checkpoints, runs and traces. Paths are absolute file-system paths on the machine where the engine runs. */
type CheckpointMethods = {
  open(params: { path: string }): PackedSummary;
  close(params: { checkpoint: CheckpointId }): void;
  /** The files of `hf:owner/name[@revision]` on the Hugging Face Hub. */
  hubFiles(params: { path: string }): readonly { readonly name: string; readonly size: number }[];
  tokenize(params: { checkpoint: CheckpointId; text: string }): Tokens;
  /**
   * At most `count` tokens that the model finds likeliest after the input, one after the other, and the text that they add
   * where there is a tokenizer. Cancelled, those that are there.
   */
  generate(params: { checkpoint: CheckpointId; input: TokenInput; count: number }): {
    readonly ids: readonly number[];
    readonly text?: string;
  };
  /** Starts a run and returns at once; `traceChanged` tells what has arrived. */
  run(params: { checkpoint: CheckpointId; input: RunInput }): TraceData;
  cancel(params: { trace: TraceId }): void;
  /** The trace as it stands now. */
  describe(params: { trace: TraceId }): TraceData;
  /** Opens a trace file. */
  openTrace(params: { path: string }): TraceData;
  closeTrace(params: { trace: TraceId }): void;
  saveTrace(params: { trace: TraceId; path: string }): void;
  /** Starts the rollout of a trace's self-attention: a trace of its own, with one block per layer. */
  rollout(params: { trace: TraceId }): TraceData;
  thumbnail(params: BlockRef & { transform: Transform }): Tile;
  tile(
    params: BlockRef & { level: number; row: number; column: number; transform: Transform },
  ): Tile;
  row(params: BlockRef & { index: number }): Float32Array;
  received(params: BlockRef): Float32Array;
  /** In the order of `statisticNames`; not an object, since VS Code's messages turn its NaN into null. */
  statistics(params: BlockRef): Float32Array;
  predictions(params: { trace: TraceId; count: number }): readonly Prediction[];
  /** The logit lens at a place, or where `predictions` are of; undefined where there are none. */
  lens(params: { trace: TraceId; place?: number; count: number }): Lens | undefined;
};

/** Methods of the engine, by what they are about. */
export type EngineMethods = CheckpointMethods &
  StatisticsMethods &
  MemoryMethods &
  InputsMethods &
  WeightsMethods &
  WeightsFileMethods &
  LiveMethods &
  CompareMethods &
  TriageMethods;

export type EngineNotes = StatisticsNotes & {
  traceChanged: { readonly trace: TraceId; readonly change: TraceChange };
  /** A file of the checkpoint is no longer what was opened. */
  fileChanged: { readonly checkpoint: CheckpointId; readonly message: string };
};

export type { Recognition, TensorRow, TraceState };
