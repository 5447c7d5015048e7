/** What `trace` runs a model over tokens or an image with: a text, ids, an image, or a file of named arrays. */
import { FormatError } from '../core/checkpoint/bytes';
import type { InputSpec, NamedArray } from '../core/memory/memory';
import type { Recognition } from '../core/model/architecture';
import { readInputs } from '../engine/memory/readInputs';
import type { ImageInput, TextOrIds, TokenInput } from '../protocol/engine';
import { UsageError } from './command';

/** Words of the command line that give an input. */
export type GivenInput = Readonly<
  Partial<
    Record<
      'text' | 'pair' | 'ids' | 'inputs' | 'image' | 'target' | 'target-ids' | 'without',
      string
    >
  >
>;

/** Names that transformers gives its inputs. */
const known = [
  'input_ids',
  'attention_mask',
  'token_type_ids',
  'decoder_input_ids',
  'pixel_values',
] as const;

export async function runInputOf(
  given: GivenInput,
  recognition: Recognition,
): Promise<TokenInput | ImageInput> {
  const input = await shownInput(given, recognition);
  return given.without === undefined ? input : { ...input, without: given.without.split(',') };
}

async function shownInput(
  given: GivenInput,
  recognition: Recognition,
): Promise<TokenInput | ImageInput> {
  const takesImage = recognition.kind === 'runnable' && recognition.takes.kind === 'image';
  const ways = takesImage ? (['image', 'inputs'] as const) : (['text', 'ids', 'inputs'] as const);
  const found = ways.filter((way) => given[way] !== undefined);
  if (found.length !== 1) {
    throw new UsageError(`give one of ${ways.map((way) => `--${way}`).join(', ')}`);
  }
  if (takesImage) return imageOf(given);
  if (given.image !== undefined) throw new UsageError('this model takes tokens, not an image');
  const target = targetOf(given);
  const { text, pair, ids, inputs } = given;
  if (pair !== undefined && text === undefined) throw new UsageError('--pair goes with --text');
  if (text !== undefined) {
    return { text, ...(pair !== undefined && { pair }), ...(target && { target }) };
  }
  if (ids !== undefined) return { ids: numbers(ids, '--ids'), ...(target && { target }) };
  const told = await arraysOf(inputs ?? '');
  return { ...told, ...(target && { target }) };
}

function targetOf(given: GivenInput): TextOrIds | undefined {
  const { target, 'target-ids': ids } = given;
  if (target !== undefined && ids !== undefined) {
    throw new UsageError('give one of --target, --target-ids');
  }
  if (target !== undefined) return { text: target };
  return ids === undefined ? undefined : { ids: numbers(ids, '--target-ids') };
}

async function imageOf({ image, inputs }: GivenInput): Promise<ImageInput> {
  const colours: InputSpec = { name: 'image', shape: [3, 'H', 'W'], meaning: 'the image' };
  const path = image ?? inputs ?? '';
  const names: readonly string[] = ['pixel_values', 'image'];
  const { arrays } = await readInputs(path, (name) => names.includes(name), [colours]);
  const pixels = arrays.get('pixel_values');
  const found = pixels ?? arrays.get('image');
  if (!found) throw new FormatError(path, 'expected a tensor pixel_values, it is not there');
  return { image: { kind: pixels ? 'pixels' : 'colours', ...found } };
}

/** Token ids, and what goes with them; [tokens] or [1, tokens] each. */
async function arraysOf(path: string): Promise<TokenInput> {
  const { arrays } = await readInputs(path, (name) => known.some((one) => one === name));
  const row = (name: (typeof known)[number]): number[] | undefined => {
    const found = arrays.get(name);
    return found && rowOf(path, name, found);
  };
  const ids = row('input_ids');
  if (!ids) throw new FormatError(path, 'expected a tensor input_ids, it is not there');
  if (row('attention_mask')?.some((value) => value !== 1)) {
    const problem = 'expected only ones: leave padding out of the input';
    throw new FormatError(path, problem, { tensor: 'attention_mask' });
  }
  const segments = row('token_type_ids');
  const target = row('decoder_input_ids');
  return { ids, ...(segments && { segments }), ...(target && { target: { ids: target } }) };
}

function rowOf(path: string, tensor: string, { shape, data }: NamedArray): number[] {
  const batch = shape.length === 2 ? shape[0] : 1;
  if (shape.length > 2 || shape.length === 0 || batch !== 1) {
    throw new FormatError(path, `expected one row of ids, found [${shape.join(', ')}]`, { tensor });
  }
  return [...data];
}

function numbers(list: string, option: string): number[] {
  return list.split(',').map((part) => {
    if (!/^\s*\d+\s*$/.test(part)) throw new UsageError(`${option}: ${part} is not a whole number`);
    return Number(part);
  });
}
