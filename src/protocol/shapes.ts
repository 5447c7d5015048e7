/** Host ↔ shapes thread: what is known of the tensors in model code. */

/** A file of code: its absolute path and the folder that its imports are looked up in. */
export interface CodeFile {
  readonly root: string;
  readonly file: string;
}

/** Sizes that a person chose, by symbol: `{B: 1, T: 1024}`. */
export type Sizes = Readonly<Record<string, number>>;

/** A size, an expression over symbols of the code, or `?`. */
export type Dimension = number | string;

/** The line of code that gives a symbol its value. */
export interface Origin {
  readonly symbol: string;
  /** 1-based. */
  readonly line: number;
  /** The line as it is written, without indentation and comment. */
  readonly code: string;
  /** The number that stands there, e.g. the default of a field. */
  readonly value?: number;
}

/** A program that stands still in a file: what its frame holds, by what one would write for it. */
export interface PausedFrame {
  /** Of the statement that comes next, 1-based. */
  readonly line: number;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
  readonly integers: Sizes;
}

/** What computing it takes, as expressions over symbols; 1 multiply-accumulate = 2 FLOPs. */
export interface HoverCost {
  readonly flops?: Dimension;
  /** Steps that wait for each other. */
  readonly steps?: Dimension;
  /** Attention weights of all heads that a call of attention makes. */
  readonly weights?: Dimension;
  /** Bytes of its keys and values. */
  readonly cache?: Dimension;
  /** Of the module. */
  readonly parameters?: Dimension;
  /** The same with one bias for each gate, where torch keeps two. */
  readonly oneBias?: Dimension;
  /** The class of the library's layer that is called. */
  readonly layer?: string;
}

/** Tensors of a checkpoint that an attribute of the code holds: alike ones of several blocks as one. */
export interface OwnedTensors {
  /** With `*` for the number of a block. */
  readonly name: string;
  /** The first of them in the checkpoint. */
  readonly first: string;
  readonly count: number;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The checkpoint, as it was called in `compare`. */
  readonly checkpoint: string;
}

/** A tensor in the panel of a checkpoint, as a table of its header has it. */
export interface CheckpointTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** What `load_state_dict` would say of a class and a checkpoint. */
export interface CodeComparison {
  readonly className: string;
  /** The code may have more tensors than were found in it. */
  readonly isOpen: boolean;
  readonly matched: number;
  /** Names of the code, each with its line (1-based) where this file sets it. */
  readonly missing: readonly { readonly name: string; readonly line?: number }[];
  /** Names of the checkpoint. */
  readonly unexpected: readonly string[];
  readonly different: readonly {
    readonly name: string;
    readonly line?: number;
    readonly code: readonly Dimension[];
    readonly checkpoint: readonly number[];
  }[];
}

/** A module: how many parameters it has. */
export interface ModuleHover {
  readonly tensors?: readonly OwnedTensors[];
  readonly start: number;
  readonly end: number;
  /** The word that names it. */
  readonly name?: string;
  /** Absent where only its tensors in a checkpoint are known. */
  readonly className?: string;
  readonly cost: HoverCost;
  readonly concrete?: { readonly parameters: number; readonly sizes: Sizes };
}

export interface TensorHover {
  /** Columns of the token, 0-based, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** The word that names it; absent on operators and brackets. */
  readonly name?: string;
  readonly dtype?: string;
  readonly shape: readonly Dimension[];
  readonly origins: readonly Origin[];
  readonly cost?: HoverCost;
  readonly tensors?: readonly OwnedTensors[];
  /** It is what the paused program holds; the code says nothing of it. */
  readonly isPaused?: true;
  /** With the sizes of the paused program and the chosen ones, where they say anything. */
  readonly concrete?: {
    readonly shape: readonly Dimension[];
    /** Of the values alone; absent while a size or the element type is open. */
    readonly bytes?: number;
    readonly flops?: number;
    readonly parameters?: number;
    /** Attention weights of all heads, and bytes of the keys and values. */
    readonly weights?: number;
    readonly cache?: number;
    /** Every number that went into it, by symbol. */
    readonly sizes: Sizes;
    /** Those of them that are of the paused program. */
    readonly paused?: readonly string[];
  };
}

/** A tensor of a tuple, a tuple inside it, or nothing where an item is no tensor or not known. */
export type HoverMember =
  | { readonly dtype?: string; readonly shape: readonly Dimension[] }
  | readonly HoverMember[]
  | undefined;

/** A tuple with tensors, as recurrent layers and layers of attention give it. */
export interface TupleHover extends Pick<
  TensorHover,
  'start' | 'end' | 'name' | 'origins' | 'cost' | 'tensors'
> {
  readonly members: readonly HoverMember[];
  readonly concrete?: Omit<NonNullable<TensorHover['concrete']>, 'shape'> & {
    readonly members: readonly HoverMember[];
  };
}

export type Hovered = TensorHover | TupleHover | ModuleHover;

export interface ShapeHint {
  /** 1-based. */
  readonly line: number;
  /** The column behind the assigned name. */
  readonly column: number;
  readonly dtype?: string;
  readonly shape: readonly Dimension[];
}

/** An operation that certainly fails: what it is given does not fit. */
export interface ShapeProblem {
  /** 1-based. */
  readonly line: number;
  /** Columns of the token. */
  readonly start: number;
  readonly end: number;
  /** `linear`: `right` is inputs and outputs of the layer; `reshape`: what is asked for. */
  readonly kind:
    'linear' | 'channels' | 'product' | 'reshape' | 'axes' | 'concatenate' | 'broadcast';
  readonly left: readonly Dimension[];
  readonly right: readonly Dimension[];
}

/** What a module or its `forward` costs, above its line. */
export interface ShapeLens {
  /** 1-based. */
  readonly line: number;
  readonly parameters?: Dimension;
  /** The first tensor of a checkpoint that the module holds. */
  readonly tensor?: OwnedTensors;
  readonly flops?: Dimension;
  /** Symbols in the order in which the code has them. */
  readonly order?: readonly string[];
}

export type ShapesMethods = {
  /** The text in an editor, which counts instead of the file; without `text` the file counts again. */
  edit(params: CodeFile & { readonly text?: string }): void;
  /** A file was changed, made or deleted on disk. */
  touch(params: CodeFile): void;
  /** Programs that stand still now, in the place of all that were told before. */
  pause(params: { readonly frames: readonly (CodeFile & PausedFrame)[] }): void;
  /** Analyses what is at a line (1-based) ahead of the next question. */
  prepare(params: CodeFile & { readonly line: number }): void;
  /** The tensor at a place (line 1-based, column 0-based); nothing where none is proven. */
  hover(
    params: CodeFile & { readonly line: number; readonly column: number; readonly sizes: Sizes },
  ): Hovered | undefined;
  /** Operations of the file that certainly fail. */
  problems(params: CodeFile): readonly ShapeProblem[];
  /** Costs of the modules of the file, as numbers where the sizes are chosen or have defaults. */
  lenses(params: CodeFile & { readonly sizes: Sizes }): readonly ShapeLens[];
  /**
   * Compares the classes of a file with the tensors of a checkpoint; nothing where no class has any of them. Hovers in
   * the folder name the tensors of the checkpoint from then on.
   */
  compare(
    params: CodeFile & {
      readonly checkpoint: string;
      readonly tensors: readonly CheckpointTensor[];
    },
  ): CodeComparison | undefined;
  /** A checkpoint is gone: nothing holds its tensors any more. */
  release(params: { readonly checkpoint: string }): void;
  /** Assigned tensors of the lines from `first` to `last`, both 1-based and included. */
  hints(params: CodeFile & { readonly first: number; readonly last: number }): readonly ShapeHint[];
};

export type ShapesNotes = {
  /** An error of a rule, for the log: a value is unknown that need not be. Each once. */
  fault: { readonly text: string };
};
