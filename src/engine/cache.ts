/** Values that can be had again at a price, the least recently used dropped beyond a budget of bytes. */

export interface Cache<T> {
  /** The value of `key`, made when it is not there. Two callers at once share one making. */
  get(key: string, make: () => Promise<T>): Promise<T>;
  /** Drops everything; values being made are handed to their callers and forgotten. */
  clear(): void;
}

/** `size` is asked at every use, since a value may grow. The newest value stays even when it alone is over budget. */
export function createCache<T>(budget: number, size: (value: T) => number): Cache<T> {
  const made = new Map<string, T>();
  const making = new Map<string, Promise<T>>();
  const keep = (key: string, value: T): T => {
    made.delete(key);
    made.set(key, value);
    let total = 0;
    for (const held of made.values()) total += size(held);
    for (const [oldest, held] of made) {
      if (total <= budget || oldest === key) break;
      total -= size(held);
      made.delete(oldest);
    }
    return value;
  };
  return {
    async get(key, make) {
      const known = made.get(key);
      if (known !== undefined) return keep(key, known);
      const underWay = making.get(key);
      if (underWay) return underWay;
      const started = make();
      making.set(key, started);
      try {
        const value = await started;
        return making.get(key) === started ? keep(key, value) : value;
      } finally {
        if (making.get(key) === started) making.delete(key);
      }
    },
    clear() {
      made.clear();
      making.clear();
    },
  };
}
