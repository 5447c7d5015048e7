import { createRequire } from 'node:module';
import path from 'node:path';
import { FormatError } from '../core/checkpoint/bytes';
import type { Answer } from '../core/shapes';
import { loadShapesParser } from '../engine/shapesParser';
import { tokenAt } from '../engine/shapesToken';
import { openShapesWorkspace } from '../engine/shapesWorkspace';
import { type Command, parseCommand, UsageError } from './command';

/** `shapes`: dtype and shape of every tensor in model code, in the code's own names; the same as the hover. */
export const shapesCommand: Command = {
  usage: 'shapes FILE… [--root DIR] [--at LINE:COL] [--json]',
  async run(argv) {
    const { options, words } = parseCommand(argv, {
      root: 'string',
      at: 'string',
      json: 'boolean',
    });
    if (words.length === 0) throw new UsageError('FILE is missing');
    const at = options.at === undefined ? undefined : placeOf(options.at);
    if (at && words.length > 1) throw new UsageError('--at needs a single FILE');
    for (const word of words) {
      if (!/\.pyi?$/i.test(word)) throw new FormatError(word, 'expected Python code (.py)');
    }
    const workspace = openShapesWorkspace(
      path.resolve(options.root ?? '.'),
      await loadShapesParser(['python'], grammars()),
    );
    const answers: Answer[] = [];
    for (const word of words) {
      const found = await workspace.answers(path.resolve(word)).catch((error: Error) => {
        // The line names the file as it was typed.
        throw error instanceof FormatError
          ? new FormatError(word, error.problem, error.where)
          : error;
      });
      const start = at && tokenAt(lineOf(found.source.text, at.line), at.column)?.start;
      answers.push(
        ...found.answers.filter(
          ({ line, column }) => !at || (line === at.line && column === start),
        ),
      );
    }
    process.stdout.write(options.json ? asJson(answers) : asTable(answers));
  },
};

/** Where the package of the grammars lies beside this program. */
function grammars(): string {
  return path.dirname(createRequire(__filename).resolve('@vscode/tree-sitter-wasm'));
}

function placeOf(text: string): { readonly line: number; readonly column: number } {
  const [, line, column] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (line === undefined || column === undefined || Number(line) === 0) {
    throw new UsageError(`--at ${text} is not LINE:COL (lines from 1, columns from 0)`);
  }
  return { line: Number(line), column: Number(column) };
}

const lineOf = (text: string, line: number): string => text.split(/\r\n|\r|\n/)[line - 1] ?? '';

function asJson(answers: readonly Answer[]): string {
  const rows = answers.map(({ file, line, column, dtype, shape }) =>
    JSON.stringify({ file, line, col: column, dtype, shape }),
  );
  return `[${rows.join(',\n')}]\n`;
}

function asTable(answers: readonly Answer[]): string {
  return answers
    .map(
      ({ file, line, column, dtype, shape }) =>
        `${file}:${line}:${column}  ${dtype ? `${dtype} ` : ''}[${shape.join(', ')}]\n`,
    )
    .join('');
}
