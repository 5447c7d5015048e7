/** A family's graphs over the weights of one checkpoint, in bounded memory. */
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { Architecture, Embedding, Stack } from '../core/model/architecture';
import { createForward, type Forward, prepareForward } from './forward';
import { createGenerate, type Generate } from './generation';
import type { Given } from './inputs';
import { createOutput, type Output } from './output';
import { createPass, type Pass } from './pass';
import { createRevisit, type Revisit } from './revisit';
import { createSessions, type Loaded } from './sessions';
import { createStage, type RunStage } from './stage';
import { createWeights, type Weights } from './weights';

export interface Transformer {
  readonly architecture: Architecture;
  /** One after the other: each hands over to the next. */
  readonly stacks: readonly StackRunner[];
  readonly generate: Generate;
  readonly output: Output;
  /** Loads what a first pass over a short text runs. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

export interface StackRunner {
  readonly stack: Stack;
  /** First hidden state, its first place being `start`, [places, width]: only the rows of tables that it takes are read. */
  embed(given: Given, start?: number): Promise<Float32Array>;
  readonly pass: Pass;
  readonly forward: Forward;
  readonly revisit: Revisit;
  /** The last hidden state as it is used, [n, width]. */
  readonly finish: RunStage;
  /** Sessions of this stack's own graphs. */
  readonly sessions: Loaded;
}

/** `verify` throws one line when a file is no longer what was opened. */
export function createTransformer(
  checkpoint: Checkpoint,
  architecture: Architecture,
  verify: () => Promise<void>,
): Transformer {
  const weights = createWeights(checkpoint, verify);
  const sessions = createSessions();
  const output = createOutput(weights, architecture, sessions);
  const stacks = architecture.stacks.map((stack, index) =>
    createStack(weights, stack, {
      get: (key, build) => sessions.get(`${index} ${key}`, build),
    }),
  );
  return {
    architecture,
    stacks,
    generate: createGenerate(architecture, stacks, output),
    output,
    async prepare() {
      const [first] = stacks;
      if (first) await prepareForward(first.stack, first.sessions);
    },
    close: () => sessions.close(),
  };
}

function createStack(weights: Weights, stack: Stack, sessions: Loaded): StackRunner {
  const pass = createPass(weights, stack);
  const { finish } = stack;
  return {
    stack,
    sessions,
    pass,
    embed: createEmbed(weights, stack.embedding, sessions),
    forward: createForward(pass, stack, sessions),
    revisit: createRevisit(weights, stack, sessions),
    finish: finish ? createStage(weights, finish, sessions, 'finish') : (x) => Promise.resolve(x),
  };
}

function createEmbed(
  weights: Weights,
  embedding: Embedding,
  sessions: Loaded,
): StackRunner['embed'] {
  const { stage } = embedding;
  const after = stage && createStage(weights, stage, sessions, 'embed');
  return async (given, start = 0) => {
    if ('patches' in given) {
      if (!after) throw new Error('this model takes tokens, not an image');
      return after(given.patches);
    }
    if (embedding.kind === 'image') throw new Error('this model takes an image, not tokens');
    const { ids, segments } = given;
    const tables = await Promise.all(
      embedding.tables.map(({ tensor, by, offset }) => {
        const places = ids.map((_, place) => start + place + offset);
        const first = ids.map(() => 0);
        const ways = { token: ids, position: places, segment: segments ?? first, all: first };
        const rows = ways[by];
        return typeof tensor === 'string' ? weights.rows(tensor, rows) : made(rows.map(tensor));
      }),
    );
    for (const [index, { scale = 1 }] of embedding.tables.entries()) {
      if (scale !== 1) scaleBy(tables[index]!, scale);
    }
    const sum = tables.reduce(added);
    return after ? after(sum) : sum;
  };
}

/** Rows of equal length, one after the other. */
function made(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, index) => all.set(row, index * width));
  return all;
}

function scaleBy(values: Float32Array, scale: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * scale;
}

function added(sum: Float32Array, more: Float32Array): Float32Array {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + more[i]!;
  return sum;
}
