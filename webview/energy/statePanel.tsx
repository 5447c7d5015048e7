/** The state as an image: now, at the start, what changed, the fields; both states of a two-cycle side by side. */
import { integer, number } from '../../src/core/draw/text';
import { goToStep, step } from '../steps/state';
import { t } from '../strings';
import { gridsOf } from '../../src/core/trace/energyGrid';
import type { EnergyRun } from './run';
import {
  binary,
  grid,
  picture,
  type PictureName,
  pictures,
  retrieval,
  setColumns,
  units,
} from './state';
import { UnitsImage } from './unitsImage';
import { useAt } from './useAt';

const edge = 264;

export function StatePanel({ run }: { run: EnergyRun }) {
  const words = t.energy;
  if (run.units === 0) return <p class="quiet">{words.noStates}</p>;
  const isCycling = run.cycle !== undefined && step.value >= run.cycle;
  const hasFields = run.trace.series.some(({ name }) => name === 'energy.field');
  const shown = pictures.filter((name) => name !== 'field' || hasFields);
  return (
    <section class="energy-state" aria-label={words.state}>
      <div class="energy-bar">
        <div class="switch" role="tablist" aria-label={words.state}>
          {shown.map((name) => (
            <button
              key={name}
              role="tab"
              title={words.saysPicture[name]}
              aria-selected={picture.value === name}
              onClick={() => (picture.value = name)}
            >
              {words.pictures[name]}
            </button>
          ))}
        </div>
        <GridChoice />
      </div>
      {isCycling && picture.value === 'now' ? (
        <TwoCycle run={run} first={run.cycle ?? 0} />
      ) : (
        <Picture run={run} name={picture.value} />
      )}
    </section>
  );
}

function GridChoice() {
  const { rows, columns } = grid.value;
  return (
    <select
      aria-label={t.energy.grid}
      title={t.energy.grid}
      value={columns}
      onChange={(event) => setColumns(Number(event.currentTarget.value))}
    >
      {gridsOf(units.value).map((one) => (
        <option
          key={one.columns}
          value={one.columns}
          selected={one.columns === columns && one.rows === rows}
        >
          {t.energy.gridOf(one.rows, one.columns)}
        </option>
      ))}
    </select>
  );
}

function Picture({ run, name }: { run: EnergyRun; name: PictureName }) {
  const now = useAt('state').value;
  const start = useAt('state', atStart).value;
  const field = useAt('field').value;
  const values = { now, start, field, change: now && start && changed(now, start) }[name];
  if (!values) return <div class="units-place" style={{ height: `${edge}px` }} />;
  const flipped = name === 'now' ? flippedUnit(run, step.value) : undefined;
  return (
    <UnitsImage
      values={values}
      grid={grid.value}
      twoTone={binary.value && !retrieval.value && (name === 'now' || name === 'start')}
      label={t.energy.unitsLabel(integer(values.length), t.energy.saysPicture[name])}
      edge={edge}
      marked={flipped}
    />
  );
}

const atStart = (): number => 0;

/** What a unit is now where it is not as it was; 0 elsewhere. Half of it would be its way, the sign is what counts. */
function changed(now: Float32Array, start: Float32Array): Float32Array {
  return now.map((value, i) => (value - (start[i] ?? 0)) / 2);
}

function flippedUnit({ unit, flipped }: EnergyRun, at: number): number | undefined {
  return at > 0 && unit && (flipped?.[at - 1] ?? 0) > 0 ? unit[at - 1] : undefined;
}

function TwoCycle({ run, first }: { run: EnergyRun; first: number }) {
  const states = [useAt('state', () => first).value, useAt('state', () => first + 1).value];
  const half = edge / 2 - 4;
  const inFirst = (step.value - first) % 2 === 0;
  return (
    <>
      <div class="two-cycle">
        {states.map((state, i) => (
          <figure key={i} class={(i === 0) === inFirst ? 'here' : ''}>
            {state && (
              <UnitsImage
                values={state}
                grid={grid.value}
                twoTone={binary.value}
                label={t.energy.stepTitle(integer(first + i))}
                edge={half}
              />
            )}
            <figcaption>
              <button class="link" onClick={() => goToStep(first + i)}>
                {t.energy.stepTitle(integer(first + i))}
              </button>
              <span class="figure">E {number(run.energy[first + i] ?? NaN)}</span>
            </figcaption>
          </figure>
        ))}
      </div>
      <p class="quiet">{t.energy.cycle(integer(first), integer(first + 1))}</p>
    </>
  );
}

/** The stored patterns as small images, the reverses and recalls of this step marked. */
export function PatternsPanel({ run }: { run: EnergyRun }) {
  const overlap = useAt('overlap').value;
  const { patterns } = run;
  if (!patterns) return null;
  const n = patterns.values.length / Math.max(1, patterns.shown);
  return (
    <section class="energy-patterns" aria-label={t.energy.patterns}>
      <h3>
        {t.energy.patterns}
        {patterns.shown < patterns.count && (
          <span>{t.energy.patternsOf(integer(patterns.shown), integer(patterns.count))}</span>
        )}
      </h3>
      <ul>
        {Array.from({ length: patterns.shown }, (_, p) => {
          const value = overlap?.[p] ?? NaN;
          const mark = value > 0.999 ? 'is-now' : value < -0.999 ? 'is-reversed' : '';
          const name = run.named(p);
          return (
            <li
              key={p}
              class={mark}
              title={t.energy.overlapIs(t.energy.pattern(name), number(value))}
            >
              <UnitsImage
                values={patterns.values.subarray(p * n, (p + 1) * n)}
                grid={grid.value}
                twoTone={binary.value}
                label={t.energy.overlapIs(t.energy.pattern(name), number(value))}
                edge={48}
                still
              />
              <span class="figure">{mark === 'is-reversed' ? `−${name}` : name}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
