/** E over the steps: the line, flips as ticks, energies of the patterns as dashed lines, where it came to rest. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { levelLabels } from '../../src/core/draw/levelLabels';
import { integer, number, thinned } from '../../src/core/draw/text';
import { goToStep, step } from '../steps/state';
import { t } from '../strings';
import { useBox } from '../useBox';
import { linePath, ticksPath } from './paths';
import type { EnergyRun } from './run';
import { describeStep, settledAt } from './words';

const margin = { left: 56, right: 56, top: 12, bottom: 32 } as const;
/** Pixels between labels of levels. */
const lineHeight = 14;
const mostLevels = 32;

export function EnergyLine({ run }: { run: EnergyRun }) {
  const outer = useRef<HTMLDivElement>(null);
  const box = useBox(outer);
  const hovered = useSignal<number | undefined>(undefined);
  const { energy, level, named } = run;
  const { width, height } = box.value;
  const plot = {
    width: width - margin.left - margin.right,
    height: height - margin.top - margin.bottom,
  };
  const levels = [...(level ?? [])].slice(0, mostLevels);
  const finite = [...finiteEnds(energy), ...levels.filter(Number.isFinite)];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const last = Math.max(1, energy.length - 1);
  const x = (place: number) => margin.left + (place / last) * plot.width;
  const y = (value: number) =>
    margin.top + (high > low ? (high - value) / (high - low) : 0.5) * plot.height;
  const rest = settledAt(run);
  const at = hovered.value ?? step.value;
  const placeOf = (event: PointerEvent): number => {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    return Math.max(
      0,
      Math.min(last, Math.round(((event.clientX - left - margin.left) / plot.width) * last)),
    );
  };
  return (
    <div ref={outer} class="energy-line">
      {width > 0 && energy.length > 0 && (
        <svg
          width={width}
          height={height}
          tabIndex={0}
          role="slider"
          aria-label={t.energy.energyLabel}
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={step.value}
          aria-valuetext={describeStep(run, step.value)}
          onPointerMove={(event) => (hovered.value = placeOf(event))}
          onPointerLeave={() => (hovered.value = undefined)}
          onPointerDown={(event) => goToStep(placeOf(event))}
          onKeyDown={(event) => {
            const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
            if (by === undefined || event.altKey) return;
            event.preventDefault();
            goToStep(step.value + by * (event.shiftKey ? 10 : 1));
          }}
        >
          {rest !== undefined && rest < last && (
            <rect
              class="rest"
              x={x(rest)}
              y={margin.top}
              width={x(last) - x(rest)}
              height={plot.height}
            />
          )}
          {levels.map((value, pattern) => (
            <path
              key={pattern}
              class="level"
              d={`M${margin.left} ${y(value)}H${width - margin.right}`}
            />
          ))}
          {levelLabels(
            levels.map((value, pattern) => ({ at: y(value), name: named(pattern) })),
            lineHeight,
          ).map(({ at: top, label }) => (
            <text key={top} class="mark" x={width - margin.right + 6} y={top + 4}>
              {label}
            </text>
          ))}
          <path class="line" d={linePath(energy, x, y, plot.width)} />
          <path class="flips" d={ticksPath(run.flipped, x, height - margin.bottom + 3, 6)} />
          {[high, low].map((value, i) =>
            i === 1 && high === low ? null : (
              <text key={i} class="tick end" x={margin.left - 6} y={y(value) + 4}>
                {number(value)}
              </text>
            ),
          )}
          {thinned(0, last, plot.width / last, 56).map((place) => (
            <text key={place} class="tick middle" x={x(place)} y={height - 6}>
              {integer(place)}
            </text>
          ))}
          {hovered.value !== undefined && (
            <path class="hovered" d={`M${x(at)} ${margin.top}V${height - margin.bottom}`} />
          )}
          <path
            class="cursor"
            d={`M${x(step.value)} ${margin.top - 4}V${height - margin.bottom + 10}`}
          />
          <circle class="cursor-dot" cx={x(step.value)} cy={y(energy[step.value] ?? low)} r={4} />
        </svg>
      )}
    </div>
  );
}

/** Least and largest finite value. */
function finiteEnds(values: Float32Array): readonly number[] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0];
}
