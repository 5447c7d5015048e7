/** The methods about what models over arrays are fed: their settings, their example, files of arrays. */
import { basename } from 'node:path';
import { FormatError } from '../../core/checkpoint/bytes';
import type { Inputs, InputSpec, OptionSpec } from '../../core/memory/memory';
import { decodeTexts, encodeTexts, wordsOfInput } from '../../core/memory/texts';
import type { CheckpointId } from '../../protocol/engine';
import { type GivenArrays, type InputsMethods, mostInputValues } from '../../protocol/inputs';
import type { Handlers } from '../../protocol/rpc';
import type { Model } from '../model';
import { readInputs } from './readInputs';

/** Words that the panel is told, at most. */
const mostWords = 100_000;

export function inputsHandlers(model: (id: CheckpointId) => Model): Handlers<InputsMethods> {
  const specsOf = ({ recognition }: Model): readonly InputSpec[] =>
    recognition.kind === 'arrays' ? recognition.inputs : [];
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
      const { config } = model(checkpoint);
      const specs = specsOf(model(checkpoint));
      const isInput = ([name]: readonly [string, unknown]) =>
        specs.some((one) => one.name === name);
      // Typed files are read whole.
      const only = (name: string): boolean => isInput([name, undefined]);
      const { arrays, texts } = await readInputs(path, only, specs);
      const ids = encodeTexts(new Map([...texts].filter(isInput)), specs, config);
      const found = new Map([...[...arrays].filter(isInput), ...ids]);
      if (found.size > 0) return sent(found, basename(path));
      const names = specs.map(({ name }) => name).join(', ');
      throw new FormatError(basename(path), `it holds none of the model's inputs: ${names}`);
    },
    words({ checkpoint, input }) {
      const { config } = model(checkpoint);
      const spec = specsOf(model(checkpoint)).find(({ name }) => name === input);
      const words = spec && wordsOfInput(spec, config);
      if (!spec || !words?.known) return [];
      const count = Math.min(spec.below ?? mostWords, mostWords);
      return Array.from({ length: count }, (_, id) => words.word(id));
    },
    textOf({ checkpoint, inputs }) {
      const { config } = model(checkpoint);
      const arrays = new Map(inputs.map(({ name, shape, data }) => [name, { shape, data }]));
      const texts = decodeTexts(arrays, specsOf(model(checkpoint)), config);
      return [...texts].map(([name, lines]) => ({ name, lines }));
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
