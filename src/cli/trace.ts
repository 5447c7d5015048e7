import { FormatError } from '../core/checkpoint/bytes';
import { readFloat32 } from '../core/checkpoint/values';
import { openPath } from '../engine/files';
import { openModel } from '../engine/model';
import { saveTrace } from '../engine/saveTrace';
import type { RunInput } from '../protocol/engine';
import { type Command, onlyWord, parseCommand, UsageError } from './command';

/** `trace`: runs a checkpoint and writes everything that happened to a trace file. */
export const traceCommand: Command = {
  usage: 'trace PATH (--text S | --ids 1,2,3 | --inputs F.safetensors) --out T.safetensors',
  async run(argv) {
    const { options, words } = parseCommand(argv, {
      text: 'string',
      ids: 'string',
      inputs: 'string',
      out: 'string',
    });
    const path = onlyWord(words, 'PATH');
    const { out } = options;
    if (out === undefined) throw new UsageError('--out is missing');
    const input = await inputOf(options);
    const model = await openModel(path);
    try {
      const run = await model.run(input).catch((error: Error) => {
        throw named(path, error);
      });
      await run.ended;
      if (run.state.kind === 'failed') throw named(path, new Error(run.state.message));
      const all = new Set(run.blocks.map(({ id }) => id));
      await saveTrace(run, all, model.name, out);
      await run.close();
    } finally {
      await model.close();
    }
  },
};

/** Errors about an input know no file: the line must. */
function named(path: string, error: Error): Error {
  return error instanceof FormatError ? error : new Error(`${path}: ${error.message}`);
}

async function inputOf(options: {
  readonly text?: string;
  readonly ids?: string;
  readonly inputs?: string;
}): Promise<RunInput> {
  const { text, ids, inputs } = options;
  const given = [text, ids, inputs].filter((value) => value !== undefined).length;
  if (given !== 1) throw new UsageError('give one of --text, --ids, --inputs');
  if (text !== undefined) return { text };
  if (ids !== undefined) return { ids: numbers(ids) };
  return { ids: await readIds(inputs ?? '') };
}

function numbers(list: string): number[] {
  return list.split(',').map((part) => {
    if (!/^\s*\d+\s*$/.test(part)) throw new UsageError(`--ids: ${part} is not a whole number`);
    return Number(part);
  });
}

/** Token ids from the tensor `input_ids`, [tokens] or [1, tokens]. */
async function readIds(path: string): Promise<number[]> {
  const { checkpoint, close } = await openPath(path);
  try {
    const tensor = checkpoint.tensors.get('input_ids');
    if (!tensor) throw new FormatError(path, 'expected a tensor input_ids, it is not there');
    const batch = tensor.shape.length === 2 ? tensor.shape[0] : 1;
    if (tensor.shape.length > 2 || tensor.shape.length === 0 || batch !== 1) {
      const shape = tensor.shape.join(', ');
      throw new FormatError(path, `expected one row of ids, found [${shape}]`, {
        tensor: tensor.name,
      });
    }
    return [...(await readFloat32(tensor))];
  } finally {
    await close();
  }
}
