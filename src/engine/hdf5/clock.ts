/** Time that runs out, and can be held. */
export interface Clock {
  hold(): void;
  go(): void;
}

/** Starts at once; calls `runOut` after `limit` milliseconds in which it was not held. */
export function createClock(limit: number, runOut: () => void): Clock {
  let left = limit;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  const hold = (): void => {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    left -= performance.now() - since;
  };
  const go = (): void => {
    since = performance.now();
    timer = setTimeout(
      () => {
        // What has come while this thread was busy is heard first.
        setImmediate(() => timer && runOut());
      },
      Math.max(0, left),
    );
  };
  go();
  return { hold, go };
}
