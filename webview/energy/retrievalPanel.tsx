/** A modern network: softmax over the patterns at every update, and where each β leads. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fixedPointOf } from '../../src/core/memory/hopfield/modern';
import { integer, number } from '../../src/core/draw/text';
import type { AccessBlock } from '../../src/core/trace/trace';
import { report, running, run as runModel } from '../state';
import { goToStep, step } from '../steps/state';
import { t } from '../strings';
import { type EnergyRun, seriesOf, whole } from './run';
import { canRun, set } from './state';
import { WeightCells } from './weightCells';

/** Columns of the pictures; more patterns are pooled by their maximum. */
const mostColumns = 64;
/** Weights of the update in view that are written out. */
const mostNamed = 5;

export function RetrievalPanel({ run, block }: { run: EnergyRun; block: AccessBlock }) {
  return (
    <section class="energy-retrieval" aria-label={t.energy.softmax}>
      <Softmax block={block} />
      <Sweep run={run} />
    </section>
  );
}

function Softmax({ block }: { block: AccessBlock }) {
  const values = useSignal<Float32Array | undefined>(undefined);
  useEffect(() => {
    let isLatest = true;
    block.weighting
      .thumbnail()
      .then(
        (tile) =>
          isLatest && (values.value = tile.data) && (shape.value = [tile.rows, tile.columns]),
        report,
      );
    return () => {
      isLatest = false;
    };
  }, [block]);
  const shape = useSignal<readonly [number, number]>([0, 0]);
  const [rows, columns] = shape.value;
  if (!values.value) return null;
  const updates = block.rows.length;
  const marked = Math.max(0, Math.floor(((step.value - 1) / updates) * rows));
  const isExact = rows === updates && columns === block.columns.length;
  return (
    <>
      <h3>
        {t.energy.softmax}
        <span>
          {block.columns.length > columns &&
            t.energy.pooled(integer(Math.ceil(block.columns.length / columns)))}
        </span>
      </h3>
      <WeightCells
        values={values.value}
        rows={rows}
        columns={columns}
        label={t.energy.softmaxLabel(integer(updates), integer(block.columns.length))}
        marked={marked}
        choose={(row) => goToStep(Math.round((row * updates) / rows) + 1)}
        names={Array.from({ length: columns }, (_, c) =>
          block.columns.label(Math.floor((c * block.columns.length) / columns)),
        )}
      />
      {isExact && (
        <p class="figure">
          {largest(values.value.subarray(marked * columns, (marked + 1) * columns))
            .map(([pattern, weight]) => `${block.columns.label(pattern)} ${number(weight)}`)
            .join(' · ')}
        </p>
      )}
    </>
  );
}

/** The patterns with the most weight, first the largest. */
function largest(weights: Float32Array): readonly (readonly [pattern: number, weight: number])[] {
  return Array.from(weights, (weight, pattern) => [pattern, weight] as const)
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostNamed);
}

interface Sweeping {
  readonly betas: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

function Sweep({ run }: { run: EnergyRun }) {
  const sweep = useSignal<Sweeping | undefined>(undefined);
  const chosen = useSignal<number | undefined>(undefined);
  useEffect(() => {
    const [beta, pattern] = [
      seriesOf(run.trace, 'sweep.beta'),
      seriesOf(run.trace, 'sweep.pattern'),
    ];
    sweep.value = undefined;
    chosen.value = undefined;
    if (!beta || !pattern) return undefined;
    let isLatest = true;
    const rows = beta.steps.length;
    Promise.all([whole(beta, rows), whole(pattern, rows)]).then(([betas, values]) => {
      if (isLatest) sweep.value = { betas, values, rows, columns: pattern.shape[0] ?? 1 };
    }, report);
    return () => {
      isLatest = false;
    };
  }, [run]);
  const found = sweep.value;
  if (!found) return null;
  const { betas, rows, columns, values } = found;
  const at = chosen.value ?? (rows - 1) / 2;
  const beta = betas[at] ?? NaN;
  const point = fixedPointOf(values.subarray(at * columns, (at + 1) * columns));
  const words = t.energy.kinds;
  const kind =
    point.kind === 'single'
      ? words.single(run.named(point.pattern), number(point.weight))
      : point.kind === 'metastable'
        ? words.metastable(point.patterns.slice(0, 8).map(run.named).join(', '))
        : words.global;
  return (
    <>
      <h3>{t.energy.sweep}</h3>
      <label class="sweep-line">
        {t.energy.sweepLabel}
        <input
          type="range"
          min={0}
          max={rows - 1}
          step={1}
          value={at}
          aria-valuetext={`${number(beta)}, ${kind}`}
          onInput={(event) => (chosen.value = event.currentTarget.valueAsNumber)}
        />
        <span class="figure">{number(beta)}</span>
        {canRun.value && (
          <button
            disabled={running.value}
            onClick={() => {
              set('beta', String(Number(beta.toPrecision(4))));
              set('update', 'modern');
              void runModel();
            }}
          >
            {t.energy.sweepUse}
          </button>
        )}
      </label>
      <p aria-live="polite">{kind}</p>
      <WeightCells
        values={columns > mostColumns ? pooled(values, rows, columns) : values}
        rows={rows}
        columns={Math.min(columns, mostColumns)}
        label={t.energy.sweepSays}
        marked={at}
        choose={(row) => (chosen.value = row)}
        names={columns > mostColumns ? [] : Array.from({ length: columns }, (_, p) => run.named(p))}
      />
      <p class="quiet">{t.energy.sweepSays}</p>
    </>
  );
}

function pooled(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * mostColumns);
  for (let i = 0; i < values.length; i++) {
    const [row, column] = [
      Math.floor(i / columns),
      Math.floor(((i % columns) * mostColumns) / columns),
    ];
    const at = row * mostColumns + column;
    out[at] = Math.max(out[at]!, values[i]!);
  }
  return out;
}
