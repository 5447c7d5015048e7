/** Greedy generation: the keys and values of earlier tokens are kept, so that a token costs one row of every layer. */
import type { Architecture } from '../core/model/architecture';
import { generatingGraph } from '../core/model/programs';
import type { Output } from './output';
import type { Pass } from './pass';
import { createPast } from './past';
import type { Sessions } from './sessions';

/** A token, and how the model came to it. */
export interface Generated {
  readonly id: number;
  /** Logits that it is the largest of, [vocabulary]. */
  readonly logits: Float32Array;
  /** What the token before it attends to, by layer: [heads, length], length being that of the text without the new one. */
  readonly rows: readonly Float32Array[];
}

/** Token after token behind `ids`, until nobody asks for more, the context is full or the signal aborts. */
export type Generate = (ids: readonly number[], signal: AbortSignal) => AsyncGenerator<Generated>;

interface Program {
  readonly pass: Pass;
  readonly architecture: Architecture;
  readonly sessions: Sessions;
  readonly output: Output;
  /** First hidden state of tokens that start at a place, [tokens, width]. */
  embed(ids: readonly number[], start: number): Promise<Float32Array>;
}

export function createGenerate({ pass, architecture, sessions, output, embed }: Program): Generate {
  const { width, heads, context } = architecture;

  return async function* generate(ids, signal) {
    const projection = output.held();
    const past = createPast(heads);
    const first = { key: 'generating first', graph: generatingGraph(architecture, false) };
    const next = { key: 'generating next', graph: generatingGraph(architecture, true) };
    let fresh = ids;
    for (let length = ids.length; length < context; length++) {
      const tokens = fresh.length;
      const { key: name, graph } = length === ids.length ? first : next;
      const embedded = embed(fresh, length - tokens);
      embedded.catch(() => undefined);
      const layers = pass(graph.inputs, signal, async () => {
        const { session } = await sessions.get(name, () => graph);
        let hidden = await embedded;
        return async (layer, feeds) => {
          const given = { data: hidden, shape: [tokens, width] };
          const { after, row, key, value } = await session.run(
            { ...feeds, ...past.feeds(layer), hidden: given },
            past.into(layer, length),
          );
          past.keep(layer, key!, value!, length);
          hidden = after!;
          return { row: row!, hidden };
        };
      });
      const rows: Float32Array[] = [];
      let last: Float32Array | undefined;
      for await (const { row, hidden } of layers) {
        rows.push(row);
        last = hidden;
      }
      if (signal.aborted || !last) return;
      const logits = await projection(await output.finish(last.slice(-width)));
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
