/**
 * A model spec: JSON beside a checkpoint (`NAME.mnemoscope.json`) that says under which names a known architecture
 * finds its tensors in it, and the settings that no checkpoint tells. Its schema is media/model-spec.schema.json.
 */
import { FormatError } from '../checkpoint/bytes';
import type { Checkpoint, Tensor } from '../checkpoint/checkpoint';
import type { Config } from '../model/architecture';
import type { Options } from './memory';

/** What follows the name of a checkpoint in the name of its spec. */
export const specEnding = '.mnemoscope.json';

export interface ModelSpec {
  /** Name of the file, for errors. */
  readonly file: string;
  /** The family that it must be; any that fits without. */
  readonly architecture?: string;
  /** The architecture's name of a tensor → the checkpoint's. One `*` on both sides stands for the same text. */
  readonly tensors: ReadonlyMap<string, string>;
  /** Hyper-parameters as a `config.json` would tell them. */
  readonly config: Config;
  /** Settings by the names of the command line. */
  readonly options: Options;
}

/** `notes` are for people: what a draft could not decide. */
const keys = ['$schema', 'architecture', 'tensors', 'config', 'options', 'notes'];

/** Throws FormatError that names the key or tensor and what was expected. */
export function parseSpec(file: string, text: string): ModelSpec {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormatError(file, 'this is not JSON');
  }
  const spec = objectOf(file, 'the spec', json);
  const odd = Object.keys(spec).find((key) => !keys.includes(key));
  if (odd !== undefined) {
    throw new FormatError(file, `${JSON.stringify(odd)} is not one of: ${keys.join(', ')}`);
  }
  const { architecture } = spec;
  if (architecture !== undefined && typeof architecture !== 'string') {
    throw new FormatError(file, 'expected "architecture" to be a string');
  }
  const tensors = Object.entries(objectOf(file, '"tensors"', spec['tensors'] ?? {}));
  const options = Object.entries(objectOf(file, '"options"', spec['options'] ?? {}));
  return {
    file,
    ...(architecture === undefined ? {} : { architecture }),
    tensors: new Map(tensors.map(([name, value]) => [name, nameOf(file, name, value)])),
    config: objectOf(file, '"config"', spec['config'] ?? {}),
    options: Object.fromEntries(
      options.map(([name, value]) => [name, settingOf(file, name, value)]),
    ),
  };
}

function objectOf(file: string, what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new FormatError(file, `expected ${what} to be a JSON object`);
}

function nameOf(file: string, tensor: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new FormatError(file, 'expected the name of a tensor of the checkpoint', { tensor });
  }
  const stars = (text: string) => text.split('*').length - 1;
  if (stars(tensor) !== stars(value) || stars(value) > 1) {
    throw new FormatError(file, 'expected at most one * on each side, and as many on both', {
      tensor,
    });
  }
  return value;
}

function settingOf(file: string, name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new FormatError(file, `expected option ${JSON.stringify(name)} to be a string or a number`);
}

/**
 * The checkpoint under the architecture's names; what the spec does not name keeps its own.
 * Throws FormatError when the spec names a tensor that is not there.
 */
export function applySpec(checkpoint: Checkpoint, { file, tensors }: ModelSpec): Checkpoint {
  const renamed = new Map<string, Tensor>();
  const used = new Set<string>();
  const take = (name: string, own: Tensor) => {
    used.add(own.name);
    renamed.set(name, { ...own, name });
  };
  for (const [name, own] of tensors) {
    const [start = '', end] = own.split('*');
    const found = [...checkpoint.tensors.values()].filter((tensor) =>
      end === undefined ? tensor.name === own : matches(tensor.name, start, end),
    );
    if (found.length === 0) {
      throw new FormatError(file, `the checkpoint has no tensor ${JSON.stringify(own)}`, {
        tensor: name,
      });
    }
    for (const tensor of found) {
      const rest = tensor.name.slice(start.length, tensor.name.length - (end ?? '').length);
      take(end === undefined ? name : name.replace('*', () => rest), tensor);
    }
  }
  for (const tensor of checkpoint.tensors.values()) {
    if (!used.has(tensor.name) && !renamed.has(tensor.name)) renamed.set(tensor.name, tensor);
  }
  return { ...checkpoint, tensors: renamed };
}

const matches = (name: string, start: string, end: string) =>
  name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end);

/** `Neural Turing Machine` and `neural-turing-machine` are the same family. */
export function isFamily(name: string, wanted: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return plain(name) === plain(wanted);
}
