/** One piece of work after another: what shares buffers or a session must not overlap. */
export interface Queue {
  /** Runs when everything queued before has ended, however it ended. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The same for work that is no single promise: wait for `begin`, and call `end` in every case. */
  turn(): { readonly begin: Promise<void>; end(): void };
}

export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  const run: Queue['run'] = (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  return {
    run,
    turn() {
      let end = () => {};
      const ended = new Promise<void>((resolve) => (end = resolve));
      let started = () => {};
      const begin = new Promise<void>((resolve) => (started = resolve));
      void run(() => {
        started();
        return ended;
      });
      return { begin, end: () => end() };
    },
  };
}
