/** An opened checkpoint as the engine and the command line use it: what it is, and runs of it. */
import { basename } from 'node:path';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { Architecture, Config } from '../core/model/architecture';
import type {
  ArraysInput,
  ImageInput,
  PackedSummary,
  Recognition,
  TokenInput,
  Tokens,
} from '../protocol/engine';
import { openPath } from './files';
import type { Generated } from './generation';
import { arraysOf } from './inputs';
import { continued, prepared } from './prepare';
import type { MemoryModel, Options } from '../core/memory/memory';
import type { MemoryRun } from './memory/memoryRun';
import { sidecarsOf } from './sidecars';
import { listTensors } from './tensorList';
import { loadTokenizer, type Tokenizer } from './tokenizer';
import { recogniseCheckpoint } from './recognised';
import { createTransformer, type Transformer } from './transformer';
import { startRun, type Run } from './transformerRun';

export interface Model {
  /** Name of the opened file or folder. */
  readonly name: string;
  readonly path: string;
  /** Which files were opened, by path, size, time and inode. */
  readonly identity: string;
  readonly checkpoint: Checkpoint;
  readonly config: Config;
  readonly recognition: Recognition;
  /** The tokenizer beside the checkpoint, read on first use. */
  tokenizer(): Promise<Tokenizer | undefined>;
  summary(): Promise<Omit<PackedSummary, 'id'>>;
  /** Loads what a first run takes, if it is one over tokens: that blocks for a while. */
  prepare(): Promise<void>;
  /** Starts a run. Rejects with one line when the model cannot run or the input does not fit. */
  run(input: TokenInput | ImageInput): Promise<Run>;
  /** The input's tokens, and at most `count` that the model finds likeliest after them; the end of a text ends it. */
  generate(
    input: TokenInput,
    count: number,
    signal: AbortSignal,
  ): Promise<{ readonly tokens: Tokens; readonly steps: AsyncGenerator<Generated> }>;
  /** The same for a model that takes arrays by name. */
  runArrays(input: ArraysInput): Promise<MemoryRun>;
  /** The model that takes arrays, with its weights, and the options that a spec sets. Rejects when it takes none. */
  arrays(): Promise<{ readonly model: MemoryModel; readonly options: Options }>;
  /** One sentence when a file is no longer what was opened. */
  changed(): Promise<string | undefined>;
  /** Closes the files; runs must have been closed before. */
  close(): Promise<void>;
}

/** Opens a checkpoint by the path of a file or a folder; reads headers and config only. `spec`: path of a model spec. */
export async function openModel(path: string, spec?: string): Promise<Model> {
  const opened = await openPath(path);
  const { checkpoint, folder, changed } = opened;
  const name = basename(path);
  const { recognition, architecture, match, config, ...recognised } = await recogniseCheckpoint(
    name,
    checkpoint,
    folder,
    spec,
  ).catch(async (error: unknown) => {
    await opened.close();
    throw error;
  });
  const memory =
    match && (await import('./memory/memoryModel')).createMemoryRunner(recognised.seen, match);
  const warnings = [...checkpoint.warnings, ...recognised.warnings];
  let transformer: Transformer | undefined;
  let reading: Promise<Tokenizer | undefined> | undefined;
  const tokenizer = () => {
    reading ??= loadTokenizer(folder);
    return reading;
  };
  const verify = async () => {
    const problem = await changed();
    if (problem) throw new Error(problem);
  };
  const transformerOf = (of: Architecture): Transformer =>
    (transformer ??= createTransformer(recognised.seen, of, verify));
  /** What a run needs: the model, and the words that its input is told by. */
  const ready = async (needsWords: boolean) => {
    if (memory) throw new Error(`${name}: this model takes arrays, not text or token ids`);
    if (!architecture) throw new Error(`${name}: ${whyNot(recognition)}`);
    await verify();
    const words = await tokenizer().catch((error: unknown) => {
      if (needsWords) throw error;
      return undefined;
    });
    return { model: transformerOf(architecture), words };
  };
  const asker = { config, folder };
  return {
    name,
    path,
    identity: opened.identity(),
    checkpoint,
    config,
    recognition,
    tokenizer,
    async summary() {
      // A tokenizer that cannot be read is a warning: ids can still be typed.
      const labels = await tokenizer().catch((error: Error) => error);
      const failed = labels instanceof Error ? [labels.message] : [];
      return {
        name,
        format: checkpoint.format,
        files: checkpoint.files,
        metadata: [...checkpoint.metadata],
        config: Object.entries(config).map(([key, value]) => [key, shown(value)]),
        warnings: [...warnings, ...failed],
        ...listTensors(checkpoint.tensors.values()),
        recognition,
        sidecars: await sidecarsOf(folder),
        ...(labels && !(labels instanceof Error)
          ? { tokenizer: labels.source, tokenizerFacts: labels.facts }
          : {}),
      };
    },
    async prepare() {
      if (architecture) await transformerOf(architecture).prepare();
    },
    async run(input) {
      const { model, words } = await ready('text' in input);
      return startRun(model, await prepared(model, input, words, asker));
    },
    async generate(input, count, signal) {
      const { model, words } = await ready('text' in input);
      const { tokens, steps } = await continued(model, input, words, config, signal);
      const atMost = async function* () {
        let made = 0;
        if (count < 1) return;
        for await (const step of steps) {
          yield step;
          if (++made >= count) return;
        }
      };
      return { tokens, steps: atMost() };
    },
    async runArrays(input) {
      if (!memory) throw new Error(`${name}: ${whyNot(recognition)}`);
      await verify();
      const specs = match?.inputs ?? [];
      return memory.run(arraysOf(input, specs, config), {
        ...recognised.options,
        ...input.options,
      });
    },
    async arrays() {
      if (!memory) throw new Error(`${name}: ${whyNot(recognition)}`);
      await verify();
      return { model: await memory.model(), options: recognised.options };
    },
    changed,
    async close() {
      await transformer?.close();
      await opened.close();
    },
  };
}

function whyNot(recognition: Recognition): string {
  if (recognition.kind === 'runnable') return 'this model takes tokens, not arrays';
  if (recognition.kind !== 'incomplete') {
    return 'the tensor names are of no model that can be run';
  }
  const [first, ...more] = recognition.problems;
  const rest = more.length > 0 ? ` (and ${more.length} more)` : '';
  return `this looks like ${recognition.family}, but ${first}${rest}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
