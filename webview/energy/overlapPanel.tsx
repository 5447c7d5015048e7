/** Overlap with every stored pattern: bars at the step, lines over the steps, and how full the memory is. */
import { useRef } from 'preact/hooks';
import { criticalLoad, expectedRecall } from '../../src/core/memory/hopfield/capacity';
import { integer, number, tick } from '../../src/core/draw/text';
import { goToStep, step } from '../steps/state';
import { t } from '../strings';
import { useBox } from '../useBox';
import { linePath, round } from './paths';
import type { EnergyRun, Overlaps } from './run';
import { binary, retrieval } from './state';
import { useAt } from './useAt';

/** Patterns with a bar and a line of their own. */
const mostBars = 12;
const colours = 6;

export function OverlapPanel({ run, overlaps }: { run: EnergyRun; overlaps: Overlaps }) {
  const now = useAt('overlap').value;
  const chosen = largest(overlaps);
  const { count } = overlaps;
  return (
    <section class="energy-overlaps" aria-label={t.energy.overlaps}>
      <h3>
        {t.energy.overlaps}
        <span>
          {retrieval.value ? t.energy.cosine : t.energy.overlapScale}
          {count > chosen.length &&
            ` · ${t.energy.overlapsOf(integer(chosen.length), integer(count))}`}
        </span>
      </h3>
      <ul class="overlap-bars">
        {chosen.map((pattern, place) => (
          <Bar
            key={pattern}
            name={run.named(pattern)}
            value={now?.[pattern] ?? NaN}
            colour={place % colours}
          />
        ))}
      </ul>
      {overlaps.steps.length > 1 && <Lines overlaps={overlaps} chosen={chosen} />}
      {binary.value && !retrieval.value && run.units > 0 && (
        <Load patterns={count} units={run.units} />
      )}
    </section>
  );
}

/** All where they are few, else those that the end is closest to; in the order of the patterns. */
function largest({ values, count, steps }: Overlaps): readonly number[] {
  const all = Array.from({ length: count }, (_, pattern) => pattern);
  if (count <= mostBars) return all;
  const last = (steps.length - 1) * count;
  const size = (pattern: number) => Math.abs(values[last + pattern] ?? 0);
  return all
    .sort((a, b) => size(b) - size(a))
    .slice(0, mostBars)
    .sort((a, b) => a - b);
}

function Bar({ name, value, colour }: { name: string; value: number; colour: number }) {
  const share = Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0;
  const isReversed = value < -0.999;
  return (
    <li aria-label={t.energy.overlapIs(t.energy.pattern(name), number(value))}>
      <span class="overlap-name figure" title={name}>
        {name}
      </span>
      <svg viewBox="-1 0 2 1" preserveAspectRatio="none" aria-hidden="true">
        <path class={`fill-${colour}`} d={`M0 0.2H${share}V0.8H0z`} />
        <path class="zero" d="M0 0V1" />
      </svg>
      <span class="figure" title={isReversed ? t.energy.reversed : undefined}>
        {number(value)}
      </span>
    </li>
  );
}

function Lines({ overlaps, chosen }: { overlaps: Overlaps; chosen: readonly number[] }) {
  const outer = useRef<HTMLDivElement>(null);
  const { width, height } = useBox(outer).value;
  const { steps, values, count } = overlaps;
  const last = Math.max(1, steps.at(-1) ?? 1);
  const x = (at: number) => 4 + (at / last) * (width - 8);
  const y = (value: number) => 4 + ((1 - value) / 2) * (height - 8);
  const line = (pattern: number) => {
    const own = steps.map((_, i) => values[i * count + pattern] ?? NaN);
    return linePath(own, (i) => x(steps[i] ?? 0), y, width);
  };
  return (
    <div
      ref={outer}
      class="overlap-lines"
      role="img"
      aria-label={t.energy.overlapsTime}
      onPointerDown={(event) => {
        const { left } = event.currentTarget.getBoundingClientRect();
        goToStep(((event.clientX - left - 4) / (width - 8)) * last);
      }}
    >
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true">
          {[-1, 0, 1].map((value) => (
            <path key={value} class="zero" d={`M4 ${round(y(value))}H${width - 4}`} />
          ))}
          {chosen.map((pattern, place) => (
            <path
              key={pattern}
              class={`stroke-${place % colours} ${place >= colours ? 'dashed' : ''}`}
              d={line(pattern)}
            />
          ))}
          <path class="cursor" d={`M${x(step.value)} 0V${height}`} />
        </svg>
      )}
    </div>
  );
}

/** P / N on a scale that ends at 0.2, past the limit. */
function Load({ patterns, units }: { patterns: number; units: number }) {
  const load = patterns / units;
  const end = Math.max(0.2, 1.1 * load);
  const said = t.energy.loadIs(integer(patterns), integer(units), tick(load));
  return (
    <div class="energy-load">
      <h3>{t.energy.load}</h3>
      <p class="figure">{said}</p>
      <svg
        viewBox="0 0 100 12"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${said}. ${t.energy.loadMark}`}
      >
        <title>{t.energy.loadMark}</title>
        <rect class="frame" x={0} y={2} width={100} height={8} />
        <rect
          class={load > criticalLoad ? 'over' : 'under'}
          x={0}
          y={2}
          width={(100 * load) / end}
          height={8}
        />
        <path class="limit" d={`M${(100 * criticalLoad) / end} 0V12`} />
      </svg>
      <p class="quiet">
        {t.energy.recall(String(Math.round(100 * expectedRecall(load))))} {t.energy.loadMark}.
      </p>
    </div>
  );
}
