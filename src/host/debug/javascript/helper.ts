/**
 * The helper inside a JavaScript program: `globalThis.__mnemo`, the counterpart of the Python files. Its functions go
 * there as text, and so use nothing from outside of themselves.
 */
import type { HelperFolder } from '../helperFolder';
import { createDrain, type Draining } from './drain';
import { createEvents, type Events } from './events';
import { createFiles, type Files } from './files';
import { createFrames, type Frames } from './frame';
import { createGates, type Gates } from './gates';
import { createHooks, type Hooks } from './hooks';
import { createProbes, type Probes } from './probes';
import { createRecording, type Recording } from './recording';
import { createScripts, type Scripts } from './scripts';
import { createSlices, type Slices } from './slices';
import { createWeights, type Weights } from './weights';

/**
 * An expression that puts the helper in place, once, and has it wait for `conditions`; what is left at the program's end goes
 * into `folder`. To js-debug, scripts of this ending have no source to show.
 */
export function helperText(
  conditions: readonly object[] = [],
  folder?: Pick<HelperFolder, 'path' | 'mark'>,
): string {
  const text = `(() => {
    if (!globalThis.__mnemo) {
      const slices = (${String(createSlices)})();
      const events = (${String(createEvents)})();
      const scripts = (${String(createScripts)})();
      const files = (${String(createFiles)})(slices, ${JSON.stringify(folder ?? null)});
      const recording = (${String(createRecording)})(slices, events, scripts);
      const draining = (${String(createDrain)})(recording, files);
      const hooks = (${String(createHooks)})(slices, recording, events);
      const gates = (${String(createGates)})(recording, hooks, events);
      const frames = (${String(createFrames)})(slices, recording, hooks, gates);
      const probes = (${String(createProbes)})(recording, hooks, events);
      const weights = (${String(createWeights)})(recording, draining, files);
      const own = { slices, events, scripts, files, recording, draining, hooks, gates, frames, probes, weights };
      (${String(installHelper)})(own);
    }
    globalThis.__mnemo.watch(${JSON.stringify(conditions)});
  })()
//# sourceURL=mnemoscope.cdp`;
  return `(0, eval)(${JSON.stringify(text)})`;
}

interface Own {
  readonly slices: Slices;
  readonly events: Events;
  readonly scripts: Scripts;
  readonly files: Files;
  readonly recording: Recording;
  readonly draining: Draining;
  readonly hooks: Hooks;
  readonly gates: Gates;
  readonly frames: Frames;
  readonly probes: Probes;
  readonly weights: Weights;
}

function installHelper(own: Own): void {
  const { slices, events, scripts, files, recording, draining, hooks, gates } = own;
  const { frames, probes, weights } = own;
  const { attempt, encode, quietly, valuesOf } = recording;
  let unasked = 0;
  /** An error is an answer too: what a debugger makes of an exception is several lines. */
  const told =
    <Of extends readonly unknown[]>(work: (...given: Of) => string) =>
    (...given: Of): string => {
      try {
        return quietly(() => work(...given));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return encode({ error: reason.split('\n')[0]?.slice(0, 300) });
      }
    };
  const helper = {
    frame: frames.frame,
    answer: told(frames.answer),
    probe: probes.probe,
    hits: probes.hits,
    watch: events.watch,
    /** Told by `scripts.ts`: an object that is being made, or its class. */
    see(number: number, read: () => unknown): void {
      scripts.seen(number);
      attempt(() => {
        const value = read();
        if (!gates.hookCell(value)) hooks.hookMemory(value, true);
      });
    },
    /** The debugger is there. Unasked for a while, the helper goes: nobody says when a debugger detaches. */
    stay(): void {
      unasked = 0;
      wait();
    },
    /** What the debugger's hover unfolds. */
    hover(value: unknown): unknown {
      const values = valuesOf(value);
      if (!values) return value;
      const { library, dtype, shape } = values;
      const found = slices.statistics(values.data);
      return { dtype, shape: shape.join(' × '), ...found, library, value };
    },
    drain: draining.drain,
    exact: told(draining.exact),
    weights: told(weights.save),
    read: files.read,
    remove: files.remove,
    uninstall(): void {
      clearInterval(patience);
      process.off('exit', left);
      scripts.stop();
      hooks.uninstall();
      delete (globalThis as unknown as Record<string, unknown>)['__mnemo'];
    },
  };
  let patience: NodeJS.Timeout | undefined;
  const left = (): void => attempt(draining.leave);
  /** What a thread that is only being made refuses is done when the debugger asks again. */
  const wait = (): void => {
    if (patience) return;
    attempt(() => {
      // Ticks, not time: neither a stop nor a computer that slept is a debugger that has gone.
      patience = setInterval(() => {
        if (++unasked > 8) helper.uninstall();
      }, 1000);
      patience.unref();
      process.on('exit', left);
    });
  };
  Object.defineProperty(globalThis, '__mnemo', { value: helper, configurable: true });
  wait();
  attempt(scripts.start);
}
