/** What the engine counted over the whole tensor: figures, and how the values are spread. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { integer, number } from '../../src/core/draw/text';
import type { Histogram } from '../../src/core/statistics/histogram';
import { statisticFields, unpackStatistics } from '../../src/core/statistics/statistics';
import type { TensorStatisticsData } from '../../src/protocol/statistics';
import { host, sentence } from '../host';
import { summary } from '../state';
import { t } from '../strings';
import { type Bar, BarChart } from './barChart';
import { logarithmic } from './look';
import { isPast } from './state';

/** The last tensor that was counted, or why it was not. */
const counted = signal<
  | {
      readonly key: string;
      readonly tensor: string;
      readonly data?: TensorStatisticsData;
      readonly problem?: string;
    }
  | undefined
>(undefined);

/** Asks for the statistics of a tensor; cancelled when another is selected. */
function useStatistics(tensor: string) {
  const checkpoint = summary.value?.id ?? 0;
  const key = JSON.stringify([checkpoint, tensor]);
  useEffect(() => {
    if (counted.peek()?.key === key) return;
    const abort = new AbortController();
    host.call('tensorStatistics', { checkpoint, tensor }, abort.signal).then(
      (data) => (counted.value = { key, tensor, data }),
      (error) => {
        const stays = isPast.peek() && counted.peek()?.tensor === tensor;
        if (!abort.signal.aborted && !stays)
          counted.value = { key, tensor, problem: sentence(error) };
      },
    );
    return () => abort.abort();
  }, [key]);
  const found = counted.value;
  if (found?.key === key) return { ...found, isOld: false };
  // Of an earlier moment of a program: they stay until the new ones are counted.
  const isOld = summary.value?.session && found?.tensor === tensor && found.data;
  return isOld ? { ...found, isOld: true } : undefined;
}

export function StatisticsTab({ tensor }: { tensor: string }) {
  const found = useStatistics(tensor);
  if (!found) return <p class="quiet">{t.weights.computing}</p>;
  if (!found.data) return <p class="error-text">{found.problem}</p>;
  const statistics = unpackStatistics(tensor, found.data.numbers);
  const whole = new Set(['count', 'zeros', 'nan', 'positiveInfinities', 'negativeInfinities']);
  return (
    <>
      <table class="facts">
        <tbody>
          {statisticFields.map((field) => (
            <tr key={field}>
              <th scope="row">{t.weights.statistics[field]}</th>
              <td>{whole.has(field) ? integer(statistics[field]) : number(statistics[field])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">{found.isOld ? t.weights.computing : t.weights.ofWhole}</p>
    </>
  );
}

export function HistogramTab({ tensor }: { tensor: string }) {
  const found = useStatistics(tensor);
  if (!found) return <p class="quiet">{t.weights.computing}</p>;
  if (!found.data) return <p class="error-text">{found.problem}</p>;
  const { histogram } = found.data;
  if (!histogram) return <p class="quiet">{t.weights.noHistogram}</p>;
  const bars = logarithmic.value ? logarithmicBars(histogram) : linearBars(histogram);
  const { low, high } = histogram.linear;
  return (
    <>
      <div class="switch" role="radiogroup" aria-label={t.weights.scaleOfValues}>
        {([false, true] as const).map((isLogarithmic) => (
          <button
            key={String(isLogarithmic)}
            role="radio"
            aria-checked={logarithmic.value === isLogarithmic}
            aria-selected={logarithmic.value === isLogarithmic}
            onClick={() => (logarithmic.value = isLogarithmic)}
          >
            {t.weights.scales[isLogarithmic ? 'logarithmic' : 'linear']}
          </button>
        ))}
      </div>
      <BarChart
        bars={bars}
        label={t.weights.histogramLabel(number(low), number(high))}
        ticks={logarithmic.value ? logarithmicTicks(histogram) : linearTicks(low, high)}
      />
      <p class="quiet">
        {t.weights.peak(integer(Math.max(0, ...bars.map(({ size }) => size))))} ·{' '}
        {found.isOld ? t.weights.computing : t.weights.ofWhole}
      </p>
    </>
  );
}

const says = (from: number, to: number, count: number): string =>
  t.weights.bin(number(from), number(to), integer(count));

function linearBars({ linear: { low, high, counts } }: Histogram): readonly Bar[] {
  const width = (high - low) / counts.length;
  return Array.from(counts, (size, bin) => ({
    size,
    says: says(low + bin * width, low + (bin + 1) * width, size),
  }));
}

function linearTicks(low: number, high: number) {
  return [0, 0.5, 1].map((at) => ({ at, label: number(low + at * (high - low)) }));
}

const edgeOf = (bin: number): number => 2 ** (bin / 2);

/** Magnitudes below 0 in falling order, then those above it in rising order. */
function logarithmicBars({
  logarithmic: { first, negative, positive },
}: Histogram): readonly Bar[] {
  const below = Array.from(negative, (size, bin): Bar => ({
    size,
    says: says(-edgeOf(first + bin + 1), -edgeOf(first + bin), size),
  }));
  const above = Array.from(positive, (size, bin): Bar => ({
    size,
    says: says(edgeOf(first + bin), edgeOf(first + bin + 1), size),
  }));
  return [...below.reverse(), ...above];
}

function logarithmicTicks({ logarithmic: { first, negative } }: Histogram) {
  const [least, most] = [edgeOf(first), edgeOf(first + negative.length)];
  return [
    { at: 0, label: number(-most) },
    { at: 0.5, label: `±${number(least)}` },
    { at: 1, label: number(most) },
  ];
}
