/** Bars side by side, the tallest as high as the chart; the one under the pointer is said below. */
import { useSignal } from '@preact/signals';

export interface Bar {
  readonly size: number;
  /** What it stands for, in words. */
  readonly says: string;
}

interface Props {
  readonly bars: readonly Bar[];
  readonly label: string;
  /** Labels below, at shares of the width. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Puts sizes on the height, 0…1; linear unless given. */
  readonly height?: (size: number) => number;
}

export function BarChart({ bars, label, ticks, height }: Props) {
  const pointed = useSignal<number | undefined>(undefined);
  const most = Math.max(0, ...bars.map(({ size }) => size)) || 1;
  const tall = height ?? ((size: number): number => size / most);
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || event.altKey) return;
    event.preventDefault();
    pointed.value = Math.max(0, Math.min(bars.length - 1, (pointed.value ?? -1) + by));
  };
  // A hair of every bar that is not empty is seen.
  const path = bars
    .map(({ size }, i) => {
      const up = size > 0 ? Math.max(0.006, tall(size)) : 0;
      return up > 0 ? `M${i} 1V${1 - up}h1V1z` : '';
    })
    .join('');
  return (
    <figure class="bar-chart">
      <svg
        viewBox={`0 0 ${bars.length} 1`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        tabIndex={0}
        onKeyDown={step}
        onPointerMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          const at = Math.floor(((event.clientX - left) / width) * bars.length);
          pointed.value = at >= 0 && at < bars.length ? at : undefined;
        }}
        onPointerLeave={() => (pointed.value = undefined)}
      >
        {pointed.value !== undefined && (
          <rect class="pointed" x={pointed.value} y={0} width={1} height={1} />
        )}
        <path d={path} />
      </svg>
      <ul aria-hidden="true">
        {ticks.map((tick) => (
          <li key={tick.at} style={{ left: `${tick.at * 100}%` }}>
            {tick.label}
          </li>
        ))}
      </ul>
      <figcaption aria-live="polite">
        {pointed.value === undefined ? ' ' : bars[pointed.value]?.says}
      </figcaption>
    </figure>
  );
}
