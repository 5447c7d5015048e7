/** The debuggers that Mnemoscope can read. */
import { javascript } from './javascriptLanguage';
import type { Language } from './language';
import { python } from './pythonLanguage';

const languages: readonly Language[] = [python, javascript];

/** By the id of a document's language. */
export function languageOfDocument(id: string): Language | undefined {
  return languages.find(({ documents }) => documents.includes(id));
}

export function languageOf(type: string): Language | undefined {
  return languages.find(({ types }) => types.includes(type));
}
