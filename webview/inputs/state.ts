/** What a model over arrays is fed: its settings, its example, what a person changed. */
import { effect, signal } from '@preact/signals';
import type { OptionSpec } from '../../src/core/memory/memory';
import type { GivenText } from '../../src/protocol/engine';
import type { GivenArrays } from '../../src/protocol/inputs';
import { host } from '../host';
import { given, type Given, report, runState, settings, summary } from '../state';

/** The settings with what the weights tell about them; undefined until the weights were read. */
export const told = signal<readonly OptionSpec[] | undefined>(undefined);

let asked: number | undefined;

/** Asks what the weights tell about the settings; reads them once. */
export function askSettings(): void {
  const checkpoint = summary.peek();
  if (checkpoint?.recognition.kind !== 'arrays' || asked === checkpoint.id) return;
  asked = checkpoint.id;
  host.call('settings', { checkpoint: checkpoint.id }).then(({ options }) => {
    if (asked === checkpoint.id) told.value = options;
  }, report);
}

// A run has read the weights: what they tell costs nothing then.
effect(() => {
  if (runState.value?.kind === 'done') askSettings();
});
summary.subscribe((checkpoint) => {
  if (checkpoint?.id !== asked) told.value = undefined;
});

/** Sets an option; its default is not kept, so that it follows what the weights tell. */
export function setSetting({ name, standard }: OptionSpec, value: string): void {
  const rest = Object.fromEntries(Object.entries(settings.value).filter(([key]) => key !== name));
  settings.value = value === standard ? rest : { ...rest, [name]: value };
}

/** Values that are kept over a reload, at most. */
const mostValues = 1 << 17;

/** Ids of known words are taken as the words. */
async function taken(arrays: GivenArrays, file?: string): Promise<Given> {
  const values = arrays.reduce((sum, { data }) => sum + data.length, 0);
  if (values > mostValues) {
    throw new Error(`${values} values are too many here: give the file to the command line`);
  }
  const checkpoint = summary.peek()?.id ?? 0;
  const texts = await host.call('textOf', { checkpoint, inputs: arrays });
  const isText = (name: string): boolean => texts.some((text) => text.name === name);
  return {
    ...(file !== undefined && { file }),
    arrays: arrays
      .filter(({ name }) => !isText(name))
      .map(({ name, shape, data }) => ({ name, shape, values: [...data] })),
    ...(texts.length > 0 && { texts }),
  };
}

/** Takes the example as what is given, so that it can be changed. */
export async function editExample(): Promise<void> {
  const checkpoint = summary.peek()?.id;
  if (checkpoint === undefined) return;
  try {
    const options = settings.peek();
    given.value = await taken(await host.call('example', { checkpoint, options }));
  } catch (error) {
    report(error);
  }
}

/** Asks for a file of arrays. */
export async function pickFile(): Promise<void> {
  try {
    const picked = await host.call('pickInputs', {});
    if (picked) given.value = await taken(picked.inputs, picked.name);
  } catch (error) {
    report(error);
  }
}

/** Puts one array in place of what was given by its name. */
export function setArray(next: Given['arrays'][number]): void {
  const { arrays = [], texts } = given.peek() ?? {};
  given.value = {
    arrays: [...arrays.filter(({ name }) => name !== next.name), next],
    ...(texts && { texts }),
  };
}

/** Puts the words of an input in place of what it was. */
export function setText(next: GivenText): void {
  const { arrays = [], texts = [] } = given.peek() ?? {};
  given.value = {
    arrays,
    texts: texts.map((text) => (text.name === next.name ? next : text)),
  };
}
