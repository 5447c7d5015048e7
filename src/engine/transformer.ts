/** A family's graphs over the weights of one checkpoint, in bounded memory. */
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { Architecture } from '../core/model/architecture';
import { createForward, type Forward } from './forward';
import { createOutput, type Output } from './output';
import { createRevisit, type Revisit } from './revisit';
import { createSessions } from './sessions';
import { readRows, tensorOf } from './weights';

export interface Transformer {
  readonly architecture: Architecture;
  /** First hidden state of the tokens, [tokens, width]: only the rows that they name are read. */
  embed(ids: readonly number[]): Promise<Float32Array>;
  readonly forward: Forward;
  readonly revisit: Revisit;
  readonly output: Output;
  close(): Promise<void>;
}

export function createTransformer(checkpoint: Checkpoint, architecture: Architecture): Transformer {
  const sessions = createSessions();
  return {
    architecture,
    async embed(ids) {
      const tables = await Promise.all(
        architecture.embedding.map(({ tensor, by, offset }) =>
          readRows(
            tensorOf(checkpoint, tensor),
            by === 'token' ? ids : ids.map((_, place) => place + offset),
          ),
        ),
      );
      return tables.reduce(added);
    },
    forward: createForward(checkpoint, architecture, sessions),
    revisit: createRevisit(checkpoint, architecture, sessions),
    output: createOutput(checkpoint, architecture, sessions),
    close: () => sessions.close(),
  };
}

function added(sum: Float32Array, more: Float32Array): Float32Array {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + more[i]!;
  return sum;
}
