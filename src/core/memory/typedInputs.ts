/** Inputs that a person types: JSON with nested lists by name, CSV with one row a step. */
import { FormatError } from '../checkpoint/bytes';
import type { NamedArray } from './memory';
import type { Texts } from './texts';

/** What a person wrote in a file: numbers, and sentences of words. */
export interface TypedInputs {
  readonly arrays: ReadonlyMap<string, NamedArray>;
  readonly texts: Texts;
}

/**
 * `{"x": [[0, 1], [1, 0]]}`: rectangular nested lists of numbers; `{"story": ["mary went home", …], "query": "where is
 * mary"}`: texts. Throws FormatError that names the input.
 */
export function inputsOfJson(file: string, text: string): TypedInputs {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormatError(file, 'this is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new FormatError(file, 'expected a JSON object with one list of numbers for each input');
  }
  const arrays = new Map<string, NamedArray>();
  const texts = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(json)) {
    const lines: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (lines.length > 0 && lines.every((line) => typeof line === 'string')) texts.set(name, lines);
    else arrays.set(name, arrayOf(file, name, value));
  }
  return { arrays, texts };
}

function arrayOf(file: string, name: string, value: unknown): NamedArray {
  const shape: number[] = [];
  for (let first = value; Array.isArray(first); first = first[0] as unknown) {
    shape.push(first.length);
  }
  const data: number[] = [];
  const walk = (item: unknown, depth: number): void => {
    const isLeaf = depth === shape.length;
    if (isLeaf && typeof item === 'number') data.push(item);
    else if (!isLeaf && Array.isArray(item) && item.length === shape[depth]) {
      for (const part of item) walk(part, depth + 1);
    } else {
      throw new FormatError(file, `expected lists of numbers of shape [${shape.join(', ')}]`, {
        tensor: name,
      });
    }
  };
  walk(value, 0);
  return { shape, data: Float32Array.from(data) };
}

/** Lines of numbers, all of the same length; an empty line at the end is none. Throws FormatError with the line. */
export function rowsOfCsv(file: string, text: string): NamedArray {
  const lines = text.replace(/\s+$/, '').split(/\r?\n/);
  const rows = lines.map((line, index) =>
    line.split(',').map((cell) => {
      const value = cell.trim() === '' ? NaN : Number(cell);
      if (Number.isFinite(value)) return value;
      throw new FormatError(file, `line ${index + 1}: ${JSON.stringify(cell.trim())} is no number`);
    }),
  );
  const columns = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== columns);
  if (odd >= 0) {
    throw new FormatError(
      file,
      `line ${odd + 1} has ${rows[odd]!.length} numbers, the first has ${columns}`,
    );
  }
  return { shape: [rows.length, columns], data: Float32Array.from(rows.flat()) };
}
