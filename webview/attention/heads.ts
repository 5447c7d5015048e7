/** What is fetched per head when it has arrived: thumbnails, statistics, received weight. */
import { computed, effect, signal } from '@preact/signals';
import type { AccessBlock, BlockId, HeadStatistics, Tile } from '../../src/core/trace/trace';
import { unit } from '../../src/core/draw/scale';
import type { Paint } from '../../src/core/draw/raster';
import { arrivals, block, heads, options, report, trace, transform } from '../state';

/** A value per head, asked for at most `parallel` at a time; a new source forgets the old values. */
interface PerHead<T> {
  /** The value if it is here; reading follows what arrives. */
  get(id: BlockId): T | undefined;
  all(): ReadonlyMap<BlockId, T>;
  /** Asks for what is missing of these, first things first; replaces what waited. */
  want(blocks: readonly AccessBlock[]): void;
  clear(): void;
}

const parallel = 6;

function perHead<T>(fetch: (block: AccessBlock) => Promise<T>): PerHead<T> {
  const values = new Map<BlockId, T>();
  const asked = new Set<BlockId>();
  const arrived = signal(0);
  let queue: AccessBlock[] = [];
  let underway = 0;
  let epoch = 0;
  const ask = async (of: AccessBlock): Promise<void> => {
    const started = epoch;
    underway++;
    asked.add(of.id);
    try {
      const value = await fetch(of);
      if (started !== epoch) return;
      values.set(of.id, value);
      arrived.value++;
    } catch (error) {
      if (started === epoch) report(error);
    } finally {
      if (started === epoch) {
        underway--;
        pump();
      }
    }
  };
  const pump = (): void => {
    while (underway < parallel) {
      const next = queue.shift();
      if (!next) return;
      void ask(next);
    }
  };
  return {
    get(id) {
      void arrived.value;
      return values.get(id);
    },
    all() {
      void arrived.value;
      return values;
    },
    want(blocks) {
      const ready = trace.peek()?.ready;
      queue = blocks.filter(({ id }) => ready?.has(id) && !asked.has(id));
      pump();
    },
    clear() {
      epoch++;
      values.clear();
      asked.clear();
      queue = [];
      underway = 0;
      arrived.value++;
    },
  };
}

export const thumbnails = perHead<Tile>((of) => of.weighting.thumbnail(transform.peek()));
export const statistics = perHead<HeadStatistics>((of) =>
  of.statistics ? of.statistics() : Promise.reject(new Error(`${of.id} has no statistics`)),
);
export const received = perHead<Float32Array>((of) => of.weighting.received());

// A new trace or another transform makes what was fetched wrong; statistics are of the plain weights.
let drawn: { of: typeof trace.value; by: typeof transform.value } | undefined;
effect(() => {
  const now = { of: trace.value, by: transform.value };
  if (drawn?.of !== now.of) {
    statistics.clear();
    received.clear();
  }
  if (drawn?.of !== now.of || drawn?.by !== now.by) thumbnails.clear();
  drawn = now;
});

effect(() => {
  void arrivals.value;
  statistics.want(heads.value);
});

/** Colours for every picture of the overview: the same weight looks the same in each. */
export const overviewPaint = computed<Paint>(() => {
  const { map, scale } = options.value;
  return { map, scale, domain: unit };
});

/** Largest value of the selected head, from its pooled thumbnail. */
const largest = computed(() => {
  const id = block.value?.id;
  const data = id === undefined ? undefined : thumbnails.get(id)?.data;
  if (!data) return 1;
  let most = 0;
  for (const value of data) if (value > most && Number.isFinite(value)) most = value;
  return most > 0 ? most : 1;
});

/** Colours of the selected head: 0…1 for weightings, up to the largest value where that is asked for or they are none. */
export const headPaint = computed<Paint>(() => {
  const { map, scale, auto } = options.value;
  const free = auto || block.value?.normalised === 'none';
  return { map, scale, domain: free ? { low: 0, high: largest.value } : unit };
});
