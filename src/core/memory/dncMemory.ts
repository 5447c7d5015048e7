/** The memory of a Differentiable Neural Computer: one step of writing, linking and reading, with everything kept. */
import { held, type Recorded } from '../trace/recording';
import type { DncShape } from './dncLayout';
import { createTracks, everyNth, recordedHeads } from './dncTracks';
import { affine, sigmoid, softmax, softplus } from './kernels';
import { replayed } from './replay';
import { leastFirst } from './torchOrder';

/** The state before the first step. */
export interface DncMemoryStart {
  /** [N, W] */
  readonly memory: Float32Array;
  /** [N, N] */
  readonly link: Float32Array;
  /** [N] */
  readonly precedence: Float32Array;
  /** [R, N] */
  readonly reads: Float32Array;
  /** [N] */
  readonly write: Float32Array;
  /** [N] */
  readonly usage: Float32Array;
}

export interface DncMemory {
  /** Takes the interface vector of access `t`, gives the read vectors [R · W]. */
  step(raw: Float32Array, t: number): Float32Array;
  /** By the names after `memory.` */
  recorded(): readonly (readonly [name: string, recorded: Recorded])[];
}

/** Float32 after every operation, as torch has it: unused cells are told apart by their last bit. */
const f = Math.fround;
/** The code's δ: added to norms and to usage before products. */
const delta = 1e-6;
/** Steps between two kept memories and link matrices. */
const every = 64;

/** `accesses` of it happen in each of `steps` steps; what the last of them leaves is the step's. */
export function createDncMemory(
  { columns, reads }: DncShape,
  slots: number,
  steps: number,
  accesses: number,
  start: DncMemoryStart,
): DncMemory {
  const all = steps * accesses;
  const memory = start.memory.slice();
  const link = start.link.slice();
  const precedence = start.precedence.slice();
  const usage = start.usage.slice();
  const write = start.write.slice();
  const read = start.reads.slice();
  const vectors = new Float32Array(reads * columns);
  const tracks = createTracks(slots, columns, reads, all);
  const memories: Float32Array[] = [];
  const links: Float32Array[] = [];
  const allocation = new Float32Array(slots);
  const forward = new Float32Array(slots);
  const backward = new Float32Array(slots);

  const content = (
    key: Float32Array,
    from: number,
    strength: number,
    out: Float32Array,
    at: number,
  ) => {
    similarities(memory, slots, columns, key, from, strength, out, at);
    softmax(out, at, slots);
  };

  const step: DncMemory['step'] = (raw, t) => {
    const w = columns;
    const r = reads;
    // Offsets of the interface vector: keys, strengths, write key, strength, erase, add, free gates, gates, modes.
    const readStrengths = r * w;
    const writeKey = readStrengths + r;
    const eraseAt = writeKey + w + 1;
    const addAt = eraseAt + w;
    const freeAt = addAt + w;
    const modesAt = freeAt + r + 2;
    if (t % every === 0 && memories.length === t / every) {
      memories.push(memory.slice());
      links.push(link.slice());
    }
    for (let n = 0; n < slots; n++) {
      let freed = 1;
      for (let i = 0; i < r; i++) {
        const gate = f(sigmoid(raw[freeAt + i]!));
        freed = f(freed * f(1 - f(gate * read[i * slots + n]!)));
      }
      const written = f(1 - f(1 - write[n]!));
      usage[n] = f(usage[n]! + f(f(1 - usage[n]!) * written)) * freed;
    }
    for (let j = 0; j < w; j++) {
      tracks.writeKey[t * w + j] = Math.tanh(raw[writeKey + j]!);
      tracks.erase[t * w + j] = sigmoid(raw[eraseAt + j]!);
      tracks.add[t * w + j] = Math.tanh(raw[addAt + j]!);
    }
    const strength = softplus(raw[writeKey + w]!);
    content(tracks.writeKey, t * w, strength, tracks.writeContent, t * slots);
    allocate(usage, allocation);
    const allocationGate = f(sigmoid(raw[freeAt + r]!));
    const writeGate = f(sigmoid(raw[freeAt + r + 1]!));
    for (let n = 0; n < slots; n++) {
      const found = tracks.writeContent[t * slots + n]!;
      const chosen = f(f(1 - allocationGate) * found);
      write[n] = writeGate * f(f(allocationGate * allocation[n]!) + chosen);
    }
    writeMemory(memory, slots, w, write, 0, tracks.erase, tracks.add, t * w);
    linkSlots(link, slots, write, 0, precedence, 0);
    const written = write.reduce((sum, value) => sum + value, 0);
    // Precedence of the step before is what replaying the link needs.
    tracks.precedenceBefore.set(precedence, t * slots);
    for (let n = 0; n < slots; n++) precedence[n] = (1 - written) * precedence[n]! + write[n]!;

    const modes = raw.slice(modesAt, modesAt + 3 * r);
    vectors.fill(0);
    for (let i = 0; i < r; i++) {
      const track = tracks.reads[i]!;
      for (let j = 0; j < w; j++) track.key[t * w + j] = Math.tanh(raw[i * w + j]!);
      const readStrength = softplus(raw[readStrengths + i]!);
      content(track.key, t * w, readStrength, track.content, t * slots);
      softmax(modes, 3 * i, 3);
      follow(link, slots, read, i * slots, forward, backward);
      const [back, ahead, found] = [modes[3 * i]!, modes[3 * i + 1]!, modes[3 * i + 2]!];
      for (let n = 0; n < slots; n++) {
        const near = f(found * track.content[t * slots + n]!);
        read[i * slots + n] = f(f(back * backward[n]!) + near) + f(ahead * forward[n]!);
      }
      for (let n = 0; n < slots; n++) {
        const weight = read[i * slots + n]!;
        for (let j = 0; j < w; j++) {
          vectors[i * w + j] = vectors[i * w + j]! + weight * memory[n * w + j]!;
        }
      }
      track.forward.set(forward, t * slots);
      track.backward.set(backward, t * slots);
      track.beta[t] = readStrength;
      track.free[t] = sigmoid(raw[freeAt + i]!);
      track.w.set(read.subarray(i * slots, (i + 1) * slots), t * slots);
      track.vector.set(vectors.subarray(i * w, (i + 1) * w), t * w);
    }
    tracks.modes.set(modes, t * 3 * r);
    tracks.usage.set(usage, t * slots);
    tracks.precedence.set(precedence, t * slots);
    tracks.write.set(write, t * slots);
    tracks.allocation.set(allocation, t * slots);
    tracks.writeBeta[t] = strength;
    tracks.allocationGate[t] = allocationGate;
    tracks.writeGate[t] = writeGate;
    return vectors;
  };
  return {
    step,
    recorded: () => {
      const memoryStates = replayed(
        [all + 1, slots, columns],
        { every, values: memories },
        (state, t) =>
          writeMemory(
            state,
            slots,
            columns,
            tracks.write,
            t * slots,
            tracks.erase,
            tracks.add,
            t * columns,
          ),
      );
      const linkStates = replayed([all + 1, slots, slots], { every, values: links }, (state, t) =>
        linkSlots(state, slots, tracks.write, t * slots, tracks.precedenceBefore, t * slots),
      );
      const ofAccess: readonly (readonly [string, Recorded])[] = [
        ['usage', held([all, slots], tracks.usage)],
        ['precedence', held([all, slots], tracks.precedence)],
        ['read_modes', held([all, reads, 3], tracks.modes)],
        ...recordedHeads(tracks, all, slots, columns),
      ];
      return [
        ['M', everyNth(memoryStates, steps + 1, accesses, 0)],
        ['link', everyNth(linkStates, steps, accesses, accesses)],
        ...ofAccess.map(
          ([name, recorded]) => [name, everyNth(recorded, steps, accesses, accesses - 1)] as const,
        ),
      ];
    },
  };
}

/** out[at + n] = β · key·row / (|key| |row| + δ). */
function similarities(
  memory: Float32Array,
  slots: number,
  columns: number,
  key: Float32Array,
  from: number,
  strength: number,
  out: Float32Array,
  at: number,
): void {
  const norm = (values: Float32Array, first: number) => {
    let sum = 0;
    for (let j = first; j < first + columns; j++) sum += values[j]! * values[j]!;
    return Math.sqrt(sum);
  };
  const keyNorm = norm(key, from);
  affine(out, at, memory, undefined, key.subarray(from, from + columns), slots, columns);
  for (let n = 0; n < slots; n++) {
    const scale = keyNorm * norm(memory, n * columns) + delta;
    out[at + n] = (strength * out[at + n]!) / scale;
  }
}

/** a[φ_j] = (1 - u[φ_j]) Π_{i<j} u[φ_i], φ the slots from least to most used. */
function allocate(usage: Float32Array, out: Float32Array): void {
  const safe = usage.map((value) => f(f(1 - delta) * value) + f(delta));
  let product = 1;
  for (const n of leastFirst(safe)) {
    out[n] = f(1 - safe[n]!) * f(product);
    product *= safe[n]!;
  }
}

function writeMemory(
  memory: Float32Array,
  slots: number,
  columns: number,
  write: Float32Array,
  from: number,
  erase: Float32Array,
  add: Float32Array,
  vector: number,
): void {
  for (let n = 0; n < slots; n++) {
    const weight = write[from + n]!;
    for (let j = 0; j < columns; j++) {
      const place = n * columns + j;
      memory[place] =
        memory[place]! * (1 - weight * erase[vector + j]!) + weight * add[vector + j]!;
    }
  }
}

/** L[i, j] = (1 - w_i - w_j) L[i, j] + w_i p_j, the diagonal zero. */
function linkSlots(
  link: Float32Array,
  slots: number,
  write: Float32Array,
  from: number,
  precedence: Float32Array,
  before: number,
): void {
  for (let i = 0; i < slots; i++) {
    const w = write[from + i]!;
    for (let j = 0; j < slots; j++) {
      const place = i * slots + j;
      const kept = (1 - w - write[from + j]!) * link[place]!;
      link[place] = i === j ? 0 : kept + w * precedence[before + j]!;
    }
  }
}

/** f = L w and b = Lᵀ w for the read weighting of the step before. */
function follow(
  link: Float32Array,
  slots: number,
  read: Float32Array,
  from: number,
  forward: Float32Array,
  backward: Float32Array,
): void {
  backward.fill(0);
  for (let i = 0; i < slots; i++) {
    let sum = 0;
    const own = read[from + i]!;
    for (let j = 0; j < slots; j++) {
      const linked = link[i * slots + j]!;
      sum += linked * read[from + j]!;
      backward[j] = backward[j]! + linked * own;
    }
    forward[i] = sum;
  }
}
