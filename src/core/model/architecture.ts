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

/** What one layer's graph is fed: tensors of the checkpoint and numbers, by the graph's own names. */
export interface Parameters {
  readonly weights: Readonly<Record<string, TensorShape>>;
  readonly scalars: Readonly<Record<string, number>>;
}

/** Edges of the parameters by name; undefined for a weight that this checkpoint does not have. */
export interface ParameterValues {
  (name: string): Value;
  optional(name: string): Value | undefined;
}

/** What later tokens need of earlier ones in a block, [heads, tokens, size] each. */
export interface Past {
  readonly key: Value;
  readonly value: Value;
}

export interface BlockValues {
  /** [heads, queries, keys], row = query. */
  readonly weighting: Value;
  /** Of all tokens so far. */
  readonly past: Past;
  /** Hidden state after the block, [tokens, width]. */
  readonly hidden: Value;
}

/** A table whose rows are added up to the first hidden state, [places, width]. */
export interface EmbeddingTable {
  readonly tensor: string;
  /** Which row: the token's id, or its place counted from `offset`. */
  readonly by: 'token' | 'position';
  readonly offset: number;
}

/** A causal or bidirectional stack of equal blocks over one sequence of tokens. */
export interface Architecture {
  readonly family: string;
  readonly sentence: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly context: number;
  readonly vocabulary: number;
  readonly embedding: readonly EmbeddingTable[];
  layer(index: number): Parameters;
  /**
   * The equations of a block. `heads` ([n], int64) restricts the weighting to those heads. With a `past`, `hidden` is of
   * the one token that follows.
   */
  block(
    g: GraphBuilder,
    hidden: Value,
    w: ParameterValues,
    heads?: Value,
    past?: Past,
  ): BlockValues;
  /** What the last hidden state goes through before the output projection. */
  readonly final: Parameters;
  finish(g: GraphBuilder, hidden: Value, w: ParameterValues): Value;
  /** Output projection [vocabulary, width]; undefined for a model without one. */
  readonly output?: { readonly tensor: string; readonly bias?: string };
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
