/** A value that arrives; a rejection that nobody waits for is no error. */
export interface Later<T> {
  readonly value: Promise<T>;
  resolve(value: T): void;
  reject(reason: Error): void;
}

export function later<T>(): Later<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const value = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  value.catch(() => undefined);
  return { value, resolve, reject };
}
