/** Which colour means which value; its two ends are dragged, or moved by keys. */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { cssColor } from '../../src/core/draw/colormap';
import { position } from '../../src/core/draw/scale';
import { integer, number, tick } from '../../src/core/draw/text';
import { t } from '../strings';
import { type Clip, clip, clips, domainOf, endsOf, extremeOf, paint, putEnds } from './look';
import type { OpenSlice } from './slices';

const bands = 256;
type End = 'low' | 'high';

export function ClipLegend({ of, remarks }: { of: OpenSlice; remarks: readonly string[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const extreme = extremeOf(of);
  const domain = domainOf(of);
  const found = of.survey.value?.found;
  useSignalEffect(() => {
    const context = canvas.current?.getContext('2d');
    const { map, scale, domain: shown } = paint.value;
    const most = extremeOf(of);
    for (let x = 0; context && x < bands; x++) {
      const value = most * ((2 * x) / (bands - 1) - 1);
      context.fillStyle = cssColor(map, position(value, shown, scale));
      context.fillRect(x, 0, 1, 1);
    }
  });
  const place = (value: number): string => `${50 + (50 * value) / extreme}%`;
  const set = (end: End, value: number): void => {
    // Each end stays on its side of 0, where white is.
    const least = extreme * 1e-4;
    const size = Math.min(extreme, Math.max(least, end === 'low' ? -value : value));
    putEnds(of, { ...domain, [end]: end === 'low' ? -size : size });
  };
  const drag = (end: End, event: PointerEvent): void => {
    const box = bar.current?.getBoundingClientRect();
    if (!box || !(event.buttons & 1)) return;
    set(end, extreme * (2 * ((event.clientX - box.left) / box.width) - 1));
  };
  const key = (end: End, event: KeyboardEvent): void => {
    const step = (event.shiftKey ? 10 : 1) * (extreme / 100);
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step }[event.key];
    const to = event.key === 'Home' ? -Infinity : event.key === 'End' ? Infinity : undefined;
    if (by === undefined && to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(end, to ?? domain[end] + (by ?? 0));
  };
  const strange = [
    ...(found?.nan ? [`NaN ${integer(found.nan)}`] : []),
    ...(found?.positiveInfinite ? [`+∞ ${integer(found.positiveInfinite)}`] : []),
    ...(found?.negativeInfinite ? [`−∞ ${integer(found.negativeInfinite)}`] : []),
  ];
  return (
    <aside class="legend clip-legend" aria-label={t.weights.legend}>
      <div class="legend-bar" ref={bar}>
        <canvas ref={canvas} width={bands} height={1} aria-hidden="true" />
        {(['low', 'high'] as const).map((end) => (
          <button
            key={end}
            class="clip-handle"
            role="slider"
            style={{ left: place(domain[end]) }}
            aria-label={end === 'low' ? t.weights.lowEnd : t.weights.highEnd}
            aria-valuemin={end === 'low' ? -extreme : 0}
            aria-valuemax={end === 'low' ? 0 : extreme}
            aria-valuenow={domain[end]}
            aria-valuetext={number(domain[end])}
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={(event) => drag(end, event)}
            onKeyDown={(event) => key(end, event)}
          />
        ))}
        <ul>
          <li style={{ left: '0%' }}>{tick(-extreme)}</li>
          <li style={{ left: '50%' }}>0</li>
          <li style={{ left: '100%' }}>{tick(extreme)}</li>
        </ul>
      </div>
      <select
        aria-label={t.weights.clip}
        value={endsOf(of) ? 'hand' : clip.value}
        onChange={(event) => {
          putEnds(of, undefined);
          clip.value = event.currentTarget.value as Clip;
        }}
      >
        {endsOf(of) && (
          <option value="hand" disabled>
            {t.weights.byHand}
          </option>
        )}
        {clips.map((name) => (
          <option key={name} value={name}>
            {t.weights.clips[name]}
          </option>
        ))}
      </select>
      {strange.length > 0 && <span class="nan">{strange.join(' · ')}</span>}
      <span class="remarks">{remarks.join(' · ')}</span>
    </aside>
  );
}
