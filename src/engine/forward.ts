/** A forward pass: layer after layer through one session. */
import type { Access, Stack } from '../core/model/architecture';
import { blockGraph, gateOf, poolOf, thumbnailOf } from '../core/model/programs';
import type { Pass } from './pass';
import type { Feed } from './runtime';
import type { Loaded } from './sessions';

/** What a layer leaves behind. */
export interface LayerResult {
  readonly layer: number;
  /** Hidden state after the layer, [places, width]. */
  readonly hidden: Float32Array;
  /** All heads pooled, [heads, n, m], by the weighting that they are of. */
  readonly thumbnails: ReadonlyMap<Access, Float32Array>;
}

/** What a pass starts from; both may still be on their way: weights are read and the graph is loaded meanwhile. */
export interface Started {
  readonly places: number;
  /** First hidden state, [places, width]. */
  readonly embedded: Promise<Float32Array>;
  /** What the stack before handed over. */
  readonly memory?: Memory | undefined;
  /** Heads that are ablated. */
  readonly without?: readonly Head[] | undefined;
}

/** One head of a stack. */
export interface Head {
  readonly access: Access;
  readonly layer: number;
  readonly head: number;
}

/** The last hidden state of an encoder, [places, width]. */
export interface Memory {
  readonly places: number;
  readonly values: Promise<Float32Array>;
}

/** Aborting ends one before its next layer. */
export type Forward = (started: Started, signal: AbortSignal) => AsyncGenerator<LayerResult, void>;

/** Lengths of the weighting of a stack's blocks. */
export const shapeOf = (
  access: Access,
  places: number,
  memory: Pick<Memory, 'places'> | undefined,
): readonly [rows: number, columns: number] => [
  places,
  access === 'cross' ? (memory?.places ?? 0) : places,
];

/** Loads the runtime and the graph for short texts. */
export async function prepareForward(stack: Stack, sessions: Loaded): Promise<void> {
  const pools = stack.accesses.map(() => 1);
  await sessions.get(`block ${pools.join()}`, () => blockGraph(stack, () => 1));
}

export function createForward(pass: Pass, stack: Stack, sessions: Loaded): Forward {
  const { width, heads, accesses } = stack;
  return ({ places, embedded, memory, without = [] }, signal) => {
    embedded.catch(() => undefined);
    const pictures = accesses.map((access) => {
      const [rows, columns] = shapeOf(access, places, memory);
      const pool = poolOf(Math.max(rows, columns));
      const shape = [heads, Math.ceil(rows / pool), Math.ceil(columns / pool)];
      return { access, pool, shape };
    });
    const gated = accesses.filter((access) => without.some((one) => one.access === access));
    const graph = blockGraph(
      stack,
      (access) => pictures.find((one) => one.access === access)?.pool ?? 1,
      gated,
    );
    const key = ['block', pictures.map(({ pool }) => pool).join(), ...gated].join(' ');
    const gatesOf = (layer: number) =>
      Object.fromEntries(
        gated.map((access) => {
          const data = new Float32Array(heads).fill(1);
          for (const one of without) {
            if (one.access === access && one.layer === layer) data[one.head] = 0;
          }
          return [gateOf(access), { data, shape: [heads, 1, 1] }];
        }),
      );
    return pass(graph.inputs, signal, async () => {
      const { session } = await sessions.get(key, () => graph);
      const handed = await memoryFeed(memory);
      let before = await embedded;
      return async (layer, feeds) => {
        const hidden = new Float32Array(places * width);
        const thumbnails = new Map(
          pictures.map(({ access, shape }) => [access, new Float32Array(sizeOf(shape))]),
        );
        const pooled = pictures.map(
          ({ access, shape }) =>
            [thumbnailOf(access), { data: thumbnails.get(access)!, shape }] as const,
        );
        await session.run(
          {
            ...feeds,
            ...handed,
            ...gatesOf(layer),
            hidden: { data: before, shape: [places, width] },
          },
          { after: { data: hidden, shape: [places, width] }, ...Object.fromEntries(pooled) },
        );
        before = hidden;
        return { layer, hidden, thumbnails };
      };
    });
  };
}

/** The graph's input of that name. */
export async function memoryFeed(
  memory: Memory | undefined,
): Promise<Readonly<Record<string, Feed>>> {
  if (!memory) return {};
  const data = await memory.values;
  return { memory: { data, shape: [memory.places, data.length / memory.places] } };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
