/** What the weights view asks about a tensor, answered by the program that stands still: nothing of it is copied whole. */
import type { Histogram } from '../../core/statistics/histogram';
import type { Slice } from '../../core/weights/slice';
import type { Handlers } from '../../protocol/rpc';
import { glanceShares } from '../../protocol/weights';
import type { HostMethods } from '../../protocol/webview';
import type { LiveSession } from './liveSession';

/** In the words of `slices.py`. */
export interface Question {
  readonly tensor: string;
  readonly question: 'tile' | 'glance' | 'survey' | 'text' | 'line' | 'spectrum' | 'statistics';
  readonly slice?: Slice;
  readonly more?: Readonly<Record<string, unknown>>;
}

type TensorMethods = Pick<
  HostMethods,
  | 'weightTile'
  | 'weightGlance'
  | 'weightSurvey'
  | 'weightText'
  | 'weightLine'
  | 'weightSpectrum'
  | 'tensorStatistics'
>;

interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly sampled: number;
  readonly data: string;
}
interface Survey {
  readonly done: number;
  readonly total: number;
  readonly rowNorms?: string;
  readonly columnNorms: string;
  readonly range: string;
  readonly bad: readonly [nan: number, positive: number, negative: number];
}
/** Without `numbers`, the program has counted a part and is to be asked again. */
interface Statistics {
  readonly numbers?: string;
  readonly histogram?: {
    readonly linear: { readonly low: number; readonly high: number; readonly counts: string };
    readonly first: number;
    readonly negative: string;
    readonly positive: string;
  };
}

export function liveTensorHandlers(live: LiveSession): Handlers<TensorMethods> {
  const ask = <T>(checkpoint: number, question: Question): Promise<T> =>
    live.ask<T>(checkpoint, question);
  return {
    async weightTile({ checkpoint, tensor, slice, level, row, column }) {
      const more = { level, row, column };
      const tile = await ask<Tile>(checkpoint, { tensor, question: 'tile', slice, more });
      const { rows, columns, sampled, data } = tile;
      return { rows, columns, pool: 2 ** level, sampled, data: floats(data) };
    },
    async weightGlance({ checkpoint, tensor, slice }) {
      const question = {
        tensor,
        question: 'glance',
        slice,
        more: { shares: glanceShares },
      } as const;
      const found = await ask<{ magnitudes: string; sampled: number }>(checkpoint, question);
      return { magnitudes: floats(found.magnitudes), sampled: found.sampled };
    },
    async weightSurvey({ checkpoint, tensor, slice }) {
      const stop = JSON.stringify([checkpoint, tensor, slice]);
      const question = { tensor, question: 'survey', slice, more: { stop } } as const;
      const { done, total, ...found } = await ask<Survey>(checkpoint, question);
      if (found.rowNorms === undefined) return { done, total };
      const [nan, positiveInfinite, negativeInfinite] = found.bad;
      const norms = { rowNorms: floats(found.rowNorms), columnNorms: floats(found.columnNorms) };
      const counts = { nan, positiveInfinite, negativeInfinite };
      return { done, total, found: { ...norms, range: floats(found.range), ...counts } };
    },
    async weightText({ checkpoint, tensor, slice, ...more }) {
      const question = { tensor, question: 'text', slice, more } as const;
      return (await ask<{ text: readonly string[] }>(checkpoint, question)).text;
    },
    async weightLine({ checkpoint, tensor, slice, start, end, bins }) {
      const question = { tensor, question: 'line', slice, more: { start, end, bins } } as const;
      const line = await ask<Record<'low' | 'high', string> & Record<'pool' | 'sampled', number>>(
        checkpoint,
        question,
      );
      return { ...line, low: floats(line.low), high: floats(line.high) };
    },
    async weightSpectrum({ checkpoint, tensor, slice }) {
      const found = await ask<{ values: number[]; of: number; frobenius: number }>(checkpoint, {
        tensor,
        question: 'spectrum',
        slice,
      });
      const values = Float64Array.from(found.values);
      return { share: 1, found: { ...found, values, method: 'exact' } };
    },
    async tensorStatistics({ checkpoint, tensor }, signal) {
      const more = { stop: JSON.stringify([checkpoint, tensor]) };
      for (;;) {
        signal.throwIfAborted();
        const { numbers, histogram } = await ask<Statistics>(checkpoint, {
          tensor,
          question: 'statistics',
          more,
        });
        if (numbers === undefined) continue;
        const counted = histogram && histogramOf(histogram);
        return { name: tensor, numbers: doubles(numbers), ...(counted && { histogram: counted }) };
      }
    },
  };
}

function histogramOf({
  linear,
  first,
  negative,
  positive,
}: NonNullable<Statistics['histogram']>): Histogram {
  return {
    linear: { ...linear, counts: doubles(linear.counts) },
    logarithmic: { first, negative: doubles(negative), positive: doubles(positive) },
  };
}

/** A copy: the bytes of a small Buffer lie in a pool, at any offset. */
const bytes = (base64: string): ArrayBuffer =>
  Uint8Array.from(Buffer.from(base64, 'base64')).buffer;
const floats = (base64: string): Float32Array => new Float32Array(bytes(base64));
const doubles = (base64: string): Float64Array => new Float64Array(bytes(base64));
