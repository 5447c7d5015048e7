import { writeFile } from 'node:fs/promises';
import { FormatError } from '../core/checkpoint/bytes';
import type { Tensor } from '../core/checkpoint/checkpoint';
import { isKnownDType } from '../core/checkpoint/dtype';
import { encodeCsv } from '../core/checkpoint/encodeCsv';
import { npyHeader } from '../core/checkpoint/encodeNpy';
import { asFloat32, sliceTensor } from '../core/checkpoint/slice';
import { readTensor } from '../core/checkpoint/values';
import { openPath } from '../engine/files';
import { type Command, onlyWord, parseCommand, UsageError } from './command';

/** `export`: the values of one tensor as .npy, as CSV, or raw to stdout. */
export const exportCommand: Command = {
  usage: `export PATH --tensor NAME [--slice "0:2,:"] [--dtype float32] --out F.npy|F.csv|-
      - writes the bare values to the standard output, little-endian and row-major`,
  async run(argv) {
    const { options, words } = parseCommand(argv, {
      tensor: 'string',
      slice: 'string',
      dtype: 'string',
      out: 'string',
    });
    const path = onlyWord(words, 'PATH');
    const { tensor: name, slice, dtype, out } = options;
    if (name === undefined) throw new UsageError('--tensor is missing');
    if (out === undefined) throw new UsageError('--out is missing');
    if (!/^-$|\.(npy|csv)$/i.test(out))
      throw new UsageError(`--out ${out} is not F.npy, F.csv or -`);
    const { checkpoint, close } = await openPath(path);
    try {
      const whole = checkpoint.tensors.get(name);
      if (!whole) throw new FormatError(path, `there is no tensor ${JSON.stringify(name)}`);
      await write(await chosen(whole, slice, dtype), out);
    } finally {
      await close();
    }
  },
};

/** The slice of the tensor in the type that was asked for. */
async function chosen(tensor: Tensor, slice?: string, dtype = tensor.dtype): Promise<Tensor> {
  if (dtype !== tensor.dtype && dtype !== 'float32') {
    throw new UsageError(`--dtype ${dtype}: ${tensor.dtype} can be exported as itself or float32`);
  }
  const convert = dtype !== tensor.dtype;
  // Only whole blocks and whole bytes can be dequantised; all others are cut before they are read.
  const first = convert && tensor.dequantise ? await asFloat32(tensor) : tensor;
  const part = slice === undefined ? first : await cut(first, slice);
  return part.dtype === dtype ? part : asFloat32(part);
}

async function cut(tensor: Tensor, slice: string): Promise<Tensor> {
  try {
    return await sliceTensor(tensor, slice);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(`--slice: ${error.message}`) : error;
  }
}

async function write(tensor: Tensor, out: string): Promise<void> {
  const { dtype, shape, name, file } = tensor;
  const bytes = await readTensor(tensor);
  if (out === '-') {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    return;
  }
  const refuse = (ending: string): never => {
    throw new FormatError(file, `${dtype} has no ${ending} form; try --dtype float32`, {
      tensor: name,
    });
  };
  if (!isKnownDType(dtype)) return refuse(out.slice(-4));
  if (out.toLowerCase().endsWith('.csv')) {
    await writeFile(out, encodeCsv(dtype, shape, bytes));
  } else {
    const header = npyHeader(dtype, shape) ?? refuse('.npy');
    await writeFile(out, [header, bytes]);
  }
}
