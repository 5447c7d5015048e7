import { basename } from 'node:path';
import { FormatError } from '../core/checkpoint/bytes';
import type { Options } from '../core/memory/memory';
import type { Trace } from '../core/trace/trace';
import { readInputs } from '../engine/memory/readInputs';
import { openModel, type Model } from '../engine/model';
import { predictions } from '../engine/predictions';
import { saveTrace } from '../engine/saveTrace';
import type { TokenInput } from '../protocol/engine';
import { type Command, onlyWord, parseCommand, UsageError } from './command';
import { type GivenInput, runInputOf } from './traceInput';

/** Settings of models that take arrays; which of them one takes, it says itself. */
const settings = {
  variant: 'string',
  task: 'string',
  length: 'string',
  seed: 'string',
  rule: 'string',
  update: 'string',
  beta: 'string',
  steps: 'string',
} as const;
const settingNames = Object.keys(settings) as (keyof typeof settings)[];

type Given = Readonly<Partial<Record<keyof typeof settings | 'set' | 'generate', string>>> &
  GivenInput;

/** `trace`: runs a checkpoint and writes everything that happened to a trace file. */
export const traceCommand: Command = {
  usage:
    'trace PATH (--text S [--pair S] | --ids 1,2,3 | --image F.png | --inputs F) [--target S | --target-ids 1,2,3]\n' +
    '      [--without self.0.3,…] [--generate N] [--spec F] --out T.safetensors\n' +
    '  mnemoscope trace PATH [--inputs F.safetensors|npz|json|csv | --image F.png] [--variant V] [--task T] [--length N] [--seed N]\n' +
    '      [--rule R] [--update U] [--beta B] [--steps N] [--set NAME=VALUE,…] [--spec F] --out T.safetensors',
  async run(argv) {
    const { options, words } = parseCommand(argv, {
      ...settings,
      set: 'string',
      text: 'string',
      pair: 'string',
      target: 'string',
      'target-ids': 'string',
      without: 'string',
      ids: 'string',
      inputs: 'string',
      image: 'string',
      generate: 'string',
      spec: 'string',
      out: 'string',
    });
    const path = onlyWord(words, 'PATH');
    const { out, spec } = options;
    if (out === undefined) throw new UsageError('--out is missing');
    const model = await openModel(path, spec);
    try {
      const takesArrays = model.recognition.kind === 'arrays';
      const run = await start(model, takesArrays, options).catch((error: Error) => {
        throw named(path, error);
      });
      await run.ended;
      if (run.state.kind === 'failed') throw named(path, new Error(run.state.message));
      await saveTrace(run, new Set(run.blocks.map(({ id }) => id)), model.name, out);
      if (takesArrays) say(run);
      await run.close();
    } finally {
      await model.close();
    }
  },
};

/** What was run and how it went, for who reads along; the file holds it too. */
function say({ model, verdict, events }: Trace): void {
  const lines = [
    model.sentence,
    ...(model.facts ?? []).map(([name, value]) => `${name}: ${value}`),
  ];
  for (const { step, of, what } of events) lines.push(`step ${step}, ${of}: ${what}`);
  if (verdict) lines.push(`${verdict.good ? 'passed' : 'failed'}: ${verdict.text}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function start(model: Model, takesArrays: boolean, given: Given) {
  if (!takesArrays) {
    // What cannot run says why before its input is looked at.
    const canRun = model.recognition.kind === 'runnable';
    if (!canRun) return model.run({ ids: [] });
    const setting = [...settingNames, 'set' as const].find((name) => given[name] !== undefined);
    if (setting) throw new UsageError(`--${setting} is for models that take arrays`);
    const input = await runInputOf(given, model.recognition);
    if (given.generate === undefined) return model.run(input);
    if ('image' in input) throw new UsageError('--generate is for models that predict tokens');
    if (input.without) throw new UsageError('give one of --generate, --without');
    return model.run(await longer(model, input, given.generate));
  }
  const { text, ids, generate } = given;
  const ofTokens = (['pair', 'target', 'target-ids', 'without'] as const).find(
    (name) => given[name] !== undefined,
  );
  if (ofTokens) throw new UsageError(`--${ofTokens} is for models that take text`);
  const inputs = given.inputs ?? given.image;
  if (given.inputs !== undefined && given.image !== undefined) {
    throw new UsageError('give one of --inputs, --image');
  }
  if (generate !== undefined) throw new UsageError('--generate is for models that predict tokens');
  if (text !== undefined || ids !== undefined) {
    throw new UsageError('this model takes arrays: give --inputs, or nothing for its own example');
  }
  const options = optionsOf(given);
  if (inputs === undefined) return model.runArrays({ options });
  const { recognition } = model;
  const specs = recognition.kind === 'arrays' ? recognition.inputs : [];
  const known = new Set(specs.map(({ name }) => name));
  const { arrays, texts } = await readInputs(inputs, (name) => known.has(name), specs);
  return model.runArrays({
    inputs: [...arrays].map(([name, { shape, data }]) => ({ name, shape, data })),
    texts: [...texts].map(([name, lines]) => ({ name, lines })),
    options,
  });
}

function optionsOf(given: Given): Options {
  const options = new Map<string, string>();
  for (const name of settingNames) {
    const value = given[name];
    if (value !== undefined) options.set(name, value);
  }
  for (const pair of given.set?.split(',') ?? []) {
    const [, name, value] = /^\s*(\w+)=(.*)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`--set: ${JSON.stringify(pair)} is not NAME=VALUE`);
    }
    options.set(name, value);
  }
  return Object.fromEntries(options);
}

/** Errors about an input know no file: the line must. */
function named(path: string, error: Error): Error {
  if (error instanceof FormatError || error instanceof UsageError) return error;
  const own = `${basename(path)}: `;
  const what = error.message.startsWith(own) ? error.message.slice(own.length) : error.message;
  return new Error(`${path}: ${what}`);
}

/** The input and the tokens that the model finds likeliest after it, which are printed as they come. */
async function longer(model: Model, input: TokenInput, generate: string): Promise<TokenInput> {
  if (!/^[1-9]\d{0,8}$/.test(generate)) {
    throw new UsageError(`--generate: ${generate} is not a number of tokens`);
  }
  const { signal } = new AbortController();
  const { tokens, steps } = await model.generate(input, Number(generate), signal);
  const tokenizer = await model.tokenizer().catch(() => undefined);
  const ids = [...tokens.ids];
  for await (const { id, logits } of steps) {
    const [best] = predictions(logits, 1, (token) => tokenizer?.label(token) ?? String(token));
    const { label, probability } = best!;
    process.stdout.write(
      `token ${ids.length}: ${id} ${JSON.stringify(label)} ${probability.toPrecision(4)}\n`,
    );
    ids.push(id);
  }
  const { recognition } = model;
  const isPair =
    recognition.kind === 'runnable' &&
    recognition.takes.kind === 'tokens' &&
    recognition.takes.target;
  return isPair ? { ...input, target: { ids } } : { ids };
}
