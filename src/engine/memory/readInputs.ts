/** An inputs file: arrays by name from .safetensors, .npz or any checkpoint; .json and .csv for small ones typed by hand. */
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { FormatError } from '../../core/checkpoint/bytes';
import { elementCount } from '../../core/checkpoint/dtype';
import { readFloat32 } from '../../core/checkpoint/values';
import { arraysOfJson, rowsOfCsv } from '../../core/memory/typedInputs';
import type { NamedArray } from '../../core/memory/memory';
import { openPath } from '../files';

/** What is typed by hand is small. */
const largestText = 64 * 1024 * 1024;
/** An array of an inputs file that is larger than this is no input. */
const mostElements = 2 ** 26;

/** `only`: the names that count, others are not read. Throws FormatError. */
export async function readInputs(
  path: string,
  only: (name: string) => boolean,
): Promise<Map<string, NamedArray>> {
  const ending = extname(path).toLowerCase();
  if (ending === '.json') return arraysOfJson(basename(path), await readText(path));
  if (ending === '.csv') return new Map([['x', rowsOfCsv(basename(path), await readText(path))]]);
  const { checkpoint, close } = await openPath(path);
  try {
    const arrays = new Map<string, NamedArray>();
    for (const [name, tensor] of checkpoint.tensors) {
      if (!only(name)) continue;
      if (elementCount(tensor.shape) > mostElements) {
        throw new FormatError(tensor.file, 'this is too large for an input', { tensor: name });
      }
      arrays.set(name, { shape: tensor.shape, data: await readFloat32(tensor) });
    }
    return arrays;
  } finally {
    await close();
  }
}

async function readText(path: string): Promise<string> {
  const name = basename(path);
  const { size } = await stat(path).catch(() => {
    throw new FormatError(name, 'there is no such file');
  });
  if (size > largestText)
    throw new FormatError(name, `${size} bytes are too many for typed inputs`);
  return readFile(path, 'utf8');
}
