/** An inputs file: arrays by name from .safetensors, .npz or any checkpoint; .json (texts too) and .csv for small ones typed by hand. */
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { FormatError } from '../../core/checkpoint/bytes';
import { elementCount } from '../../core/checkpoint/dtype';
import { readFloat32 } from '../../core/checkpoint/values';
import { inputsOfJson, rowsOfCsv, type TypedInputs } from '../../core/memory/typedInputs';
import type { NamedArray } from '../../core/memory/memory';
import { openPath } from '../files';

/** What is typed by hand is small. */
const largestText = 64 * 1024 * 1024;
/** An array of an inputs file that is larger than this is no input. */
const mostElements = 2 ** 26;

/** `only`: the names that count, others are not read; without any of them those of the first example. Throws FormatError. */
export async function readInputs(
  path: string,
  only: (name: string) => boolean,
): Promise<TypedInputs> {
  const ending = extname(path).toLowerCase();
  if (ending === '.json') return inputsOfJson(basename(path), await readText(path));
  const texts = new Map<string, readonly string[]>();
  if (ending === '.csv') {
    const x = rowsOfCsv(basename(path), await readText(path));
    return { arrays: new Map([['x', x]]), texts };
  }
  const { checkpoint, close } = await openPath(path);
  try {
    const names = [...checkpoint.tensors.keys()];
    const prefix = names.some(only) ? '' : exampleOf(names, only);
    const arrays = new Map<string, NamedArray>();
    for (const [whole, tensor] of checkpoint.tensors) {
      const name = whole.slice(prefix.length);
      if (!whole.startsWith(prefix) || !only(name)) continue;
      if (elementCount(tensor.shape) > mostElements) {
        throw new FormatError(tensor.file, 'this is too large for an input', { tensor: whole });
      }
      arrays.set(name, { shape: tensor.shape, data: await readFloat32(tensor) });
    }
    return { arrays, texts };
  } finally {
    await close();
  }
}

/** A file of several examples names them `ex0.x`, `ex1.x`: the first of them is taken. */
function exampleOf(names: readonly string[], only: (name: string) => boolean): string {
  const found = names.flatMap((name) => {
    const [prefix = '', index] = /^[A-Za-z_]*(\d+)\./.exec(name) ?? [];
    return prefix !== '' && only(name.slice(prefix.length))
      ? [{ prefix, index: Number(index) }]
      : [];
  });
  return found.sort((a, b) => a.index - b.index)[0]?.prefix ?? '';
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
