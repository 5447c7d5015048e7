/** Keys and values of the tokens so far, by layer. Each run writes over those of the run before the last. */
import type { Feed } from './runtime';

export interface Past {
  /** What a graph is fed of the tokens before; nothing for the first ones. */
  feeds(layer: number): Readonly<Record<string, Feed>>;
  /** Where a run writes `key` and `value` of `length` tokens; the first run makes its own arrays. */
  into(layer: number, length: number): Readonly<Record<string, Feed>>;
  /** The run has written, [key heads, length, size] each. */
  keep(layer: number, key: Float32Array, value: Float32Array, length: number): void;
}

/** Tokens that a new array has room for beyond those that it is asked for. */
const spare = 128;

export function createPast(heads: number): Past {
  const kept = new Map<number, { readonly key: Feed; readonly value: Feed }>();
  const arrays = new Map<string, Float32Array>();
  const room = (name: string, layer: number, length: number, size: number): Feed => {
    const place = `${name} ${layer} ${length % 2}`;
    const count = heads * length * size;
    let array = arrays.get(place);
    if (!array || array.length < count) {
      array = new Float32Array(count + heads * spare * size);
      arrays.set(place, array);
    }
    return { data: array.subarray(0, count), shape: [heads, length, size] };
  };
  return {
    feeds(layer) {
      const before = kept.get(layer);
      return before ? { pastKey: before.key, pastValue: before.value } : {};
    },
    into(layer, length): Readonly<Record<string, Feed>> {
      const before = kept.get(layer);
      if (!before) return {};
      const sizeOf = ({ shape }: Feed) => shape[2]!;
      return {
        key: room('key', layer, length, sizeOf(before.key)),
        value: room('value', layer, length, sizeOf(before.value)),
      };
    },
    keep(layer, key, value, length) {
      const feed = (data: Float32Array): Feed => ({
        data,
        shape: [heads, length, data.length / heads / length],
      });
      kept.set(layer, { key: feed(key), value: feed(value) });
    },
  };
}
