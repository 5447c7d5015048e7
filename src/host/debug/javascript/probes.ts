/** Probes inside a JavaScript program, and what a person marked as a memory or a weighting; see `main.py`. */
import type { Events } from './events';
import type { Hooks } from './hooks';
import type { Recorded, Recording } from './recording';

type Unknowns = Record<string, unknown>;

export type Probes = ReturnType<typeof createProbes>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createProbes(
  { valuesOf, encode, kept, copyOf, record, attempt }: Recording,
  { noteEnergy, shapeOf }: Hooks,
  events: Events,
) {
  const counts: Record<string, number> = {};
  /** As a person names it in a probe: `E`, `this.energy`, `energy(W, state)`. */
  const energyName = /^([\w$.]+\.)?(E|_?\w*[eE]nergy)(\(.*\))?$/;
  /** The memory that was marked last, as it was written last. */
  let memory: Recorded | undefined;
  /** Flat memories whose rows nobody has told yet. */
  let flat: { shape: readonly number[]; readonly data: Float32Array }[] = [];
  let slots: number | undefined;

  const noteProbe = (identity: string, values: Readonly<Unknowns>): void => {
    const entries = Object.entries(values);
    for (const [name, value] of entries) {
      if (energyName.test(name)) noteEnergy(name, [], value);
    }
    const plain = entries.filter(([, value]) => /^(number|boolean)$/.test(typeof value));
    const arrays = entries.map(([key, value]) => [key, kept(value)] as const);
    const facts = { values: Object.fromEntries(plain) };
    record('probe', identity, Object.fromEntries(arrays), facts);
  };
  const rowsOf = (length: number): readonly number[] =>
    slots !== undefined && length % slots === 0 ? [slots, length / slots] : [length];
  /** What is called a memory is written to whenever the line runs; what is called a weighting reads the last memory. */
  const noteMarked = (role: string, name: string, value: unknown, owner: unknown): void => {
    const values = valuesOf(value);
    if (!values) return;
    const facts = { object: 'marked' };
    if (role === 'memory') {
      const before = memory;
      const told = typeof owner === 'object' && owner ? shapeOf(owner, values) : values.shape;
      memory = copyOf(values, told.length > 1 ? told : rowsOf(values.data.length));
      if (memory.shape.length === 1) flat.push(memory);
      return record('write', name, { memory, before }, facts);
    }
    const w = kept(value);
    const length = values.shape.at(-1) ?? 0;
    if (memory && memory.data.length % length === 0 && flat.length > 0) {
      // It tells how many slots the memories have that were recorded before it.
      slots = length;
      for (const one of flat) one.shape = rowsOf(one.data.length);
      flat = [];
    }
    const isOver = memory?.shape.at(-2) === length;
    record(isOver ? 'read' : 'address', name, isOver ? { w, memory } : { w }, facts);
  };

  return {
    /**
     * Whether the breakpoint that asks is to stop after all: for a memory event. With a role, the only one of `values` is
     * what the person marked, and `owner` may be the object that it belongs to.
     */
    probe(identity: string, values: Readonly<Unknowns>, role?: string, owner?: unknown): boolean {
      counts[identity] = (counts[identity] ?? 0) + 1;
      attempt(() => {
        const [first] = Object.entries(values);
        if (role === undefined || !first) noteProbe(identity, values);
        else noteMarked(role, ...first, owner);
      });
      return events.isDue();
    },
    hits: (): string => encode(counts),
  };
}
