/** Values that take long to make, made once when somebody looks: in steps, so that whoever waits can breathe and stop. */

export interface MadeLater<T> {
  /** Does what is left to do, a step at a time; stopping in between loses nothing. */
  prepare(): Generator<void, void, void>;
  /** The values, made at once if nobody has prepared them. */
  get(): T;
}

export function madeLater<T>(make: () => Generator<void, T, void>): MadeLater<T> {
  let work: Generator<void, T, void> | undefined;
  let made: { readonly value: T } | undefined;
  function* prepare(): Generator<void, void, void> {
    work ??= make();
    while (!made) {
      const next = work.next();
      if (next.done) made = { value: next.value };
      else yield;
    }
  }
  return {
    prepare,
    get() {
      const steps = prepare();
      while (!steps.next().done);
      return made!.value;
    },
  };
}
