/**
 * A Neural Turing Machine step by step (Graves, Wayne, Danihelka 2014, sections 3.1–3.3), with every intermediate kept
 * by the names of the trace file. Memory itself is kept every few steps and replayed between from what was written.
 */
import { held, type Recorded } from '../trace/recording';
import { createCell, createDense, type Cell } from './controller';
import { affine, relu, sigmoid, softmax, softplus } from './kernels';
import type { Progress } from './memory';
import {
  type Activations,
  type DenseName,
  type NtmShape,
  type NtmStart,
  type NtmWeights,
  readHeads,
} from './ntmShape';
import { createMemory, type HeadTrack, type Memory, memoryOf } from './ntmMemory';
import { checkRoom, type Snapshots } from './replay';

export interface NtmTrack {
  readonly tensors: Map<string, Recorded>;
  /** [T, outputs] */
  readonly y: Float32Array;
  readonly heads: readonly HeadTrack[];
}

/** Steps between two kept memories. */
const every = 64;
/** Added to the sum of sharpened weights, as pytorch-ntm does. */
const tiny = 1e-16;

/** `x` is [steps, inputs]. Yields progress now and then. Throws Error when the recording would not fit. */
export function* runNtm(
  shape: NtmShape,
  weights: NtmWeights,
  activations: Activations,
  start: NtmStart,
  x: Float32Array,
  dense: DenseName = 'relu',
): Generator<Progress, NtmTrack, void> {
  const { inputs, outputs, units, slots, columns } = shape;
  const isLstm = shape.controller === 'lstm';
  // Only the last layer of a feed-forward controller is kept: the others have no state.
  const layers = isLstm ? shape.layers : 1;
  const steps = x.length / inputs;
  const reads = readHeads(shape) * columns;
  const perHead = 4 * slots + 3 * columns + 6;
  checkRoom(steps, shape.heads.length * perHead + 2 * layers * units + outputs);
  const y = new Float32Array(steps * outputs);
  const hs = new Float32Array(steps * layers * units);
  const cs = new Float32Array(isLstm ? steps * layers * units : 0);
  const tracks = shape.heads.map((act) => createTrack(steps, slots, columns, act === 'write'));
  const cells = createCells(shape, weights, inputs + reads, dense);
  const h = cells.map((cell, l) => stateOf(start.h, l, cell.units));
  const c = cells.map((cell, l) => stateOf(start.c, l, cell.units));
  const last = cells.length - 1;
  const memory = createMemory(start.memory.slice(), slots, columns);
  const input = new Float32Array(inputs + reads);
  input.set(start.read, inputs);
  const joined = new Float32Array(units + reads);
  const raw = new Float32Array(6 + 3 * columns);
  const none = new Float32Array(slots);
  const snapshots: Float32Array[] = [];

  for (let t = 0; t < steps; t++) {
    if (t % every === 0) {
      snapshots.push(memory.values.slice());
      yield { done: t, total: steps };
    }
    input.set(x.subarray(t * inputs, (t + 1) * inputs));
    stepLayers(cells, input, h, c);
    const top = h[last]!;
    const read = shape.headsRead === 'h' ? top : c[last]!;
    let place = inputs;
    for (let i = 0; i < tracks.length; i++) {
      const track = tracks[i]!;
      const head = weights.heads[i]!;
      affine(raw, 0, head.weight, head.bias, read, head.bias.length, units);
      address(track, t, raw, activations, memory, none);
      if (track.write) {
        takeWriteVectors(track, t, raw, columns, activations, shape.erases);
        memory.write(track, t, shape.erases);
      } else {
        memory.read(track.w, t * slots, track.read, t * columns);
        input.set(track.read.subarray(t * columns, (t + 1) * columns), place);
        place += columns;
      }
    }
    joined.set(top);
    joined.set(input.subarray(inputs), units);
    affine(
      y,
      t * outputs,
      weights.output.weight,
      weights.output.bias,
      joined,
      outputs,
      units + reads,
    );
    for (let o = t * outputs; o < (t + 1) * outputs; o++) y[o] = sigmoid(y[o]!);
    for (let l = 0; l < layers; l++) {
      hs.set(isLstm ? h[l]! : top, (t * layers + l) * units);
      if (isLstm) cs.set(c[l]!, (t * layers + l) * units);
    }
  }
  const kept: Snapshots = { every, values: snapshots };
  const stateShape = layers === 1 ? [steps, units] : [steps, layers, units];
  const tensors = new Map<string, Recorded>([
    ['output.y', held([steps, outputs], y)],
    ['state.h', held(stateShape, hs)],
    ...(isLstm ? [['state.c', held(stateShape, cs)] as const] : []),
    ['memory.M', memoryOf(steps, slots, columns, kept, tracks, shape.erases)],
    ...tracks.flatMap((track, i) => recordedHead(`memory.head${i}.`, track, shape)),
  ]);
  return { tensors, y, heads: tracks };
}

function createCells(
  { controller, units }: NtmShape,
  weights: NtmWeights,
  inputs: number,
  dense: DenseName,
): Cell[] {
  const cells: Cell[] = [];
  for (const cell of weights.cells) {
    const wide = cells.at(-1)?.units ?? inputs;
    cells.push(
      controller === 'lstm'
        ? createCell('lstm', wide, units, cell)
        : createDense(wide, cell, dense),
    );
  }
  return cells;
}

/** The part of a layer, zeros where nothing is given. */
function stateOf(values: Float32Array, layer: number, units: number): Float32Array {
  const state = new Float32Array(units);
  state.set(values.subarray(layer * units, (layer + 1) * units));
  return state;
}

function stepLayers(
  cells: readonly Cell[],
  input: Float32Array,
  h: readonly Float32Array[],
  c: readonly Float32Array[],
): void {
  let below = input;
  for (let l = 0; l < cells.length; l++) {
    cells[l]!.step(below, h[l]!, c[l]!);
    below = h[l]!;
  }
}

function createTrack(steps: number, slots: number, columns: number, write: boolean): HeadTrack {
  const values = (width: number) => new Float32Array(steps * width);
  return {
    write,
    key: values(columns),
    beta: values(1),
    gate: values(1),
    shift: values(3),
    gamma: values(1),
    content: values(slots),
    gated: values(slots),
    shifted: values(slots),
    w: values(slots),
    read: values(write ? 0 : columns),
    erase: values(write ? columns : 0),
    add: values(write ? columns : 0),
  };
}

/** Content, gate, shift, sharpen: from the raw numbers of a head to its weighting at step `t`. */
function address(
  track: HeadTrack,
  t: number,
  raw: Float32Array,
  activations: Activations,
  memory: Memory,
  none: Float32Array,
): void {
  const { slots, columns } = memory;
  const { content, gated, shifted, w, shift } = track;
  const at = t * slots;
  for (let j = 0; j < columns; j++) {
    track.key[t * columns + j] = activations.key === 'relu' ? relu(raw[j]!) : raw[j]!;
  }
  const positive = (value: number, by: 'softplus' | 'relu') =>
    by === 'relu' ? relu(value) : softplus(value);
  const beta = positive(raw[columns]!, activations.strength);
  const gate = sigmoid(raw[columns + 1]!);
  for (let j = 0; j < 3; j++) {
    const value = raw[columns + 2 + j]!;
    shift[3 * t + j] =
      activations.shift === 'identity' ? value : positive(value, activations.shift);
  }
  softmax(shift, 3 * t, 3);
  const gamma = 1 + positive(raw[columns + 5]!, activations.sharpening);
  track.beta[t] = beta;
  track.gate[t] = gate;
  track.gamma[t] = gamma;

  memory.similarity(track.key, t * columns, beta, content, at);
  softmax(content, at, slots);
  const previous = t > 0 ? w : none;
  const before = t > 0 ? at - slots : 0;
  for (let n = 0; n < slots; n++) {
    gated[at + n] = gate * content[at + n]! + (1 - gate) * previous[before + n]!;
  }
  // Circular convolution, s[0] moves one slot up: wt[n] = s0 wg[n-1] + s1 wg[n] + s2 wg[n+1].
  const up = shift[3 * t]!;
  const stay = shift[3 * t + 1]!;
  const down = shift[3 * t + 2]!;
  let sum = 0;
  for (let n = 0; n < slots; n++) {
    const above = gated[n > 0 ? at + n - 1 : at + slots - 1]!;
    const below = gated[n < slots - 1 ? at + n + 1 : at]!;
    const moved = up * above + stay * gated[at + n]! + down * below;
    shifted[at + n] = moved;
    const sharp = moved === 0 ? 0 : Math.exp(gamma * Math.log(moved));
    w[at + n] = sharp;
    sum += sharp;
  }
  const scale = 1 / (sum + tiny);
  for (let n = at; n < at + slots; n++) w[n] = w[n]! * scale;
}

function takeWriteVectors(
  { erase, add }: HeadTrack,
  t: number,
  raw: Float32Array,
  columns: number,
  activations: Activations,
  erases: boolean,
): void {
  const addAt = columns + 6 + (erases ? columns : 0);
  for (let j = 0; j < columns; j++) {
    const added = raw[addAt + j]!;
    add[t * columns + j] = activations.add === 'relu' ? relu(added) : added;
    if (!erases) continue;
    const erased = raw[columns + 6 + j]!;
    erase[t * columns + j] = activations.erase === 'relu' ? relu(erased) : sigmoid(erased);
  }
}

function recordedHead(
  prefix: string,
  track: HeadTrack,
  { slots, columns, erases }: NtmShape,
): [string, Recorded][] {
  const steps = track.beta.length;
  const parts: [string, Recorded][] = [
    ['key', held([steps, columns], track.key)],
    ['beta', held([steps], track.beta)],
    ['gate', held([steps], track.gate)],
    ['shift', held([steps, 3], track.shift)],
    ['gamma', held([steps], track.gamma)],
    ['w_content', held([steps, slots], track.content)],
    ['w_gated', held([steps, slots], track.gated)],
    ['w_shifted', held([steps, slots], track.shifted)],
    ['w', held([steps, slots], track.w)],
  ];
  if (!track.write) parts.push(['read', held([steps, columns], track.read)]);
  if (track.write && erases) parts.push(['erase', held([steps, columns], track.erase)]);
  if (track.write) parts.push(['add', held([steps, columns], track.add)]);
  return parts.map(([name, recorded]) => [prefix + name, recorded]);
}
