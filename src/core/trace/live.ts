/**
 * A recording that grows while a program is debugged: operations in the order in which they happened, told by the
 * names of the trace file. One memory is shown at a time, the one that was used last.
 */
import type { Recorded, Recording } from './recording';
import { held } from './recording';
import type { HeadStatistics, TraceEvent } from './trace';

export type OperationKind =
  'attention' | 'read' | 'write' | 'address' | 'gates' | 'probe' | 'energy';

/** One thing that the program did, as the debugged process tells it. */
export interface Operation {
  readonly id: number;
  readonly what: OperationKind;
  /** Class or function that did it; the identity of a probe. */
  readonly name: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly function: string;
  /** The object that owns the memory, and plain values of a probe. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The watch that stopped the program here. */
  readonly stopped?: number;
  /** Why there are no arrays. */
  readonly note?: string;
  /** Its weighting was handed over pooled: one head of it is fetched when somebody looks. */
  readonly pooled?: Pooled;
}

export interface Pooled {
  /** [heads, queries, keys] in the program. */
  readonly shape: readonly number[];
  readonly pool: number;
  readonly statistics: readonly HeadStatistics[];
}

/** An operation with its arrays, by the names `w`, `memory`, `before`, `read`, `erase`, `add`, `h`, `c` … */
export interface LiveOperation extends Operation {
  readonly arrays: ReadonlyMap<string, Recorded>;
  /** Heads of a pooled weighting that were fetched, [queries, keys] each. */
  readonly exact?: ReadonlyMap<number, Float32Array>;
}

/** Attention of this many operations is laid out, the newest; older ones are in the list and in the saved file. */
const attentionShown = 96;

/**
 * What was recorded so far. Adding operations makes a new recording; values are read when somebody looks. To be written
 * to a file (`asHandedOver`), a pooled weighting is what was handed over of it.
 */
export function liveRecording(
  name: string,
  operations: readonly LiveOperation[],
  asHandedOver = false,
): Recording {
  const tensors = new Map<string, Recorded>();
  const events: TraceEvent[] = [];
  attention(operations, tensors, asHandedOver);
  memory(operations, tensors, events);
  gates(operations, tensors);
  energy(operations, tensors);
  probes(operations, tensors);
  return {
    model: { sentence: name, family: 'session' },
    tensors,
    labels: new Map(),
    events,
  };
}

function attention(
  operations: readonly LiveOperation[],
  tensors: Map<string, Recorded>,
  asHandedOver: boolean,
): void {
  laidOut(operations).forEach((operation, index) => {
    const weights = operation.arrays.get('w');
    if (weights?.shape.length !== 3) return;
    const { pooled } = operation;
    const shown = pooled && !asHandedOver ? fetchedOf(operation, pooled, weights) : weights;
    tensors.set(`attention.self.${index}`, shown);
  });
}

/** The operations behind `attention.self.{0, 1, …}` of a recording. */
export function laidOut<Of extends Operation>(operations: readonly Of[]): readonly Of[] {
  const shown = operations.filter(({ what, note }) => what === 'attention' && note === undefined);
  return shown.slice(-attentionShown);
}

function fetchedOf({ id, exact }: LiveOperation, pooled: Pooled, handed: Recorded): Recorded {
  const { shape, pool, statistics } = pooled;
  const each = (shape[1] ?? 0) * (shape[2] ?? 0);
  return {
    shape,
    pictures: { shape: handed.shape, pool, statistics, read: handed.read.bind(handed) },
    read(start, count) {
      const head = Math.floor(start / each);
      const values = exact?.get(head);
      if (!values) throw new Error(`head ${head} of operation ${id} was not fetched`);
      return values.subarray(start - head * each, start - head * each + count);
    },
  };
}

/** Steps are reads and writes of the memory, where there are any, else what addresses it; a head that did nothing at a step has a row of zeros there. */
function memory(
  operations: readonly LiveOperation[],
  tensors: Map<string, Recorded>,
  events: TraceEvent[],
): void {
  const touching = operations.filter(
    ({ what, arrays }) => what !== 'probe' && arrays.has('memory'),
  );
  const last = touching.at(-1);
  const shape = matrixOf(last?.arrays.get('memory'));
  if (!last || !shape) return;
  const [slots, width] = shape;
  const own = touching.filter(
    ({ facts, arrays }) =>
      facts.object === last.facts.object && isMatrix(arrays.get('memory'), slots, width),
  );
  const accesses = own.filter(({ what }) => what !== 'address');
  const steps = accesses.length > 0 ? accesses : own;
  const before = steps[0]?.arrays.get('before') ?? steps[0]?.arrays.get('memory');
  const contents = [before, ...steps.map(({ arrays }) => arrays.get('memory'))];
  tensors.set('memory.M', stack(contents, [slots, width]));
  for (const [what, head] of [
    ['read', 'memory.read0'],
    ['write', 'memory.write0'],
  ] as const) {
    const heads = steps.map((step) => (step.what === what ? step.arrays : undefined));
    if (!heads.some(Boolean)) continue;
    tensors.set(
      `${head}.w`,
      stack(
        heads.map((arrays) => arrays?.get('w')),
        [slots],
      ),
    );
    for (const vector of ['read', 'erase', 'add']) {
      const values = heads.map((arrays) => arrays?.get(vector));
      if (values.some(Boolean)) tensors.set(`${head}.${vector}`, stack(values, [width]));
    }
  }
  steps.forEach(({ what, name, file, line }, step) => {
    const origin = { kind: 'code', file, line } as const;
    events.push({
      step,
      of: what === 'write' ? 'memory.write0' : 'memory.read0',
      what: `${name}.${what}`,
      origin,
    });
  });
}

/** Gates and states of recurrent layers, [steps, units] each: call after call of the object that was used last. */
function gates(operations: readonly LiveOperation[], tensors: Map<string, Recorded>): void {
  const calls = operations.filter(({ what, note }) => what === 'gates' && note === undefined);
  const last = new Map(calls.map(({ name, facts }) => [name, facts.object]));
  const byName = new Map<string, Recorded[]>();
  for (const { name, facts, arrays } of calls) {
    if (last.get(name) !== facts.object) continue;
    for (const [key, value] of arrays) {
      if (value.shape.length === 2) push(byName, `gates.${name}.${key}`, value);
    }
  }
  for (const [name, values] of byName) {
    const units = values.at(-1)?.shape[1] ?? 0;
    const alike = values.filter(({ shape }) => shape[1] === units);
    const parts = alike.map((value) => ({ size: (value.shape[0] ?? 0) * units, value }));
    const steps = parts.reduce((sum, { size }) => sum + size / units, 0);
    tensors.set(name, joined(parts, [steps, units]));
  }
}

/** Energies of the object that was asked last, as a descent; the state of each where it was told. */
function energy(operations: readonly LiveOperation[], tensors: Map<string, Recorded>): void {
  const all = operations.filter(({ what }) => what === 'energy');
  const last = all.at(-1);
  if (!last) return;
  const own = all.filter(({ facts }) => facts.object === last.facts.object);
  const values = Float32Array.from(own, ({ facts }) => Number(facts.energy));
  tensors.set('energy.E', held([values.length], values));
  const shape = last.arrays.get('state')?.shape;
  const states = own.map(({ arrays }) => arrays.get('state'));
  if (shape && states.every((state) => state?.shape.join() === shape.join())) {
    tensors.set('energy.state', stack(states, shape));
  }
}

/** A probe's arrays of one shape, and its plain numbers, one value a hit. */
function probes(operations: readonly LiveOperation[], tensors: Map<string, Recorded>): void {
  const byName = new Map<string, Recorded[]>();
  for (const { what, name, arrays, facts } of operations) {
    if (what !== 'probe') continue;
    for (const [key, value] of arrays) push(byName, `probe.${name}.${key}`, value);
    for (const [key, value] of Object.entries((facts.values ?? {}) as Record<string, unknown>)) {
      const number = Number(value);
      push(byName, `probe.${name}.${key}`, held([], Float32Array.of(number)));
    }
  }
  for (const [name, values] of byName) {
    const shape = values.at(-1)?.shape ?? [];
    const alike = values.filter((value) => value.shape.join() === shape.join());
    tensors.set(name, stack(alike, shape));
  }
}

function push(map: Map<string, Recorded[]>, key: string, value: Recorded): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Rows and columns of a memory, or of the first of a batch. */
function matrixOf(value: Recorded | undefined): readonly [number, number] | undefined {
  const [slots, width] = value?.shape.slice(-2) ?? [];
  return slots === undefined || width === undefined ? undefined : [slots, width];
}

const isMatrix = (value: Recorded | undefined, slots: number, width: number): boolean => {
  const shape = matrixOf(value);
  return shape?.[0] === slots && shape[1] === width;
};

/** Values one after another, [values, …shape]; of a batch the first item, zeros where there is none. */
function stack(values: readonly (Recorded | undefined)[], shape: readonly number[]): Recorded {
  const each = shape.reduce((product, length) => product * length, 1);
  return joined(
    values.map((value) => ({ size: each, value })),
    [values.length, ...shape],
  );
}

interface Part {
  /** Elements that are taken of its values. */
  readonly size: number;
  readonly value: Recorded | undefined;
}

function joined(parts: readonly Part[], shape: readonly number[]): Recorded {
  const starts: number[] = [];
  let end = 0;
  for (const { size } of parts) {
    starts.push(end);
    end += size;
  }
  return {
    shape,
    async read(start, count) {
      const target = new Float32Array(count);
      const first = Math.max(
        0,
        starts.findLastIndex((from) => from <= start),
      );
      for (let index = first, at = start; index < parts.length && at < start + count; index++) {
        const { size, value } = parts[index]!;
        const offset = at - starts[index]!;
        const length = Math.min(size - offset, start + count - at);
        if (value) target.set(await value.read(offset, length), at - start);
        at += length;
      }
      return target;
    },
  };
}
