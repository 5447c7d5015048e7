/** One line per kind of tensor over the blocks of the model, on a logarithmic scale. */
import { useRef } from 'preact/hooks';
import { integer, number, thinned, tick } from '../../src/core/draw/text';
import type { DepthLine } from '../../src/core/statistics/depth';
import { t } from '../strings';
import { useBox } from '../useBox';
import { openTensor } from '../weights/state';
import { lines, role, small } from './state';

const height = 240;
const margin = { left: 64, right: 12, top: 8, bottom: 36 } as const;
/** Of lengths without a common divisor: neighbours differ without colour too. */
const colours = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'] as const;
const dashes = ['', '6 3', '2 2', '8 2 2 2', '12 4'] as const;

const strokeOf = (index: number) => ({
  stroke: `var(--vscode-charts-${colours[index % colours.length]!}, currentColor)`,
  'stroke-dasharray': dashes[index % dashes.length]!,
});

export function DepthChart() {
  const outer = useRef<HTMLDivElement>(null);
  const { width } = useBox(outer).value;
  const all = lines.value;
  const chosen = all.find((line) => line.role === role.value);
  return (
    <section>
      <h2>{t.health.depth}</h2>
      <p class="quiet">{t.health.depthAbout}</p>
      <div ref={outer} class="health-chart">
        {width > 0 && all.some(({ values }) => values.some((value) => value > 0)) && (
          <Lines all={all} width={width} />
        )}
      </div>
      <div class="health-roles" role="group" aria-label={t.health.roles}>
        {all.map((line, index) => (
          <button
            key={line.role}
            class="quiet-button"
            aria-pressed={line === chosen}
            onClick={() => (role.value = line === chosen ? undefined : line.role)}
          >
            <svg width="24" height="8" aria-hidden="true">
              <line x1="0" y1="4" x2="24" y2="4" {...strokeOf(index)} stroke-width="2" />
            </svg>
            <span class="figure">{line.role}</span>
          </button>
        ))}
        <label class="choice">
          <input
            type="checkbox"
            checked={small.value}
            onChange={(event) => (small.value = event.currentTarget.checked)}
          />
          {t.health.small}
        </label>
      </div>
      {chosen && <Blocks line={chosen} />}
    </section>
  );
}

/** The chosen line in words; each block shows its tensor. */
function Blocks({ line: { blocks, values, names } }: { line: DepthLine }) {
  return (
    <ul class="health-blocks">
      {blocks.map((block, index) => (
        <li key={block}>
          <button
            class="link figure"
            title={t.health.open(names[index]!)}
            onClick={() => openTensor(names[index]!)}
          >
            {t.health.blockValue(integer(block), number(values[index]!))}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Lines({ all, width }: { all: readonly DepthLine[]; width: number }) {
  const values = all.flatMap((line) => line.values.filter((value) => value > 0));
  const last = Math.max(...all.flatMap(({ blocks }) => blocks));
  const [bottom, top] = [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values)) + 1e-9),
  ];
  const plot = {
    width: width - margin.left - margin.right,
    height: height - margin.top - margin.bottom,
  };
  const x = (block: number): number => margin.left + (block / Math.max(1, last)) * plot.width;
  const y = (value: number): number =>
    margin.top + ((top - Math.log10(value)) / (top - bottom)) * plot.height;
  const powers = thinned(bottom, top, plot.height / (top - bottom), 20);
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={t.health.depthLabel(integer(all.length), integer(last + 1))}
    >
      {powers.map((power) => (
        <g key={power}>
          <line
            class="grid"
            x1={margin.left}
            x2={width - margin.right}
            y1={y(10 ** power)}
            y2={y(10 ** power)}
          />
          <text x={margin.left - 8} y={y(10 ** power)} text-anchor="end" dominant-baseline="middle">
            {tick(10 ** power)}
          </text>
        </g>
      ))}
      {thinned(0, last, plot.width / Math.max(1, last), 32).map((block) => (
        <text key={block} x={x(block)} y={height - 10} text-anchor="middle">
          {block}
        </text>
      ))}
      <text x={margin.left - 8} y={height - 10} text-anchor="end">
        {t.health.block}
      </text>
      {all.map((line, index) => (
        <Line key={line.role} line={line} index={index} x={x} y={y} />
      ))}
    </svg>
  );
}

interface LineProps {
  readonly line: DepthLine;
  readonly index: number;
  readonly x: (block: number) => number;
  readonly y: (value: number) => number;
}

/** A block of zeros has no place on the scale: the line has a gap there. */
function Line({ line, index, x, y }: LineProps) {
  const places = line.values.map((value, at) =>
    value > 0 ? `${x(line.blocks[at]!).toFixed(1)} ${y(value).toFixed(1)}` : undefined,
  );
  const path = places
    .map((place, at) => (place ? `${at > 0 && places[at - 1] ? 'L' : 'M'}${place}` : ''))
    .join('');
  const isFaint = role.value !== undefined && role.value !== line.role;
  return (
    <path
      d={path}
      fill="none"
      {...strokeOf(index)}
      stroke-width={role.value === line.role ? 3 : 1.5}
      opacity={isFaint ? 0.3 : 1}
      onClick={() => (role.value = line.role)}
    >
      <title>{line.role}</title>
    </path>
  );
}
