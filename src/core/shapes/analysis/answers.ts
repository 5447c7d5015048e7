/** What is told of a function that was looked at. */
import type { ClashKind } from '../clash';
import type { Owner } from '../owners';

export interface Answer {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 0-based, in UTF-16 units, at the hovered token. */
  readonly column: number;
  readonly dtype?: string;
  readonly shape: readonly (number | string)[];
  /** Values that its symbols have as defaults or at the calls in the workspace. */
  readonly seen?: Readonly<Record<string, number>>;
  /** What it takes to compute it, where that is known and anything. */
  readonly cost?: Cost;
}

/** FLOPs with 1 multiply-accumulate = 2, with everything that is called; the parameters of the module. */
export interface Cost {
  readonly flops?: number | string;
  /** Steps that wait for each other (recurrent layers). */
  readonly steps?: number | string;
  /** Attention weights of all heads that a call of attention makes. */
  readonly weights?: number | string;
  /** Bytes of its keys and values. */
  readonly cache?: number | string;
  readonly parameters?: number | string;
  /** The same with one bias for each gate of a recurrent layer, where torch keeps two. */
  readonly oneBias?: number | string;
  /** The class of the library's layer that is called. */
  readonly layer?: string;
}

/** An operation that certainly fails, at its token. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly kind: ClashKind;
  readonly left: readonly (number | string)[];
  readonly right: readonly (number | string)[];
}

export interface ModuleState {
  readonly tensors: readonly {
    /** `*` is any of a list of blocks. */
    readonly name: string;
    readonly shape?: readonly (number | string)[];
    /** The first name of the same tensor. */
    readonly sharedWith?: string;
    /** The program decides whether there is one. */
    readonly isOptional?: boolean;
    /** The attributes that hold it, from the outermost module inwards. */
    readonly owners: readonly Owner[];
  }[];
  /** There may be more. */
  readonly isOpen: boolean;
}

/** A tensor of a tuple, a tuple inside it, or nothing where an item is no tensor. */
export type Member =
  | { readonly dtype?: string; readonly shape: readonly (number | string)[] }
  | readonly Member[]
  | undefined;

/** A tuple with tensors, as a layer gives it. */
export interface TupleAnswer {
  readonly line: number;
  readonly column: number;
  readonly members: readonly Member[];
  readonly cost?: Cost;
  readonly seen?: Readonly<Record<string, number>>;
}

/** A module that a name, an attribute or a call gives. */
export interface ModuleAnswer {
  readonly line: number;
  readonly column: number;
  readonly className: string;
  readonly cost: Cost;
  readonly seen?: Readonly<Record<string, number>>;
}

export interface Look {
  /** Lines are relative to the first row of the definition, 1-based there. */
  readonly answers: readonly Answer[];
  readonly modules: readonly ModuleAnswer[];
  readonly tuples: readonly TupleAnswer[];
  /** The tensors in the `state_dict()` of the module whose `forward` it is. */
  readonly state?: ModuleState;
  /** Of one run of the function, and of the module that it belongs to. */
  readonly total: Cost & Pick<Answer, 'seen'>;
  /** What certainly does not fit; lines as those of the answers. */
  readonly problems: readonly Problem[];
  /** Sizes in the words of the function, with the values that a paused program has for them. */
  readonly actual?: readonly (readonly [size: number | string, value: number])[];
  /** What the function does to others: its result, what it leaves in its object, the calls it makes. */
  readonly effect: string;
}
