/** What a frame of a JavaScript program holds: the counterpart of `frame.py`. */
import type { Gates } from './gates';
import type { Hooks } from './hooks';
import type { Recording } from './recording';
import type { Cut, Slices, Values } from './slices';

export type Thunk = readonly [name: string, read: () => unknown];
type Unknowns = Record<string, unknown>;

export type Frames = ReturnType<typeof createFrames>;

/**
 * The text of the function is evaluated in the program: it uses nothing from outside of itself. Nothing of the person's is
 * called but `dataSync` of tensors of TensorFlow.js.
 */
export function createFrames(
  { statistics, digest, thumbnail, answerOf }: Slices,
  { isProxy, ownOf, lookAt, encode, quietly }: Recording,
  { hookMemory }: Hooks,
  { hookCells }: Gates,
) {
  const lastSeen = new Map<string, string>();

  type Looked = NonNullable<ReturnType<Recording['lookAt']>>;
  const describe = (name: string, values: Looked, where: string): Unknowns => {
    const { library, dtype, shape } = values;
    if ('note' in values) return { name, ...values, device: 'cpu' };
    const found = statistics(values.data);
    const [low, high] = [found['min'], found['max']] as (number | undefined)[];
    const picture =
      low !== undefined && high !== undefined ? thumbnail(values, low, high) : undefined;
    const mark = JSON.stringify([shape, found, digest(values.data)]);
    const key = `${where} ${name}`;
    const before = lastSeen.get(key);
    const change = before === undefined ? 'new' : before === mark ? 'same' : 'changed';
    lastSeen.set(key, mark);
    return {
      name,
      library,
      dtype,
      shape,
      device: 'cpu',
      ...found,
      ...(picture && { thumbnail: picture }),
      change,
    };
  };

  /** What a name holds, and what arrays and plain objects hold one level down; getters are not run. */
  const inside = function* (name: string, value: unknown): Generator<readonly [string, unknown]> {
    yield [name, value];
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    if (Object.hasOwn(value, 'dataId')) return;
    for (const [key, inner] of ownOf(value)) {
      if (Array.isArray(value) ? !/^\d+$/.test(key) : !/^[\w$]+$/.test(key)) continue;
      yield [Array.isArray(value) ? `${name}[${key}]` : `${name}.${key}`, inner];
    }
  };

  const arraysOf = function* (thunks: readonly Thunk[]): Generator<readonly [string, Looked]> {
    let listed = 0;
    for (const [name, read] of thunks) {
      let value: unknown;
      try {
        value = read();
      } catch {
        continue; // Not initialised yet.
      }
      if (isProxy(value)) continue;
      hookMemory(value);
      hookCells(value);
      for (const [path, inner] of inside(name, value)) {
        const values = lookAt(inner);
        if (values && listed++ < 400) yield [path, values];
      }
    }
  };

  /** Whole numbers by what one would write for them: names, what objects own, and what their configurations own. */
  const integersOf = (thunks: readonly Thunk[]): Readonly<Record<string, number>> => {
    const found: Record<string, number> = {};
    let listed = 0;
    const visit = (path: string, value: unknown, depth: number): void => {
      if (Number.isSafeInteger(value)) {
        if (listed++ < 200) found[path] = value as number;
        return;
      }
      if (depth === 0 || typeof value !== 'object' || value === null || listed > 200) return;
      if (isProxy(value)) return;
      if (Array.isArray(value) || ArrayBuffer.isView(value) || Object.hasOwn(value, 'dataId'))
        return;
      for (const [key, inner] of ownOf(value)) {
        if (!/^[\w$]+$/.test(key)) continue;
        visit(
          `${path}.${key}`,
          inner,
          /^(config|cfg|args|hparams|params|options)$/.test(key) ? depth - 1 : 0,
        );
      }
    };
    for (const [name, read] of thunks) {
      try {
        visit(name, read(), 2);
      } catch {
        continue; // Not initialised yet.
      }
    }
    return found;
  };

  const findValues = (path: string, thunks: readonly Thunk[]): Values => {
    for (const [name, values] of arraysOf(thunks)) {
      if (name === path && 'data' in values) return values;
    }
    throw new Error(`there is no array ${path} here`);
  };

  const pinnedOf = ([name, read]: Thunk, where: string): Unknowns => {
    const nothing = { name, library: '', dtype: '', shape: [], device: '', pinned: true };
    try {
      const value = read();
      const values = lookAt(value);
      if (values) return { ...describe(name, values, where), pinned: true };
      return { ...nothing, note: `no array: ${typeof value}` };
    } catch (error) {
      return { ...nothing, note: String(error).split('\n')[0]?.slice(0, 200) };
    }
  };

  return {
    frame: (thunks: readonly Thunk[], where: string, pins: readonly Thunk[]): string =>
      quietly(() => {
        const started = performance.now();
        const tensors = pins.map((pin) => pinnedOf(pin, where));
        const pinned = new Set(pins.map(([name]) => name));
        for (const [name, values] of arraysOf(thunks)) {
          if (!pinned.has(name)) tensors.push(describe(name, values, where));
        }
        const integers = integersOf(thunks);
        return encode({ tensors, integers, milliseconds: performance.now() - started });
      }),
    answer: (
      thunks: readonly Thunk[],
      path: string,
      question: string,
      slice: Cut | null,
      more: Record<string, number>,
    ): string =>
      quietly(() => encode(answerOf(question, findValues(path, thunks), slice, more ?? {}))),
  };
}
