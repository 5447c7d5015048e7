/** What a rule table tells the interpreter; it knows no library by name. */
import type { Machine } from './machine';
import type { Args, Class, Tensor, Value } from './values';

export type Rule = (m: Machine, args: Args) => Value;

/** In what libraries with the same operations differ. */
export interface Dialect {
  readonly library: string;
  /** Element type of what is made without saying one. */
  readonly float: 'float32' | 'float64';
  /** Whether a call site's kind of float says nothing of other calls (no layer fixes it). */
  readonly anyFloat: boolean;
  /** `x += y` makes a new array and binds the name to it; elsewhere x keeps its shape and element type. */
  readonly rebinds?: true;
  /** An item of an array is an array also where its value is known. */
  readonly tensorsOnly?: true;
  /** In an operator with an array of another library, the result is one of that. */
  readonly yields?: true;
  readonly promote: (m: Machine, left: Value, right: Value, divides?: boolean) => string | number;
}
/** Runs a rule as one of the given library. */
export function inDialect<T>(m: Machine, dialect: Dialect, run: () => T): T {
  const before = m.dialect;
  m.dialect = dialect;
  try {
    return run();
  } finally {
    m.dialect = before;
  }
}

export interface Table {
  readonly dialect: Dialect;
  /** First word of its import path → its own word (`jax.numpy` → `jax`). */
  readonly packages: readonly string[];
  /** Value of a full dotted path such as `torch.nn.functional.relu`. */
  readonly lookup: (path: string) => Value | undefined;
  /** Attribute or method of a tensor. */
  readonly attribute?: (m: Machine, t: Tensor, name: string) => Value | undefined;
  /** True where a value with such an attribute can only be a tensor. */
  readonly isTensorAttribute?: (name: string) => boolean;
  readonly binary?: (m: Machine, op: string, left: Value, right: Value) => Value | undefined;
  readonly unary?: (m: Machine, op: string, t: Tensor) => Value;
}

/** What a language has without an import. */
export interface Runtime {
  readonly builtin: (name: string) => Value | undefined;
  /** A property or method of a value that the language itself has (a list, a string, a number). */
  readonly member: (m: Machine, v: Value, name: string) => Value | undefined;
  /** What a value must be that is not known yet, from a property that it has. */
  readonly assume?: (m: Machine, v: Value, name: string) => Value | undefined;
  /** Told of what something unknown is called with. */
  readonly escaped?: (m: Machine, args: Args) => void;
  /** Value of a dotted path in its standard library, and the packages of that. */
  readonly lookup: (path: string) => Value | undefined;
  readonly packages: readonly string[];
  /** A comparison with what is not known gives a truth or an array of them. */
  readonly comparesArrays?: true;
  /** A quotient that is used as a size has no remainder. */
  readonly dividesExactly?: true;
}

export interface Library {
  /** Table of tensors that nothing says more about. */
  default: string;
  readonly tables: ReadonlyMap<string, Table>;
  lookup(path: string): Value | undefined;
  /** What a table says of a name, also where the workspace has the code of that library. */
  described(path: string): Value | undefined;
  /** True for a package that some table describes, so that an unknown name in it is not a workspace file. */
  owns(path: string): boolean;
}

export type { Class };
