/** The debuggers that Mnemoscope can read. */
import type { Language } from './language';
import { python } from './pythonLanguage';

const languages: readonly Language[] = [python];

export function languageOf(type: string): Language | undefined {
  return languages.find(({ types }) => types.includes(type));
}
