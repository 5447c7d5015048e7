/** The recording of a descent. States, fields and overlaps are made again from the flips when somebody looks. */
import { madeLater } from '../../trace/madeLater';
import { held, type Recorded, type Recording } from '../../trace/recording';
import type { TraceEvent } from '../../trace/trace';
import { heldRows } from '../rows';
import { type Descent, type Frames, overlapsOf } from './asynchronous';
import { gridFor, landscapeOf, planeOf } from './landscape';
import { energyOf, fieldsOf, type Network } from './network';
import { rose } from './outcome';

/** Flips that are events; more are in `energy.flipped`. */
const mostEvents = 2000;
/** Multiplications up to which the energies of the patterns are offered. */
export const levelWork = 1e8;

/**
 * `energy.E` [steps+1], `energy.state` and `energy.field` [steps+1, N], `energy.overlap` [steps+1, P],
 * `energy.flipped` [steps], how many units changed; `energy.unit` [steps], the unit visited when one is at a time;
 * `energy.patterns` [P, N], what overlaps are taken with, and `energy.level` [P], E of each.
 */
export function tensorsOf(
  net: Network,
  descent: Descent,
  patterns: ArrayLike<number>,
  seed: number,
): Recording['tensors'] {
  const { n } = net;
  const { steps, energy, flipped, unit } = descent;
  const frames = descent.frames();
  const overlap = rows(steps + 1, patterns.length / n, frames, ({ state }) =>
    overlapsOf(patterns, n, state),
  );
  return new Map([
    ['energy.E', held([steps + 1], energy)],
    ['energy.state', rows(steps + 1, n, frames, ({ state }) => state)],
    ['energy.field', rows(steps + 1, n, frames, ({ field }) => field)],
    ...(patterns.length > 0 ? [['energy.overlap', overlap] as const] : []),
    ...(patterns.length > 0 ? [patternsTensor(patterns, n)] : []),
    ...(patterns.length > 0 && patterns.length * n <= levelWork
      ? [['energy.level', levels(net, patterns)] as const]
      : []),
    ...(steps > 0 ? [['energy.flipped', held([steps], flipped)] as const] : []),
    ...(unit && steps > 0 ? [['energy.unit', held([steps], unit)] as const] : []),
    ...(patterns.length > 0 ? planeTensors(net, patterns, steps, frames, seed) : []),
  ]);
}

export function patternsTensor(
  patterns: ArrayLike<number>,
  n: number,
): readonly [string, Recorded] {
  return ['energy.patterns', held([patterns.length / n, n], Float32Array.from(patterns))];
}

/** E of every pattern, computed when somebody looks. */
function levels(net: Network, patterns: ArrayLike<number>): Recorded {
  const { n } = net;
  const count = patterns.length / n;
  let made: Float32Array | undefined;
  const compute = () =>
    Float32Array.from({ length: count }, (_, p) => {
      const x = Float64Array.from({ length: n }, (_, i) => patterns[p * n + i]!);
      return energyOf(net, x, fieldsOf(net, x));
    });
  return {
    shape: [count],
    derived: true,
    read: (start, length) => (made ??= compute()).subarray(start, start + length),
  };
}

/**
 * `energy.plane.path` [steps+1, 2] and `energy.plane.patterns` [P, 2] in the plane of the patterns; for networks that are
 * not too large `energy.plane.extent` [1], `energy.plane.basin` and `energy.plane.height` [grid, grid] (see Landscape).
 */
function planeTensors(
  net: Network,
  patterns: ArrayLike<number>,
  steps: number,
  frames: Frames,
  seed: number,
): (readonly [string, Recorded])[] {
  const { n } = net;
  const plane = planeOf(patterns, n, seed);
  const each = Array.from({ length: patterns.length / n }, (_, p) =>
    plane.project(Float64Array.from({ length: n }, (_, i) => patterns[p * n + i]!)),
  );
  const grid = gridFor(n);
  // Reverses of patterns and a margin of a fifth are in the picture.
  const extent = 1.2 * Math.max(...each.flat().map(Math.abs));
  const landscape = madeLater(() => landscapeOf(net, patterns, plane, { grid, extent, seed }));
  const lazy = (which: 'basin' | 'height'): Recorded => ({
    shape: [grid, grid],
    derived: true,
    prepare: landscape.prepare,
    read: (start, count) => landscape.get()[which].subarray(start, start + count),
  });
  return [
    ['energy.plane.path', rows(steps + 1, 2, frames, ({ state }) => plane.project(state))],
    ['energy.plane.patterns', heldRows(each, 2)],
    ...(grid === 0
      ? []
      : ([
          ['energy.plane.extent', held([1], Float32Array.of(extent))],
          ['energy.plane.basin', lazy('basin')],
          ['energy.plane.height', lazy('height')],
        ] as const)),
  ];
}

function rows(
  count: number,
  width: number,
  frames: Frames,
  row: (frame: ReturnType<Frames['at']>) => ArrayLike<number>,
): Recorded {
  return {
    shape: [count, width],
    derived: true,
    read(start, length) {
      const out = new Float32Array(length);
      for (let at = start; at < start + length;) {
        const step = Math.floor(at / width);
        const values = row(frames.at(step));
        const from = at - step * width;
        const to = Math.min(width, from + start + length - at);
        for (let i = from; i < to; i++) out[at - start + i - from] = values[i]!;
        at += to - from;
      }
      return out;
    },
  };
}

/** A flip by its step (the state after it), the rise of the energy, the end. */
export function eventsOf(descent: Descent): TraceEvent[] {
  const { steps, flipped, unit, energy, rise, settled, cycle } = descent;
  const events: TraceEvent[] = [];
  for (let step = 0; step < steps && events.length < mostEvents; step++) {
    const count = flipped[step]!;
    if (count === 0) continue;
    const what = unit
      ? `unit ${unit[step]} flips`
      : `${count} ${count === 1 ? 'unit flips' : 'units flip'}`;
    events.push({ step: step + 1, of: 'energy.flipped', what, value: energy[step + 1]! });
  }
  if (rose(descent)) {
    events.push({ step: rise.step, of: 'energy.E', what: 'energy rises', value: rise.by });
  }
  if (cycle !== undefined) {
    events.push({ step: cycle + 2, of: 'energy.state', what: 'two-cycle' });
  } else if (settled) {
    const last = flipped.findLastIndex((count) => count > 0) + 1;
    events.push({ step: last, of: 'energy.state', what: 'settled', value: energy[last]! });
  }
  return events.sort((a, b) => a.step - b.step);
}
