/** The methods about what models over arrays are fed: their settings, their example, files of arrays. */
import { basename } from 'node:path';
import { FormatError } from '../../core/checkpoint/bytes';
import type { Inputs, OptionSpec } from '../../core/memory/memory';
import type { CheckpointId } from '../../protocol/engine';
import { type GivenArrays, type InputsMethods, mostInputValues } from '../../protocol/inputs';
import type { Handlers } from '../../protocol/rpc';
import type { Model } from '../model';
import { readInputs } from './readInputs';

export function inputsHandlers(model: (id: CheckpointId) => Model): Handlers<InputsMethods> {
  return {
    async settings({ checkpoint }) {
      const { model: loaded, options } = await model(checkpoint).arrays();
      const withSpec = (option: OptionSpec): OptionSpec => {
        const set = options[option.name];
        return set === undefined ? option : { ...option, standard: set, found: 'the spec says it' };
      };
      return { options: loaded.options.map(withSpec), facts: loaded.facts };
    },
    async example({ checkpoint, options }) {
      const { model: loaded, options: set } = await model(checkpoint).arrays();
      return sent(loaded.example({ ...set, ...options }), 'the example');
    },
    async readInputs({ checkpoint, path }) {
      const { recognition } = model(checkpoint);
      const specs = recognition.kind === 'arrays' ? recognition.inputs : [];
      const isInput = (name: string): boolean => specs.some((spec) => spec.name === name);
      // Typed files are read whole.
      const all = await readInputs(path, isInput);
      const found = new Map([...all].filter(([name]) => isInput(name)));
      if (found.size > 0) return sent(found, basename(path));
      const names = specs.map(({ name }) => name).join(', ');
      throw new FormatError(basename(path), `it holds none of the model's inputs: ${names}`);
    },
  };
}

/** Throws Error where the arrays are too many values for the panel. */
function sent(arrays: Inputs, of: string): GivenArrays {
  const given = [...arrays].map(([name, { shape, data }]) => ({ name, shape, data }));
  const values = given.reduce((sum, { data }) => sum + data.length, 0);
  if (values <= mostInputValues) return given;
  throw new Error(`${of} holds ${values} values, more than the ${mostInputValues} that fit here`);
}
