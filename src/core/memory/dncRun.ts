/**
 * A Differentiable Neural Computer step by step (Graves et al. 2016, Methods), as ixaxaar/pytorch-dnc computes it:
 * memory is written before it is read, and of cells that are equally unused the one is taken that torch.topk puts first.
 * Large states (M, link) are kept every few steps and replayed between.
 */
import { held, type Recorded } from '../trace/recording';
import { createCell } from './controller';
import type { DncShape, DncWeights } from './dncLayout';
import { createDncMemory, type DncMemory, type DncMemoryStart } from './dncMemory';
import { affine } from './kernels';
import type { Progress } from './memory';
import { checkRoom } from './replay';

export interface DncStart {
  readonly slots: number;
  /** One per memory. */
  readonly memories: readonly DncMemoryStart[];
  /** [layers · stacked, units] */
  readonly h: Float32Array;
  readonly c: Float32Array;
  /** [reads · columns] fed with the first input. */
  readonly read: Float32Array;
}

export interface DncTrack {
  readonly tensors: Map<string, Recorded>;
  /** [T, outputs] */
  readonly y: Float32Array;
  readonly memories: readonly DncMemory[];
}

/** The controller's output is cut to ±20, the default of the code. */
const clip = 20;

/** `x` is [steps, inputs]. Yields progress now and then. Throws Error when the recording would not fit. */
export function* runDnc(
  shape: DncShape,
  weights: DncWeights,
  start: DncStart,
  x: Float32Array,
): Generator<Progress, DncTrack, void> {
  const { inputs, outputs, units, layers, stacked, kind } = shape;
  const steps = x.length / inputs;
  const reads = shape.reads * shape.columns;
  // Link matrices every 64 steps and what is held at each step.
  const perStep = (shape.reads + 1) * (4 * start.slots + 2 * shape.columns) + 2 * start.slots;
  const levels = layers * stacked;
  checkRoom(
    steps,
    start.memories.length * (perStep + (start.slots * start.slots) / 64) + 2 * levels * units,
  );
  const accesses = shape.shared ? layers : 1;
  const memories = start.memories.map((one) =>
    createDncMemory(shape, start.slots, steps, accesses, one),
  );
  const cells = weights.cells.map((stack) =>
    stack.map((cell) => createCell(kind, cell.inputs, units, cell)),
  );
  const state = (values: Float32Array) =>
    Array.from({ length: levels }, (_, l) => values.slice(l * units, (l + 1) * units));
  const h = state(start.h);
  const c = state(start.c);
  const y = new Float32Array(steps * outputs);
  const hs = new Float32Array(steps * levels * units);
  const cs = new Float32Array(kind === 'lstm' ? steps * levels * units : 0);
  const first = new Float32Array(inputs + reads);
  first.set(start.read, inputs);
  const joined = new Float32Array(units + reads);
  const output = new Float32Array(units);
  const interfaceVector = new Float32Array(weights.interfaces[0]!.bias.length);

  for (let t = 0; t < steps; t++) {
    if (t % 16 === 0) yield { done: t, total: steps };
    first.set(x.subarray(t * inputs, (t + 1) * inputs));
    let below = first;
    for (let layer = 0; layer < layers; layer++) {
      cells[layer]!.forEach((cell, level) => {
        const place = layer * stacked + level;
        cell.step(below, h[place]!, c[place]!);
        below = h[place]!;
      });
      for (let j = 0; j < units; j++) output[j] = Math.min(clip, Math.max(-clip, below[j]!));
      const which = shape.shared ? 0 : layer;
      const { weight, bias } = weights.interfaces[which]!;
      affine(interfaceVector, 0, weight, bias, output, bias.length, units);
      const access = shape.shared ? t * layers + layer : t;
      const read = memories[which]!.step(interfaceVector, access);
      joined.set(output);
      joined.set(read, units);
      below = joined;
    }
    first.set(joined.subarray(units), inputs);
    affine(
      y,
      t * outputs,
      weights.output.weight,
      weights.output.bias,
      joined,
      outputs,
      joined.length,
    );
    for (let l = 0; l < levels; l++) {
      hs.set(h[l]!, (t * levels + l) * units);
      if (cs.length > 0) cs.set(c[l]!, (t * levels + l) * units);
    }
  }
  const stateShape = levels === 1 ? [steps, units] : [steps, levels, units];
  const tensors = new Map<string, Recorded>([
    ['output.y', held([steps, outputs], y)],
    ['state.h', held(stateShape, hs)],
    ...(cs.length > 0 ? [['state.c', held(stateShape, cs)] as const] : []),
  ]);
  memories.forEach((memory, index) => {
    // The first memory has the plain names; those of other layers say which.
    const prefix = index === 0 ? 'memory.' : `memory${index}.`;
    for (const [name, recorded] of memory.recorded()) tensors.set(prefix + name, recorded);
  });
  return { tensors, y, memories };
}
