/** A family's graphs over the weights of one checkpoint, in bounded memory. */
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { Architecture } from '../core/model/architecture';
import { createForward, type Forward, prepareForward } from './forward';
import { createGenerate, type Generate } from './generation';
import { createOutput, type Output } from './output';
import { createPass } from './pass';
import { createRevisit, type Revisit } from './revisit';
import { createSessions } from './sessions';
import { createWeights } from './weights';

export interface Transformer {
  readonly architecture: Architecture;
  /** First hidden state of the tokens, the first at place `start`, [tokens, width]: only the rows that they name are read. */
  embed(ids: readonly number[], start?: number): Promise<Float32Array>;
  readonly forward: Forward;
  readonly generate: Generate;
  readonly revisit: Revisit;
  readonly output: Output;
  /** Loads what a first pass over a short text runs. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/** `verify` throws one line when a file is no longer what was opened. */
export function createTransformer(
  checkpoint: Checkpoint,
  architecture: Architecture,
  verify: () => Promise<void>,
): Transformer {
  const weights = createWeights(checkpoint, verify);
  const sessions = createSessions();
  const pass = createPass(weights, architecture);
  const output = createOutput(weights, architecture, sessions);
  const embed: Transformer['embed'] = async (ids, start = 0) => {
    const tables = await Promise.all(
      architecture.embedding.map(({ tensor, by, offset }) =>
        weights.rows(tensor, by === 'token' ? ids : ids.map((_, place) => start + place + offset)),
      ),
    );
    return tables.reduce(added);
  };
  return {
    architecture,
    embed,
    forward: createForward(pass, architecture, sessions),
    generate: createGenerate({ pass, architecture, sessions, output, embed }),
    revisit: createRevisit(weights, architecture, sessions),
    output,
    prepare: () => prepareForward(architecture, sessions),
    close: () => sessions.close(),
  };
}

function added(sum: Float32Array, more: Float32Array): Float32Array {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + more[i]!;
  return sum;
}
