/**
 * An inputs file: arrays by name from .safetensors, .npz or any checkpoint; .json (texts too) and .csv for small ones typed
 * by hand; a .png for an input that can be an image.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { FormatError } from '../../core/checkpoint/bytes';
import { elementCount } from '../../core/checkpoint/dtype';
import { readFloat32 } from '../../core/checkpoint/values';
import { decodePng } from '../../core/draw/decodePng';
import { inputsOfImage } from '../../core/memory/imageInput';
import { inputsOfJson, rowsOfCsv, type TypedInputs } from '../../core/memory/typedInputs';
import type { InputSpec, NamedArray } from '../../core/memory/memory';
import { openPath } from '../files';

/** What is typed by hand is small, and so is an image. */
const largestTyped = 64 * 1024 * 1024;
/** An array of an inputs file that is larger than this is no input. */
const mostElements = 2 ** 26;

/**
 * `only`: the names that count, others are not read; without any of them those of the first example. `specs`: what an image
 * can be. Throws FormatError.
 */
export async function readInputs(
  path: string,
  only: (name: string) => boolean,
  specs: readonly InputSpec[] = [],
): Promise<TypedInputs> {
  const ending = extname(path).toLowerCase();
  if (ending === '.json') return inputsOfJson(basename(path), await readText(path));
  const texts = new Map<string, readonly string[]>();
  if (ending === '.csv') {
    const x = rowsOfCsv(basename(path), await readText(path));
    return { arrays: new Map([['x', x]]), texts };
  }
  if (ending === '.png') {
    const { inflateSync } = await import('node:zlib');
    const image = decodePng(basename(path), await readSmall(path), (data, bytes) => {
      const out = inflateSync(data, { maxOutputLength: bytes });
      if (out.length !== bytes) throw new RangeError(`${out.length} bytes`);
      return out;
    });
    const arrays = inputsOfImage(image, specs);
    if (arrays.size > 0) return { arrays, texts };
    throw new FormatError(basename(path), 'no input of this model can be an image');
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

const readText = async (path: string): Promise<string> => (await readSmall(path)).toString('utf8');

async function readSmall(path: string): Promise<Buffer> {
  const name = basename(path);
  const { size } = await stat(path).catch(() => {
    throw new FormatError(name, 'there is no such file');
  });
  if (size > largestTyped)
    throw new FormatError(name, `${size} bytes are too many for such inputs`);
  return readFile(path);
}
