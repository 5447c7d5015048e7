/**
 * The helper inside a JavaScript program: `globalThis.__mnemo`, the counterpart of the Python files. Its functions go
 * there as text, and so use nothing from outside of themselves.
 */
import type { HelperFolder } from '../helperFolder';
import { createEvents, type Events } from './events';
import { createHooks, type Hooks } from './hooks';
import { createRecording, type Recording } from './recording';
import { createScripts, type Scripts } from './scripts';
import { createSlices, type Cut, type Slices, type Values } from './slices';

type Thunk = readonly [name: string, read: () => unknown];
type Unknowns = Record<string, unknown>;

/**
 * An expression that puts the helper in place, once, and has it wait for `conditions`; what is left at the program's end goes
 * into `folder`. To js-debug, scripts of this ending have no source to show.
 */
export function helperText(
  conditions: readonly object[] = [],
  folder?: Pick<HelperFolder, 'path' | 'mark'>,
): string {
  const [slices, events, scripts, recording, hooks, install] = [
    createSlices,
    createEvents,
    createScripts,
    createRecording,
    createHooks,
    installHelper,
  ].map(String);
  const text = `(() => {
    if (!globalThis.__mnemo) {
      const slices = (${slices})();
      const events = (${events})();
      const scripts = (${scripts})();
      const recording = (${recording})(slices, events, scripts);
      const hooks = (${hooks})(slices, recording, events);
      (${install})(slices, events, scripts, recording, hooks, ${JSON.stringify(folder ?? null)});
    }
    globalThis.__mnemo.watch(${JSON.stringify(conditions)});
  })()
//# sourceURL=mnemoscope.cdp`;
  return `(0, eval)(${JSON.stringify(text)})`;
}

/** Nothing of the person's is called but `dataSync` of tensors of TensorFlow.js. */
function installHelper(
  { statistics, thumbnail, answerOf }: Slices,
  events: Events,
  scripts: Scripts,
  { lookAt, valuesOf, encode, kept, record, drain, leave, attempt, quietly }: Recording,
  { hookMemory, noteEnergy, uninstall }: Hooks,
  folder: Pick<HelperFolder, 'path' | 'mark'> | null,
): void {
  const lastSeen = new Map<string, string>();
  const counts: Record<string, number> = {};
  /** As a person names it in a probe: `E`, `this.energy`, `energy(W, state)`. */
  const energyName = /^([\w$.]+\.)?(E|_?\w*[eE]nergy)(\(.*\))?$/;
  let unasked = 0;

  type Looked = NonNullable<ReturnType<Recording['lookAt']>>;
  const describe = (name: string, values: Looked, where: string): Unknowns => {
    const { library, dtype, shape } = values;
    if ('note' in values) return { name, ...values, device: 'cpu' };
    const found = statistics(values.data);
    const [low, high] = [found['min'], found['max']] as (number | undefined)[];
    const picture =
      low !== undefined && high !== undefined ? thumbnail(values, low, high) : undefined;
    const mark = JSON.stringify([shape, found]);
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
    const all = Object.entries(Object.getOwnPropertyDescriptors(value)).slice(0, 64);
    for (const [key, { value: inner }] of all) {
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
      hookMemory(value);
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
      if (Array.isArray(value) || ArrayBuffer.isView(value) || Object.hasOwn(value, 'dataId'))
        return;
      const all = Object.entries(Object.getOwnPropertyDescriptors(value)).slice(0, 64);
      for (const [key, { value: inner }] of all) {
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

  const helper = {
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
    /** Whether the breakpoint that asks is to stop after all: for a memory event. */
    probe(identity: string, values: Readonly<Record<string, unknown>>): boolean {
      counts[identity] = (counts[identity] ?? 0) + 1;
      attempt(() => {
        const entries = Object.entries(values);
        for (const [name, value] of entries) {
          if (energyName.test(name)) noteEnergy(name, [], value);
        }
        const plain = entries.filter(([, value]) => /^(number|boolean)$/.test(typeof value));
        const arrays = entries.map(([key, value]) => [key, kept(value)] as const);
        const facts = { values: Object.fromEntries(plain) };
        record('probe', identity, Object.fromEntries(arrays), facts);
      });
      return events.isDue();
    },
    watch: events.watch,
    /** Told by `scripts.ts`: an object that is being made, or its class. */
    see(number: number, read: () => unknown): void {
      scripts.seen(number);
      attempt(() => hookMemory(read(), true));
    },
    /** The debugger is there. Unasked for a while, the helper goes: nobody says when a debugger detaches. */
    stay(): void {
      unasked = 0;
    },
    /** What the debugger's hover unfolds. */
    hover(value: unknown): unknown {
      const values = valuesOf(value);
      if (!values) return value;
      const { library, dtype, shape } = values;
      return { dtype, shape: shape.join(' × '), ...statistics(values.data), library, value };
    },
    hits: () => encode(counts),
    drain,
    uninstall(): void {
      clearInterval(patience);
      process.off('exit', left);
      scripts.stop();
      uninstall();
      delete (globalThis as unknown as Unknowns)['__mnemo'];
    },
  };
  // Ticks, not time: neither a stop nor a computer that slept is a debugger that has gone.
  const patience = setInterval(() => {
    if (++unasked > 8) helper.uninstall();
  }, 1000);
  patience.unref();
  const left = (): void => attempt(() => folder && leave(folder.path, folder.mark));
  process.on('exit', left);
  Object.defineProperty(globalThis, '__mnemo', { value: helper, configurable: true });
  attempt(scripts.start);
}
