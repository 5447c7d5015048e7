/** Greedy generation: the keys and values of earlier tokens are kept, so that a token costs one row of every layer. */
import type { Access, Architecture } from '../core/model/architecture';
import { generatingGraph, rowOf } from '../core/model/programs';
import { type Memory, memoryFeed } from './forward';
import type { Output } from './output';
import { createPast } from './past';
import type { StackRunner } from './transformer';

/** A token, and how the model came to it. */
export interface Generated {
  readonly id: number;
  /** Logits that it is the largest of, [vocabulary]. */
  readonly logits: Float32Array;
  /** What the token before it attends to, by layer: [heads, length], length being that of the text without the new one. */
  readonly rows: readonly Float32Array[];
}

/**
 * Token after token behind `ids`, until nobody asks for more, the context is full or the signal aborts. A decoder looks at
 * what `memory` holds.
 */
export type Generate = (
  ids: readonly number[],
  signal: AbortSignal,
  memory?: Memory,
) => AsyncGenerator<Generated>;

export function createGenerate(
  { output: head }: Architecture,
  stacks: readonly StackRunner[],
  output: Output,
): Generate {
  const { stack, pass, sessions, embed, finish } = stacks.at(-1)!;
  const { width, keyHeads, context, accesses } = stack;
  const own: Access = accesses[0]!;

  return async function* generate(ids, signal, memory) {
    if (head?.predicts !== 'next') throw new Error('this model does not predict a next token');
    const projection = output.held();
    const past = createPast(keyHeads);
    const handed = await memoryFeed(memory);
    const first = { key: 'generating first', graph: generatingGraph(stack, false) };
    const next = { key: 'generating next', graph: generatingGraph(stack, true) };
    let fresh = ids;
    for (let length = ids.length; length < context; length++) {
      const tokens = fresh.length;
      const { key: name, graph } = length === ids.length ? first : next;
      const embedded = embed({ ids: fresh }, length - tokens);
      embedded.catch(() => undefined);
      const layers = pass(graph.inputs, signal, async () => {
        const { session } = await sessions.get(name, () => graph);
        let hidden = await embedded;
        return async (layer, feeds) => {
          const given = { data: hidden, shape: [tokens, width] };
          const made = await session.run(
            { ...feeds, ...handed, ...past.feeds(layer), hidden: given },
            past.into(layer, length),
          );
          past.keep(layer, made['key']!, made['value']!, length);
          hidden = made['after']!;
          return { row: made[rowOf(own)]!, hidden };
        };
      });
      const rows: Float32Array[] = [];
      let last: Float32Array | undefined;
      for await (const { row, hidden } of layers) {
        rows.push(row);
        last = hidden;
      }
      if (signal.aborted || !last) return;
      const logits = await projection(await finish(last.slice(-width)));
      const id = largest(logits);
      yield { id, logits, rows };
      fresh = [id];
    }
  };
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
