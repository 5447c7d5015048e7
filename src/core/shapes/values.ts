/** The one value domain of the interpreter; libraries add rules, not values. */
import type { ClassDef, FunctionDef } from './ast';
import type { Machine } from './machine';
import type { Poly } from './poly';

/** Leading and trailing dimensions around a part of unknown rank; `head` null: the rank is known. */
export interface Shape {
  readonly front: readonly Poly[];
  readonly head: number | null;
  readonly tail: readonly Poly[];
}

export interface Tensor {
  readonly k: 'tensor';
  readonly shape: Shape;
  /** A name, or the number of an element type that later use may show. */
  readonly dtype: string | number;
  /** The rule table that its methods come from. */
  readonly library: string;
  /** The integers in it, when they are known (`tf.shape(x)`): one, a sequence of them, or a shape. */
  readonly holds?: Value;
  /** What it is to the module that holds it; what is made from it is neither. */
  readonly role?: 'parameter' | 'buffer';
  /** A matrix product, or a sum of such: what is added to it has no more axes. */
  readonly product?: true;
  /** Its rows end at lengths of their own: what they cost is not what their shape says. */
  readonly isPacked?: true;
  /** The array of unknown rank that this one is with its axes turned over (`x.T`). */
  readonly turned?: Tensor;
}

export interface Native {
  readonly k: 'native';
  readonly name: string;
  readonly call: (m: Machine, args: Args) => Value;
  /** As a decorator it makes another function (`jax.vmap`), where most leave theirs as it is. */
  readonly decorates?: true;
  /** The function that such a decorator was put on. */
  readonly inner?: Func;
}

/** Arguments of a call, evaluated; `rest` is an item of a `*args` or `**kwargs` of unknown length. */
export interface Args {
  readonly positional: readonly Value[];
  readonly keyword: ReadonlyMap<string, Value>;
  readonly rest?: Value;
}

export interface Func {
  readonly k: 'function';
  readonly def: FunctionDef;
  readonly env: Env;
  readonly defaults: ReadonlyMap<string, Value>;
  /** Class whose body holds it. */
  readonly owner?: Class;
}

/** What a library says of one of its classes. */
export interface LibraryClass {
  readonly init?: (m: Machine, self: Obj, args: Args) => void;
  /** What the class gives instead of an object of its own. */
  readonly make?: (m: Machine, args: Args) => Value;
  /** Classes that derive from it give that too. */
  readonly makesDerived?: true;
  readonly call?: (m: Machine, self: Obj, args: Args) => Value;
  readonly attribute?: (m: Machine, self: Obj, name: string) => Value | undefined;
  readonly methods?: Readonly<Record<string, (m: Machine, self: Obj, args: Args) => Value>>;
  /** What an annotation with the class says of a value that is less known. */
  readonly claimed?: (m: Machine, v: Value, name?: string) => Value | undefined;
  /** The constructor of a derived class takes its annotated fields. */
  readonly fields?: true;
  /** What the library calls methods of derived classes with, after the instance. */
  readonly expects?: Readonly<Record<string, (m: Machine) => readonly Value[]>>;
  /** Items, when an instance is iterated or indexed. */
  readonly iterate?: (m: Machine, self: Obj) => Value | undefined;
}

export interface Class {
  readonly k: 'class';
  readonly name: string;
  readonly bases: readonly Value[];
  readonly members: Map<string, Value>;
  readonly def?: ClassDef;
  readonly library?: LibraryClass;
  readonly env?: Env;
  /** Fields in order, when a decorator or base makes the constructor from annotations. */
  readonly fields?: readonly { readonly name: string; readonly default?: Value }[];
}

export interface Obj {
  readonly k: 'object';
  readonly id: number;
  readonly cls: Class;
  readonly attributes: Map<string, Value>;
  /** What the constructor was called with, by parameter. */
  readonly made?: Args;
  /** The object itself, where this is what `super()` gives of it. */
  readonly whole?: Obj;
}

export interface Any {
  readonly k: 'any';
  readonly id: number;
  readonly name?: string;
  /** Given to a constructor or out of an unknown dict: rather a weight than data. */
  readonly stored?: true;
  /** Gets what an import or a definition of another file gives, when it is first needed. */
  readonly later?: () => Value | undefined;
}

export type Value =
  | Tensor
  | Native
  | Func
  | Class
  | Obj
  | { readonly k: 'int'; readonly value: Poly }
  /** A float; `ratio` while it is a quotient of two integers. */
  | { readonly k: 'float'; readonly value?: number; readonly ratio?: readonly [Poly, Poly] }
  | { readonly k: 'bool'; readonly value?: boolean }
  | { readonly k: 'string'; readonly value?: string }
  | { readonly k: 'none' }
  | { readonly k: 'ellipsis' }
  /** `x.shape` of a tensor of unknown rank; a tuple once the rank is known. */
  | { readonly k: 'shape'; readonly shape: Shape }
  | { readonly k: 'slice'; readonly parts: readonly (Value | undefined)[] }
  | { readonly k: 'dtype'; readonly name: string }
  | { readonly k: 'sequence'; readonly type: 'tuple' | 'list'; readonly items: readonly Value[] }
  /** Any number of one kind of item. */
  | { readonly k: 'many'; readonly item: Value; readonly length?: Poly }
  | {
      readonly k: 'dict';
      readonly entries: Map<string, Value>;
      readonly other?: Value;
      /** A dict by what is asked of it: it has an entry for every word. */
      readonly owner?: string;
    }
  | { readonly k: 'method'; readonly self: Value; readonly fn: Func }
  | { readonly k: 'module'; readonly path: string }
  | { readonly k: 'union'; readonly options: readonly Value[] }
  /** Not known yet: what its first use requires it to be. */
  | Any
  | { readonly k: 'unknown' };

export interface Env {
  readonly variables: Map<string, Value>;
  readonly parent?: Env;
  /** Module path of the file, for relative imports and globals. */
  readonly module: string;
}

export const unknown: Value = { k: 'unknown' };
export const none: Value = { k: 'none' };
export const int = (value: Poly): Value => ({ k: 'int', value });
export const bool = (value?: boolean): Value =>
  value === undefined ? { k: 'bool' } : { k: 'bool', value };
export const string = (value?: string): Value =>
  value === undefined ? { k: 'string' } : { k: 'string', value };
export const tuple = (items: readonly Value[]): Value => ({ k: 'sequence', type: 'tuple', items });
export const list = (items: readonly Value[]): Value => ({ k: 'sequence', type: 'list', items });
export const native = (name: string, call: Native['call']): Native => ({ k: 'native', name, call });
export const ranked = (dims: readonly Poly[]): Shape => ({ front: dims, head: null, tail: [] });

/** The argument at a place or of a name. */
export const argument = (args: Args, index: number, name: string): Value | undefined =>
  args.keyword.get(name) ?? args.positional[index];
export const without = (args: Args, count: number): Args => ({
  ...args,
  positional: args.positional.slice(count),
});
export const positional = (...values: Value[]): Args => ({
  positional: values,
  keyword: new Map(),
});
