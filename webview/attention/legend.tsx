/** Which colour means which weight, and what was done to the weights. */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { cssColor } from '../../src/core/draw/colormap';
import { legendTicks } from '../../src/core/draw/scale';
import { integer, number } from '../../src/core/draw/text';
import type { AccessBlock } from '../../src/core/trace/trace';
import { options } from '../state';
import { t } from '../strings';
import { headPaint, thumbnails } from './heads';
import { zoomOf } from './heatMap';
import { pooled } from './viewport';

export function Legend({ block }: { block: AccessBlock }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const context = canvas.current?.getContext('2d');
    const { map } = headPaint.value;
    for (let y = 0; context && y < 128; y++) {
      context.fillStyle = cssColor(map, 1 - y / 127);
      context.fillRect(0, y, 1, 1);
    }
  });
  const { domain, scale } = headPaint.value;
  const { perRow, hideFirst, auto, display } = options.value;
  const map = display === 'map';
  const pool = map ? pooled(zoomOf(block)) : 1;
  const remarks = [
    ...(scale === 'linear' ? [] : [t.options.scales[scale]]),
    ...(auto ? [t.attention.autoScale] : []),
    ...(map && perRow ? [t.attention.perRow] : []),
    ...(map && hideFirst ? [t.attention.hideFirst] : []),
    ...(pool > 1 ? [t.attention.pooled(integer(pool))] : []),
  ];
  const broken = thumbnails.get(block.id)?.data.some(Number.isNaN) === true;
  return (
    <aside class="legend" aria-label={t.attention.legend}>
      <div class="legend-bar">
        <canvas ref={canvas} width={1} height={128} aria-hidden="true" />
        <ul>
          {legendTicks(domain, scale).map(({ at, value }) => (
            <li key={at} style={{ bottom: `${at * 100}%` }}>
              {number(value)}
            </li>
          ))}
        </ul>
      </div>
      {broken && <p class="nan">NaN</p>}
      {remarks.map((remark) => (
        <p key={remark}>{remark}</p>
      ))}
    </aside>
  );
}
