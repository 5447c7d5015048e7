/** Loads the tree-sitter grammars from the package that VS Code ships them in. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { languageOf } from '../../core/shapes';
import type { Language, SyntaxNode, SyntaxParser } from '../../core/shapes/syntax';

interface WasmTree {
  readonly rootNode: SyntaxNode;
  delete(): void;
}
interface WasmParser {
  setLanguage(language: unknown): void;
  parse(text: string): WasmTree | null;
}
interface TreeSitter {
  readonly Parser: { new (): WasmParser; init(options: { wasmBinary: Uint8Array }): Promise<void> };
  readonly Language: { load(wasm: Uint8Array): Promise<unknown> };
}

/** The languages of a file and of all that it may import. */
export const grammarsFor = (file: string): readonly Language[] =>
  languageOf(file) === 'python' ? ['python'] : ['javascript', 'typescript', 'tsx'];

/** A parser for the given languages; `folder` holds the package's wasm files. */
export async function loadShapesParser(
  languages: readonly Language[],
  folder = packageFolder(),
): Promise<SyntaxParser> {
  const require = createRequire(path.join(folder, 'tree-sitter.js'));
  const { Parser, Language: Grammar } = require('./tree-sitter.js') as TreeSitter;
  await Parser.init({ wasmBinary: await readFile(path.join(folder, 'tree-sitter.wasm')) });
  const parsers = new Map<Language, WasmParser>();
  for (const language of new Set(languages)) {
    const parser = new Parser();
    parser.setLanguage(
      await Grammar.load(await readFile(path.join(folder, `tree-sitter-${language}.wasm`))),
    );
    parsers.set(language, parser);
  }
  return {
    parse: (language, text) => {
      const tree = parsers.get(language)?.parse(text);
      if (!tree) throw new Error(`no parser for ${language} was loaded`);
      return { root: tree.rootNode, release: () => tree.delete() };
    },
  };
}
const packageFolder = (): string =>
  path.dirname(
    createRequire(path.join(process.cwd(), 'package.json')).resolve('@vscode/tree-sitter-wasm'),
  );
