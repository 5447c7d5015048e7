/** What a person set, checked against what the model takes. Every refusal names the option and what it takes. */
import type { Options, OptionSpec } from './memory';

/** A setting that is a whole number. */
export function wholeOption(
  name: string,
  meaning: string,
  [least, most]: readonly [least: number, most: number],
  standard: number,
): OptionSpec {
  return { name, meaning, number: { least, most, whole: true }, standard: `${standard}` };
}

/** `of`: what is random. */
export const seedOption = (of = 'the example'): OptionSpec =>
  wholeOption('seed', `seed of ${of}`, [0, 2 ** 32 - 1], 1);

/** Throws Error with one sentence for a name or a value that the model does not take. */
export function checkOptions(options: Options, specs: readonly OptionSpec[]): void {
  for (const [name, value] of Object.entries(options)) {
    const spec = specs.find((one) => one.name === name);
    if (!spec) {
      const known = specs.map((one) => one.name).join(', ') || 'no options';
      throw new Error(`this model has no option ${name}: it takes ${known}`);
    }
    if (spec.values && !spec.values.some((one) => one.value === value)) {
      const known = spec.values.map((one) => one.value).join(', ');
      throw new Error(`${name} ${JSON.stringify(value)} is not one of: ${known}`);
    }
    if (spec.number && !fits(Number(value), spec.number)) {
      const { least, most, whole } = spec.number;
      const kind = whole ? 'a whole number' : 'a number';
      throw new Error(`${name} ${JSON.stringify(value)} is not ${kind} from ${least} to ${most}`);
    }
  }
}

function fits(value: number, { least, most, whole }: NonNullable<OptionSpec['number']>): boolean {
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

/** The value that counts: what was set, else the default. */
export function optionOf(options: Options, specs: readonly OptionSpec[], name: string): string {
  return options[name] ?? specs.find((one) => one.name === name)?.standard ?? '';
}

export function numberOf(options: Options, specs: readonly OptionSpec[], name: string): number {
  return Number(optionOf(options, specs, name));
}
