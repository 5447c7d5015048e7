/** Which colour means which weight, and what was done to the weights. */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { cssColor } from '../../src/core/draw/colormap';
import { legendTicks } from '../../src/core/draw/scale';
import { integer, tick } from '../../src/core/draw/text';
import type { AccessBlock } from '../../src/core/trace/trace';
import { options } from '../state';
import { t } from '../strings';
import { headPaint, thumbnails } from './heads';
import { zoomOf } from './heatMap';
import { pooled } from './viewport';

const bands = 256;

export function Legend({ block }: { block: AccessBlock }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const context = canvas.current?.getContext('2d');
    const { map } = headPaint.value;
    for (let x = 0; context && x < bands; x++) {
      context.fillStyle = cssColor(map, x / (bands - 1));
      context.fillRect(x, 0, 1, 1);
    }
  });
  const { domain, scale } = headPaint.value;
  const { perRow, hideFirst, auto, scale: chosen } = options.value;
  const pool = pooled(zoomOf(block));
  const remarks = [
    ...(chosen === 'linear' ? [] : [t.options.scales[chosen]]),
    ...(auto ? [t.attention.autoScale] : []),
    ...(perRow ? [t.attention.perRow] : []),
    ...(hideFirst ? [t.attention.hideFirst] : []),
    ...(pool > 1 ? [t.attention.pooled(integer(pool))] : []),
  ];
  const broken = thumbnails.get(block.id)?.data.some(Number.isNaN) === true;
  return (
    <aside class="legend" aria-label={t.attention.legend}>
      <div class="legend-bar">
        <canvas ref={canvas} width={bands} height={1} aria-hidden="true" />
        <ul>
          {legendTicks(domain, scale).map(({ at, value }) => (
            <li key={at} style={{ left: `${at * 100}%` }}>
              {tick(value)}
            </li>
          ))}
        </ul>
      </div>
      {broken && <span class="nan">NaN</span>}
      <span>{remarks.join(' · ')}</span>
    </aside>
  );
}
