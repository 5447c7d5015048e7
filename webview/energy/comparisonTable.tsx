/** Small multiples: a row for every rule, a column for every order, in each the energy curve and the verdict. */
import { integer } from '../../src/core/draw/text';
import { running } from '../state';
import { t } from '../strings';
import { verdictWords } from '../verdictWords';
import {
  cancelComparison,
  compare,
  type Compared,
  compared,
  orders,
  rulesToCompare,
} from './comparison';
import { linePath } from './paths';
import { comparing, set, setting, start } from './state';

const size = { width: 140, height: 48 } as const;

export function ComparisonTable() {
  const words = t.energy;
  const rules = rulesToCompare();
  const progress = comparing.value;
  const runs = compared.value;
  const finite = runs.flatMap(({ energy }) => [...energy]).filter(Number.isFinite);
  const range =
    finite.length > 0
      ? ([least(finite), -least(finite.map((e) => -e))] as const)
      : ([0, 1] as const);
  return (
    <section class="energy-compare" aria-label={words.compare}>
      <h3>{words.compare}</h3>
      <p class="quiet">
        {words.compareSays}{' '}
        {progress ? (
          <>
            <progress max={progress.all} value={progress.done} />{' '}
            {words.comparing(integer(progress.done), integer(progress.all))}{' '}
            <button onClick={cancelComparison}>{words.cancel}</button>
          </>
        ) : (
          <button disabled={running.value || !start.value} onClick={() => void compare()}>
            {runs.length > 0 ? words.compareAgain : words.compareGo}
          </button>
        )}
      </p>
      {runs.length > 0 && (
        <div class="compare-scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">{words.compareRow}</th>
                {orders.map((order) => (
                  <th key={order} scope="col">
                    {words.orders[order]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rules.map((rule) => (
                <tr key={rule}>
                  <th scope="row">{words.rules[rule] ?? rule}</th>
                  {orders.map((order) => (
                    <td key={order}>
                      <Cell
                        of={runs.find((one) => one.rule === rule && one.order === order)}
                        range={range}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

const least = (values: readonly number[]): number =>
  values.reduce((low, value) => Math.min(low, value), Infinity);

function isSet(rule: string, order: string): boolean {
  const update = setting('update');
  return setting('rule') === rule && (update === 'async' ? setting('order') : update) === order;
}

/** All on one scale of energies, so that they can be compared; each as long as it took. */
function Cell({ of, range }: { of: Compared | undefined; range: readonly [number, number] }) {
  if (!of) return <span class="quiet">…</span>;
  const words = t.energy;
  const { energy, rule, order, verdict, problem } = of;
  const said = problem ?? (verdict ? verdictWords(verdict) : '');
  const [low, high] = range;
  const last = Math.max(1, energy.length - 1);
  const x = (place: number) => 2 + (place / last) * (size.width - 4);
  const y = (value: number) =>
    3 + (high > low ? (high - value) / (high - low) : 0.5) * (size.height - 6);
  return (
    <button
      class="compare-cell"
      aria-pressed={isSet(rule, order)}
      title={words.compareCell(words.rules[rule] ?? rule, words.orders[order] ?? order, said)}
      onClick={() => {
        set('rule', rule);
        set('update', order === 'sync' ? 'sync' : 'async');
        if (order !== 'sync') set('order', order);
      }}
    >
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        height={size.height}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path class="line" d={linePath(energy, x, y, size.width)} />
      </svg>
      <span class={verdict?.good ? 'good' : 'bad'}>
        <span
          class={`codicon codicon-${verdict?.good ? 'check' : 'circle-slash'}`}
          aria-hidden="true"
        />
        {said}
      </span>
      <span class="quiet">{words.steps(integer(energy.length - 1))}</span>
    </button>
  );
}
