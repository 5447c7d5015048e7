/** Which code is analysed: Python, and JavaScript and TypeScript that uses TensorFlow.js. */
import * as vscode from 'vscode';

const scripts = ['javascript', 'typescript', 'javascriptreact', 'typescriptreact'];

/** Code that may be analysed. */
export const selector: vscode.DocumentSelector = ['python', ...scripts].map((language) => ({
  language,
}));
/** Files whose changes may change shapes. */
export const watched = '**/*.{py,js,mjs,cjs,jsx,ts,mts,cts,tsx}';
export const isWatched = (uri: vscode.Uri): boolean => !uri.path.includes('/node_modules/');

/** Whether Python code works with arrays, so that hovers over them are likely. */
export const usesArrays = (text: string): boolean =>
  /^\s*(?:import|from)\s+(?:torch|tensorflow|keras|jax|flax|einops)\b/m.test(text);

/** Imported files that are read to see whether they lead to TensorFlow.js, at most. */
const mostFiles = 24;
const largest = 1024 * 1024;
const endings = ['', '.ts', '.js', '.tsx', '.jsx', '.mjs', '.cjs', '/index.ts', '/index.js'];

const usesTensors = (text: string): boolean => /['"`]@tensorflow\/tfjs/.test(text);
const relativeImports = (text: string): string[] =>
  [...text.matchAll(/(?:from|import|require)\s*\(?\s*['"](\.[^'"\n]*)['"]/g)].map(
    ([, specifier]) => specifier ?? '',
  );

export interface Relevance {
  /** Whether the document may hold tensors: it, or a file that it imports, imports TensorFlow.js. */
  of(document: vscode.TextDocument): Promise<boolean>;
  /** The same, where it was asked before. */
  known(document: vscode.TextDocument): boolean;
  forget(uri: vscode.Uri): void;
}

export function createRelevance(): Relevance {
  const seen = new Map<string, { readonly version: number; readonly verdict: boolean }>();
  return {
    async of(document) {
      if (vscode.languages.match(selector, document) === 0) return false;
      if (document.languageId === 'python') return true;
      const key = document.uri.toString();
      const before = seen.get(key);
      if (before?.version === document.version) return before.verdict;
      const { version } = document;
      const text = document.getText();
      const verdict = usesTensors(text) || (await leads(document.uri, text));
      seen.set(key, { version, verdict });
      return verdict;
    },
    known: (document) =>
      vscode.languages.match(selector, document) > 0 &&
      (document.languageId === 'python' || seen.get(document.uri.toString())?.verdict === true),
    forget: (uri) => void seen.delete(uri.toString()),
  };
}

/** Follows relative imports, breadth first. */
async function leads(uri: vscode.Uri, text: string): Promise<boolean> {
  const open = relativeImports(text).map((specifier) => ({ from: uri, specifier }));
  const read = new Set<string>();
  for (let next = open.shift(); next && read.size < mostFiles; next = open.shift()) {
    const found = await fileOf(next.from, next.specifier);
    if (!found || read.has(found.uri.path)) continue;
    read.add(found.uri.path);
    if (usesTensors(found.text)) return true;
    for (const specifier of relativeImports(found.text)) open.push({ from: found.uri, specifier });
  }
  return false;
}

async function fileOf(
  from: vscode.Uri,
  specifier: string,
): Promise<{ readonly uri: vscode.Uri; readonly text: string } | undefined> {
  for (const ending of endings) {
    const uri = vscode.Uri.joinPath(from, '..', specifier.replace(/\/$/, '') + ending);
    try {
      const { type, size } = await vscode.workspace.fs.stat(uri);
      if (type !== vscode.FileType.File || size > largest) continue;
      return { uri, text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)) };
    } catch {
      // No such file: the next ending.
    }
  }
  return undefined;
}
