/** The plane of the stored patterns: what places on it fall into, the patterns, the path of the state. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { cssColor } from '../../src/core/draw/colormap';
import { kept, report } from '../state';
import { step } from '../steps/state';
import { t } from '../strings';
import { theme } from '../theme';
import { useBox } from '../useBox';
import { type Field, labelled, type Plane, readField, readPlane } from './landscapeData';
import { type EnergyRun, seriesOf } from './run';

const colours = 6;

const coloured = kept<'basin' | 'height'>('energy.landscape', 'basin');

export function Landscape({ run }: { run: EnergyRun }) {
  const outer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useBox(outer);
  const isSeen = useSignal(false);
  const plane = useSignal<Plane | undefined>(undefined);
  const field = useSignal<Field | undefined>(undefined);
  useEffect(() => {
    // What every place falls into is tried when somebody looks.
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) isSeen.value = true;
    });
    if (outer.current) observer.observe(outer.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!isSeen.value) return undefined;
    let isLatest = true;
    void readPlane(run).then(
      (found) => isLatest && (plane.value = found),
      (error: unknown) => isLatest && report(error),
    );
    return () => {
      isLatest = false;
    };
  }, [run, isSeen.value]);
  const wanted = coloured.value;
  useEffect(() => {
    if (!isSeen.value) return undefined;
    let isLatest = true;
    void readField(run, wanted).then(
      (found) => isLatest && (field.value = found),
      (error: unknown) => isLatest && report(error),
    );
    return () => {
      isLatest = false;
    };
  }, [run, isSeen.value, wanted]);
  const edge = Math.max(0, Math.min(box.value.width, 320));
  const places = plane.value;
  const own = field.value?.run === run ? field.value : undefined;
  useSignalEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    const { background } = theme.value;
    const { ratio } = box.value;
    if (!element || !context || field.value === undefined) return;
    const side = Math.max(1, Math.round(Math.min(box.value.width, 320) * ratio));
    element.width = element.height = side;
    context.fillStyle = background;
    context.fillRect(0, 0, side, side);
    paintField(context, field.value, coloured.peek(), side, run.patterns?.count ?? 0);
  });
  const hasField = seriesOf(run.trace, 'plane.basin') !== undefined;
  return (
    <section class="energy-landscape" aria-label={t.energy.landscape}>
      <h3>
        {t.energy.landscape}
        {hasField && (
          <span class="switch" role="tablist" aria-label={t.energy.landscape}>
            {(['basin', 'height'] as const).map((name) => (
              <button
                key={name}
                role="tab"
                aria-selected={wanted === name}
                onClick={() => (coloured.value = name)}
              >
                {t.energy.landscapes[name]}
              </button>
            ))}
          </span>
        )}
      </h3>
      <div ref={outer} class="plane-box">
        <div class="plane" style={{ width: `${edge}px`, height: `${edge}px` }}>
          <canvas ref={canvas} aria-hidden="true" hidden={!own} />
          {places && edge > 0 && <Path plane={places} edge={edge} />}
          {hasField && !own && <p class="quiet">{t.energy.landscapeWait}</p>}
        </div>
        <p class="quiet">
          {t.energy.landscapeSays}
          {hasField
            ? wanted === 'basin'
              ? t.energy.basinSays
              : t.energy.heightSays
            : t.energy.noLandscape}
        </p>
      </div>
    </section>
  );
}

function Path({ plane, edge }: { plane: Plane; edge: number }) {
  const { path, patterns, extent, run, stride } = plane;
  const x = (value: number) => ((value / extent + 1) / 2) * edge;
  const y = (value: number) => ((1 - value / extent) / 2) * edge;
  const count = path.length / 2;
  const line = Array.from(
    { length: count },
    (_, i) => `${x(path[2 * i]!).toFixed(1)} ${y(path[2 * i + 1]!).toFixed(1)}`,
  ).join('L');
  const attractors = labelled(
    [1, -1].flatMap((sign) =>
      Array.from({ length: patterns.length / 2 }, (_, p) => ({
        name: sign > 0 ? run.named(p) : `−${run.named(p)}`,
        isReversed: sign < 0,
        left: x(sign * patterns[2 * p]!),
        top: y(sign * patterns[2 * p + 1]!),
      })),
    ),
  );
  const now = Math.min(count - 1, Math.round(step.value / stride));
  return (
    <svg width={edge} height={edge} role="img" aria-label={t.energy.landscapeLabel}>
      {attractors.map(({ name, left, top, isReversed, isLabelled }) => (
        <g key={name} class={isReversed ? 'attractor reversed' : 'attractor'}>
          <title>{name}</title>
          <circle cx={left} cy={top} r={3} />
          {isLabelled && (
            <text x={left + 5} y={top - 4}>
              {name}
            </text>
          )}
        </g>
      ))}
      <path class="path-edge" d={`M${line}`} />
      <path class="path" d={`M${line}`} />
      <circle class="cursor-dot" cx={x(path[2 * now]!)} cy={y(path[2 * now + 1]!)} r={5} />
    </svg>
  );
}

/** Row 0 is the lowest second coordinate, so it is drawn at the bottom. */
function paintField(
  context: CanvasRenderingContext2D,
  { values, grid }: Field,
  name: 'basin' | 'height',
  side: number,
  patterns: number,
): void {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const palette = chartColours();
  const edge = (place: number) => Math.round((place * side) / grid);
  for (let i = 0; i < values.length; i++) {
    const [row, column] = [grid - 1 - Math.floor(i / grid), i % grid];
    const value = values[i]!;
    if (name === 'height') {
      context.globalAlpha = 1;
      context.fillStyle = cssColor('viridis', high > low ? (value - low) / (high - low) : 0);
    } else {
      const isNone = value >= patterns;
      context.globalAlpha = isNone ? 0.12 : value < 0 ? 0.3 : 0.7;
      const pattern = value < 0 ? -1 - value : value;
      context.fillStyle = isNone ? theme.value.foreground : palette[pattern % colours]!;
    }
    context.fillRect(
      edge(column),
      edge(row),
      edge(column + 1) - edge(column),
      edge(row + 1) - edge(row),
    );
  }
  context.globalAlpha = 1;
}

/** The colours of bars and lines, from the style sheet. */
function chartColours(): readonly string[] {
  const style = getComputedStyle(document.body);
  return Array.from(
    { length: colours },
    (_, i) => style.getPropertyValue(`--energy-${i}`).trim() || theme.value.foreground,
  );
}
