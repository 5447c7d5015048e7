/** Colours of series: one scale for all steps, so that two steps are compared by eye. */
import { signal } from '@preact/signals';
import type { Paint } from '../../src/core/draw/raster';
import { unit } from '../../src/core/draw/scale';
import type { Series } from '../../src/core/trace/trace';
import { host } from '../host';
import { options, report, trace } from '../state';
import type { MatrixKind } from './state';

const extents = signal<ReadonlyMap<string, readonly [number, number]>>(new Map());
const asked = new Set<string>();
trace.subscribe(() => {
  asked.clear();
  extents.value = new Map();
});

function extentOf(name: string): readonly [number, number] | undefined {
  const known = extents.value.get(name);
  const id = trace.peek()?.id;
  if (known || id === undefined || asked.has(name)) return known;
  asked.add(name);
  host.call('seriesExtent', { trace: id, series: name }).then(([low = NaN, high = NaN]) => {
    if (trace.peek()?.id === id) extents.value = new Map(extents.peek()).set(name, [low, high]);
  }, report);
  return undefined;
}

/** A share of the largest value: what goes no farther below 0 has its colours from end to end. */
const nearlyNone = 0.05;

/** From the extremes of the whole series; 0 is in the middle where it goes below 0, or where changes are shown. */
export function seriesPaint(name: string, isChange = false): Paint {
  const [low, high] = extentOf(name) ?? [0, 1];
  const most = Math.max(Math.abs(low), Math.abs(high));
  const end = most > 0 && Number.isFinite(most) ? most : 1;
  if (isChange || low < -nearlyNone * high) {
    return { map: 'signed', scale: 'diverging', domain: { low: -end, high: end } };
  }
  return { map: options.value.map, scale: 'linear', domain: { low: Math.min(0, low), high: end } };
}

/** Links are weights. */
export function matrixPaint({ name }: Series, kind: MatrixKind): Paint {
  const { map, scale } = options.value;
  return kind === 'link' ? { map, scale, domain: unit } : seriesPaint(name, kind === 'change');
}
