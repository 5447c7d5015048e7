/** The one place that knows which build of onnxruntime runs: native where there is a binary, else WebAssembly. */
import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '../core/graph/graph';

export type RuntimeKind = 'native' | 'wasm';
export type Numbers = Float32Array | Int32Array | BigInt64Array;

export interface Feed {
  readonly data: Numbers;
  readonly shape: readonly number[];
}

/** A loaded graph. Runs are not to overlap. */
export interface Session {
  /**
   * Runs the graph. Values of the outputs, by name; an output that `into` names is written to that array
   * (its shape must be exact).
   */
  run(
    feeds: Readonly<Record<string, Feed>>,
    into?: Readonly<Record<string, Feed>>,
  ): Promise<Readonly<Record<string, Float32Array>>>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly kind: RuntimeKind;
  load(graph: Graph): Promise<Session>;
}

interface Ort {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** No spinning: idle threads would take the cores from reading. No prepacking: weights are inputs. */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, disable_prepacking: '1' } },
};

let loaded: Promise<Runtime> | undefined;

/** Loads the runtime on first use. `MNEMOSCOPE_RUNTIME=wasm` forces the WebAssembly one. */
export function runtime(): Promise<Runtime> {
  loaded ??= choose();
  return loaded;
}

async function choose(): Promise<Runtime> {
  if (process.env['MNEMOSCOPE_RUNTIME'] !== 'wasm') {
    try {
      return over('native', await import('./native'));
    } catch (error) {
      if (!missingBinary(error)) throw error;
    }
  }
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = availableParallelism();
  return over('wasm', ort);
}

/** No binary for this platform, or one for another C library. */
function missingBinary(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED';
}

function over(kind: RuntimeKind, ort: Ort): Runtime {
  return {
    kind,
    async load(graph) {
      const session = await ort.InferenceSession.create(graph.bytes, sessionOptions);
      const tensor = ({ data, shape }: Feed) => new ort.Tensor(data as Float32Array, [...shape]);
      const tensors = (feeds: Readonly<Record<string, Feed>>) =>
        Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensor(feed)]));
      return {
        async run(feeds, into = {}) {
          const wanted = Object.fromEntries(graph.outputs.map((name) => [name, null]));
          // The WebAssembly build takes prepared outputs and leaves them unwritten.
          const prepared = kind === 'native' ? tensors(into) : {};
          const results = await session.run(tensors(feeds), { ...wanted, ...prepared });
          const values: Record<string, Float32Array> = {};
          for (const [name, { data }] of Object.entries(results)) {
            const target = kind === 'native' ? undefined : into[name]?.data;
            values[name] = data as Float32Array;
            (target as Float32Array | undefined)?.set(values[name]);
          }
          return values;
        },
        release: () => session.release(),
      };
    },
  };
}
