/** Files that are one JSON object, read as a whole. */
import { FormatError, readBytes, textOf, type ByteSource } from './bytes';
import { byteAt, JsonError, readJson, type Json } from './json';

/** A TensorFlow.js topology with its constants, or the metadata of a million tensors. */
const maxJson = 256 << 20;

/** The object that the file holds. */
export async function readJsonFile(source: ByteSource): Promise<ReadonlyMap<string, Json>> {
  if (source.size > maxJson) {
    throw new FormatError(source.name, `a JSON file of ${source.size} bytes, at most ${maxJson}`);
  }
  const text = textOf(await readBytes(source, 0, source.size, 'the JSON'), source, 'the JSON');
  const json = readJson(text);
  try {
    const root = json.value();
    json.end();
    if (isMap(root)) return root;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new FormatError(source.name, error.message, { byte: byteAt(text, error.position) });
  }
  throw new FormatError(source.name, 'expected a JSON object', { byte: 0 });
}

export const isMap = (value: Json | undefined): value is ReadonlyMap<string, Json> =>
  value instanceof Map;
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
export const isSize = (value: Json | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
