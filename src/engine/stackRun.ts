/** One stack of a run: its hidden states and pictures as they come, its blocks and series. */
import type { Access } from '../core/model/architecture';
import type { AccessBlock, Axis, Series } from '../core/trace/trace';
import type { Head, Memory } from './forward';
import type { PlacesGiven } from './inputs';
import { type Later, later } from './later';
import { blockId, createBlocks } from './runBlocks';
import { hiddenSeries } from './runSeries';
import type { StackRunner } from './transformer';

/** What has arrived after the embedding, or after a layer. */
export interface Arrived {
  readonly blocks: readonly string[];
  readonly series: readonly Series[];
}

export interface StackRun {
  readonly axis: Axis;
  readonly blocks: readonly AccessBlock[];
  /** The last hidden state as it is used, once it is there. */
  readonly finished: Memory;
  /** Finished rows `from` … `to` - 1, [to - from, width]. */
  rows(from: number, to: number): Promise<Float32Array>;
  /** One place's row of the embedding and of what each layer leaves, as if it were finished then, [layers + 1, width]. */
  depths(place: number): Promise<Float32Array>;
  /** Exact weightings of all heads of a layer, [heads, queries, keys]; not kept. */
  layerWeighting(layer: number, access?: Access): Promise<Float32Array>;
  /** The embedding, then layer after layer, told as they arrive. */
  forward(signal: AbortSignal, tell: (arrived: Arrived) => void): Promise<void>;
  /** Whoever still waits for a layer hears why it will not come. */
  abandon(reason: string): void;
  /** Forgets what was computed. */
  clear(): void;
}

export interface StackRunParts {
  readonly runner: StackRunner;
  readonly places: PlacesGiven;
  /** The stack before. */
  readonly source?: StackRun | undefined;
  /** Heads that are ablated. */
  readonly without: readonly Head[];
  /** `hidden`, with the stack's own word where there are several. */
  readonly hiddenName: string;
  /** Id of the axis. */
  readonly axisId: string;
  /** When the run has ended, in whatever way. */
  ended(): Promise<void>;
}

export function startStack(parts: StackRunParts): StackRun {
  const { runner, places, source, without, hiddenName } = parts;
  const { stack, revisit } = runner;
  const { layers, heads, width, accesses } = stack;
  const length = places.labels.length;
  const axis: Axis = {
    id: parts.axisId,
    kind: places.kind,
    length,
    label: (place) => places.labels[place] ?? '',
    origin: (place) => places.origins?.[place],
  };
  /** hidden[l] is the state before layer l; the last one is the state after all of them. */
  const hidden = Array.from({ length: layers + 1 }, () => later<Float32Array>());
  const thumbnails = Array.from({ length: layers }, () =>
    later<ReadonlyMap<Access, Float32Array>>(),
  );
  const memory = source?.finished;
  let finished: Promise<Float32Array> | undefined;
  const finish = () => (finished ??= hidden[layers]!.value.then((last) => runner.finish(last)));
  const { blocks, clear } = createBlocks({
    stack,
    revisit,
    rows: axis,
    source: source?.axis,
    memory,
    ids: 'ids' in places.given ? places.given.ids : [],
    hidden: (layer) => hidden[layer]!.value,
    thumbnails: (layer, access) => thumbnails[layer]!.value.then((all) => all.get(access)!),
    ended: parts.ended,
  });

  return {
    axis,
    blocks,
    finished: {
      places: length,
      get values() {
        return finish();
      },
    },
    async rows(from, to) {
      // A few rows of a long text do not take the norm of all of them.
      const last = await (finished ?? hidden[layers]!.value);
      const some = last.slice(from * width, to * width);
      return finished ? some : runner.finish(some);
    },
    async depths(place) {
      const states = await Promise.all(hidden.map(({ value }) => value));
      const rows = new Float32Array(states.length * width);
      states.forEach((state, depth) => {
        rows.set(state.subarray(place * width, (place + 1) * width), depth * width);
      });
      return runner.finish(rows);
    },
    layerWeighting: async (layer, access = accesses[0]!) =>
      revisit.weighting(
        { access, layer, hidden: await hidden[layer]!.value, memory },
        Array.from({ length: heads }, (_, head) => head),
      ),
    async forward(signal, tell) {
      const embedded = runner.embed(places.given).then((first) => {
        hidden[0]!.resolve(first);
        tell({ blocks: [], series: [hiddenSeries(`${hiddenName}.0`, axis, first)] });
        return first;
      });
      const started = { places: length, embedded, memory, without };
      for await (const result of runner.forward(started, signal)) {
        const done = result.layer + 1;
        hidden[done]!.resolve(result.hidden);
        thumbnails[result.layer]!.resolve(result.thumbnails);
        const name = `${hiddenName}.${done}`;
        tell({
          blocks: accesses.flatMap((access) =>
            Array.from({ length: heads }, (_, head) => blockId(access, result.layer, head)),
          ),
          series: [hiddenSeries(name, axis, result.hidden, done === layers ? finish : undefined)],
        });
      }
    },
    abandon(reason) {
      const all: readonly Pick<Later<unknown>, 'reject'>[] = [...hidden, ...thumbnails];
      for (const one of all) one.reject(new Error(reason));
    },
    clear,
  };
}
