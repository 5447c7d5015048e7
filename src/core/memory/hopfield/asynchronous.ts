/** Asynchronous updates: one unit after another. What happened is kept as flips and a keyframe per sweep, not as states. */
import type { Progress } from '../memory';
import type { Random } from '../random';
import { dot, shuffled } from '../vector';
import { energyOf, fieldsOf, flip, type Network, signOf } from './network';

export interface Descent {
  readonly steps: number;
  /** E before the first step and after each, [steps + 1]. */
  readonly energy: Float32Array;
  /** How many units changed at each step, [steps]. */
  readonly flipped: Float32Array;
  /** The unit visited at each step, [steps]; none when all move at once. */
  readonly unit?: Float32Array;
  /** Flips in all. */
  readonly flips: number;
  /** The largest rise of the energy in one step, and where; 0 when it never rose. */
  readonly rise: { readonly by: number; readonly step: number };
  /** Whether another step would change anything; a two-cycle is the answer of `cycle`. */
  readonly settled: boolean;
  /** The step from which on the state comes back every second step. */
  readonly cycle?: number;
  readonly last: Int8Array;
  frames(): Frames;
}

/** States of a descent, made again when somebody asks; asking in order is quickest. */
export interface Frames {
  /** State and local fields after `step` steps, valid until the next call. */
  at(step: number): { readonly state: Int8Array; readonly field: Float64Array };
}

/** Which unit is next: sweeps in random order, sweeps as listed, or always the one that wants to flip most. */
export const visits = ['random', 'listed', 'greedy'] as const;
export type Visit = (typeof visits)[number];

export interface Plan {
  /** Units in the order in which they are visited; else `visit` says it. */
  readonly order?: ArrayLike<number>;
  /** Random where nothing is said. */
  readonly visit?: Visit;
  /** Exactly so many steps; else until a whole sweep changes nothing. */
  readonly steps?: number;
  /** Sweeps after which it stops anyway. */
  readonly sweeps: number;
  readonly random: Random;
}

interface Keyframe {
  readonly step: number;
  readonly state: Int8Array;
  readonly field: Float64Array;
}

export function* descend(
  net: Network,
  start: Int8Array,
  plan: Plan,
): Generator<Progress, Descent, void> {
  const { n } = net;
  const most = plan.steps ?? plan.order?.length ?? plan.sweeps * n;
  const state = Int8Array.from(start);
  const field = fieldsOf(net, state);
  const energy = new Float32Array(most + 1);
  const flipped = new Float32Array(most);
  const unit = new Float32Array(most);
  const keyframes: Keyframe[] = [];
  let e = energyOf(net, state, field);
  let rise = { by: 0, step: 0 };
  let sweep: ArrayLike<number> = plan.order ?? [];
  let flips = 0;
  let quiet = 0;
  let step = 0;
  energy[0] = e;
  for (; step < most; step++) {
    if (step % n === 0) {
      if (plan.steps === undefined && !plan.order && quiet >= n) break;
      // Rounding of many small changes is taken back once a sweep.
      if (step > 0) field.set(fieldsOf(net, state));
      keyframes.push({ step, state: Int8Array.from(state), field: Float64Array.from(field) });
      if (!plan.order) sweep = plan.visit === 'listed' ? listed(n) : shuffled(n, plan.random);
      yield { done: step, total: most };
    }
    const greedy = plan.visit === 'greedy' && !plan.order ? steepest(state, field) : undefined;
    if (greedy?.settled && plan.steps === undefined) break;
    const i = greedy?.unit ?? sweep[plan.order ? step % sweep.length : step % n]!;
    unit[step] = i;
    quiet++;
    if (signOf(field[i]!, state[i]!) !== state[i]!) {
      const change = flip(net, state, field, i);
      e += change;
      if (change > rise.by) rise = { by: change, step: step + 1 };
      flipped[step] = 1;
      flips++;
      quiet = 0;
    }
    energy[step + 1] = e;
  }
  field.set(fieldsOf(net, state));
  return {
    steps: step,
    energy: energy.slice(0, step + 1),
    flipped: flipped.slice(0, step),
    unit: unit.slice(0, step),
    flips,
    rise,
    settled: state.every((value, i) => signOf(field[i]!, value) === value),
    last: state,
    frames: () => framesOf(net, keyframes, unit, flipped),
  };
}

function listed(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

/** The unit whose field is strongest against it, the lowest such; settled when no field is against its unit. */
function steepest(
  state: Int8Array,
  field: Float64Array,
): { readonly unit: number; readonly settled: boolean } {
  let unit = 0;
  let least = 0;
  for (let i = 0; i < state.length; i++) {
    const agreement = state[i]! * field[i]!;
    if (agreement >= least) continue;
    least = agreement;
    unit = i;
  }
  return { unit, settled: least === 0 };
}

function framesOf(
  net: Network,
  keyframes: readonly Keyframe[],
  unit: Float32Array,
  flipped: Float32Array,
): Frames {
  const state = new Int8Array(net.n);
  const field = new Float64Array(net.n);
  let now = -1;
  const jump = (frame: Keyframe) => {
    state.set(frame.state);
    field.set(frame.field);
    now = frame.step;
  };
  return {
    at(step) {
      const frame = keyframes[Math.min(Math.floor(step / net.n), keyframes.length - 1)]!;
      if (now < frame.step || now > step) jump(frame);
      for (; now < step; now++) if (flipped[now]! > 0) flip(net, state, field, unit[now]!);
      return { state, field };
    },
  };
}

/** Overlap of a state with each pattern, x·ξ / N, [P]. */
export function overlapsOf(
  patterns: ArrayLike<number>,
  n: number,
  state: ArrayLike<number>,
): Float64Array {
  const count = patterns.length / n;
  return Float64Array.from({ length: count }, (_, p) => dot(patterns, state, p * n, 0, n) / n);
}
