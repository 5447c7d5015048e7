/** The singular values of the slice on screen: computed when asked for, a step at a time, as long as somebody looks. */
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { integer, number } from '../../src/core/draw/text';
import { effectiveRank, isExact, stableRank } from '../../src/core/weights/spectrum';
import type { SpectrumData } from '../../src/protocol/weights';
import { host, sentence } from '../host';
import { t } from '../strings';
import { BarChart } from './barChart';
import type { OpenSlice } from './slices';

/** What is known of the slices that were asked about; few and small. */
const known = signal<ReadonlyMap<string, SpectrumData>>(new Map());
/** Multiplications up to which nobody has to ask: well under a second. */
const atOnce = 2 ** 27;
/** Decades below the largest value that are drawn. */
const decades = 8;

export function SpectrumTab({ of }: { of: OpenSlice }) {
  const [rows, columns] = of.shape;
  const short = Math.min(rows, columns);
  const isCheap = short > 1 && isExact(rows, columns) && rows * columns * short <= atOnce;
  const isWanted = useSignal(isCheap);
  const problem = useSignal<string | undefined>(undefined);
  const data = known.value.get(of.id);
  useEffect(() => {
    if (!isWanted.value || known.peek().get(of.id)?.found) return;
    let isAlive = true;
    const compute = async (): Promise<void> => {
      try {
        while (isAlive) {
          const next = await host.call('weightSpectrum', of.ref);
          known.value = new Map(known.peek()).set(of.id, next);
          if (next.found) return;
        }
      } catch (error) {
        problem.value = sentence(error);
      }
    };
    void compute();
    return () => {
      isAlive = false;
    };
  }, [of, isWanted.value]);
  if (short === 1) return <p class="quiet">{t.weights.spectrumNone}</p>;
  if (problem.value !== undefined) return <p class="error-text">{problem.value}</p>;
  if (data?.found) return <Found of={of} found={data.found} />;
  const ofWhich = t.weights.spectrumOf(integer(rows), integer(columns));
  if (!isWanted.value) {
    return (
      <>
        <p>{t.weights.spectrumIdle}</p>
        <button onClick={() => (isWanted.value = true)}>{t.weights.compute}</button>
        <p class="quiet">{ofWhich}</p>
      </>
    );
  }
  const share = data?.share ?? 0;
  return (
    <>
      <p role="status">{t.weights.spectrumRunning(String(Math.floor(100 * share)))}</p>
      <progress value={share} max={1} />
      <p>
        <button onClick={() => (isWanted.value = false)}>{t.weights.stop}</button>
      </p>
      <p class="quiet">{ofWhich}</p>
    </>
  );
}

function Found({ of, found }: { of: OpenSlice; found: NonNullable<SpectrumData['found']> }) {
  const { values, method, frobenius } = found;
  const [largest = 0, smallest = 0] = [values[0], values.at(-1)];
  const isAll = method === 'exact';
  const words = t.weights;
  const height = (size: number): number =>
    size > 0 ? Math.max(0, 1 + Math.log10(size / largest) / decades) : 0;
  const last = values.length;
  // Where half and nine tenths of the sum of squares are reached.
  const count = Math.min(10, last);
  let first = 0;
  for (let i = 0; i < count; i++) first += values[i]! ** 2;
  const facts: readonly (readonly [name: string, value: string, title?: string])[] = [
    [
      words.effectiveRank,
      isAll ? number(effectiveRank(values)) : words.effectiveRankNeedsAll,
      words.effectiveRankSource,
    ],
    [words.stableRank, number(stableRank(frobenius, largest)), words.stableRankSource],
    [words.largest, number(largest)],
    ...(isAll
      ? ([
          [words.smallest, number(smallest)],
          [words.condition, number(largest / smallest)],
        ] as const)
      : []),
    [
      words.energy(String(count)),
      frobenius > 0 ? `${number((100 * first) / frobenius ** 2)} %` : '—',
    ],
  ];
  return (
    <>
      <BarChart
        bars={Array.from(values, (size, i) => ({
          size,
          says: words.singular(String(i + 1), number(size)),
        }))}
        height={height}
        label={words.spectrumLabel(integer(last))}
        ticks={[
          { at: 0, label: '1' },
          { at: 1, label: integer(last) },
        ]}
      />
      <table class="facts">
        <tbody>
          {facts.map(([name, value, title]) => (
            <tr key={name} title={title}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        {isAll ? words.exact(integer(last)) : words.randomised(integer(last), integer(found.of))}.{' '}
        {words.spectrumOf(integer(of.shape[0]), integer(of.shape[1]))}
      </p>
    </>
  );
}
