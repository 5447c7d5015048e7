/** What a model family says about one checkpoint: enough for the engine to run any of them the same way. */
import type { GraphBuilder, Value } from '../graph/graph';
import type { InputSpec, OptionSpec } from '../memory/memory';

/** Tensors of a checkpoint as `recognise` sees them. */
export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}
export type Tensors = ReadonlyMap<string, TensorShape>;

/** The `config.json` beside the weights, or the arguments saved with them. */
export type Config = Readonly<Record<string, unknown>>;

/** What a graph is fed: tensors of the checkpoint and numbers, by the graph's own names. */
export interface Parameters {
  readonly weights: Readonly<Record<string, TensorShape>>;
  /** One number, or a row of them. */
  readonly numbers: Readonly<Record<string, number | readonly number[]>>;
}

/** Edges of the parameters by name; undefined for a weight that this checkpoint does not have. */
export interface ParameterValues {
  (name: string): Value;
  optional(name: string): Value | undefined;
}

/** What later tokens need of earlier ones in a block, [key heads, tokens, size] each. */
export interface Past {
  readonly key: Value;
  readonly value: Value;
}

/** The weightings of a block, by the names that they have in a trace: `attention.{access}.{layer}`. */
export type Access = 'self' | 'encoder' | 'decoder' | 'cross';

export interface BlockGiven {
  /** State before the block, [places, width]. */
  readonly hidden: Value;
  /** Restricts one of the weightings to some heads, [n] int64. */
  readonly chosen?: { readonly access: Access; readonly heads: Value } | undefined;
  /** With it, `hidden` is of the one token that follows. */
  readonly past?: Past | undefined;
  /** What the stack before handed over, [source places, width]. */
  readonly memory?: Value | undefined;
  /** What each head's reading is multiplied by, [heads, 1, 1]: 0 for one that is ablated (Michel et al. 2019, section 2.2). */
  readonly gates?: ReadonlyMap<Access, Value>;
}

export interface BlockValues {
  /** [heads, queries, keys] each, row = query. */
  readonly weightings: ReadonlyMap<Access, Value>;
  /** Of all tokens so far. */
  readonly past: Past;
  /** State after the block, [places, width]. */
  readonly hidden: Value;
}

/** Equations before or after the blocks, with their weights: [n, from] → [m, to]. */
export interface Stage {
  readonly parameters: Parameters;
  readonly from: number;
  readonly to: number;
  apply(g: GraphBuilder, x: Value, w: ParameterValues): Value;
}

/** A table whose rows are added up to the first hidden state, [rows, width]. */
export interface EmbeddingTable {
  /** By its name, or row by row where no checkpoint has it. */
  readonly tensor: string | ((row: number) => Float32Array);
  /** Which row: the token's id, its place counted from `offset`, the segment that it is of, or the first for all. */
  readonly by: 'token' | 'position' | 'segment' | 'all';
  readonly offset: number;
  /** What its rows are multiplied by. */
  readonly scale?: number;
}

/** An image as a vision model takes it: colours by channel, cut into square patches. */
export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly patch: number;
  /** Places before the patches: the class token. */
  readonly before: readonly string[];
}

/** What the first hidden state is made from, and what is done to it. */
export type Embedding =
  | { readonly kind: 'tokens'; readonly tables: readonly EmbeddingTable[]; readonly stage?: Stage }
  /** The stage takes flattened patches, [patches, channels · patch · patch]. */
  | { readonly kind: 'image'; readonly image: ImageShape; readonly stage: Stage };

/** Equal blocks over one sequence of places. */
export interface Stack {
  /** Weightings of a block: the first is over the stack's own places, `cross` over those of the stack before. */
  readonly accesses: readonly Access[];
  /** Whether a place sees only those before it and itself. */
  readonly causal: boolean;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values; each serves heads / keyHeads queries (Ainslie et al. 2023). */
  readonly keyHeads: number;
  readonly width: number;
  /** Longest input in places. */
  readonly context: number;
  readonly embedding: Embedding;
  layer(index: number): Parameters;
  /** The equations of a block. */
  block(g: GraphBuilder, w: ParameterValues, given: BlockGiven): BlockValues;
  /** What the last hidden state goes through before it is used. */
  readonly finish?: Stage;
}

/** From finished hidden states to logits. */
export interface Output {
  /** Logits are of every place, or of one. */
  readonly of: 'places' | 'first' | 'last';
  /** What they are about: the next token, the token of a masked place, or a label. */
  readonly predicts: 'next' | 'masked' | 'label';
  readonly stage?: Stage;
  /** Projection [size, width of the stage]. */
  readonly tensor: string;
  readonly bias?: string | undefined;
  readonly size: number;
  /** Logits are kept within ± this by tanh (Gemma 2, section 2). */
  readonly cap?: number | undefined;
  /** Names of the labels, where it is no vocabulary. */
  readonly labels?: readonly string[];
}

/** How a model takes its input, for what asks a person for it. */
export type Takes =
  | {
      readonly kind: 'tokens';
      /** Two texts, one after the other. */
      readonly pair?: true;
      /** A second text, which the decoder is given. */
      readonly target?: true;
    }
  | { readonly kind: 'image'; readonly image: ImageShape };

/** One stack of blocks, or an encoder that hands over to a decoder. */
export interface Architecture {
  readonly family: string;
  readonly sentence: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly vocabulary: number;
  readonly stacks: readonly Stack[];
  readonly takes: Takes;
  /** Undefined for a model without a head. */
  readonly output?: Output;
  /** What a decoder is given before the first token of its text. */
  readonly start?: number | undefined;
}

/** What the tensor names and shapes say the model is, and whether we can run it. */
export type Recognition =
  | {
      readonly kind: 'runnable';
      readonly family: string;
      readonly sentence: string;
      readonly facts: readonly (readonly [name: string, value: string])[];
      /** Longest input in tokens. */
      readonly context: number;
      readonly vocabulary: number;
      readonly takes: Takes;
      /** What its logits are about; undefined without a head. */
      readonly predicts?: Output['predicts'];
    }
  /** Runs over named arrays instead of tokens: memory networks, associative memories, recurrent cells. */
  | {
      readonly kind: 'arrays';
      readonly family: string;
      readonly sentence: string;
      readonly facts: readonly (readonly [name: string, value: string])[];
      readonly inputs: readonly InputSpec[];
      readonly options: readonly OptionSpec[];
    }
  /** Known in part: what was recognised, and what is missing or does not fit. */
  | { readonly kind: 'incomplete'; readonly family: string; readonly problems: readonly string[] }
  | { readonly kind: 'unknown' };

/** A family's answer for a checkpoint whose names look like its own. */
export type Match =
  | { readonly kind: 'runnable'; readonly architecture: Architecture }
  | Extract<Recognition, { kind: 'incomplete' }>;

export interface Family {
  readonly name: string;
  /** Undefined when the names are not this family's. */
  recognise(tensors: Tensors, config: Config | undefined): Match | undefined;
}
