import { createRequire } from 'node:module';
import path from 'node:path';
import { FormatError } from '../core/checkpoint/bytes';
import type { Answer } from '../core/shapes';
import { openPath } from '../engine/files';
import { bestMatch, type Match, type NamedShape } from '../engine/shapes/checkpoint';
import { grammarsFor, loadShapesParser } from '../engine/shapes/parser';
import { chosenSize, evaluate } from '../engine/shapes/sizes';
import { tokenAt } from '../engine/shapes/token';
import { openShapesWorkspace } from '../engine/shapes/workspace';
import type { Sizes } from '../protocol/shapes';
import { type Command, parseCommand, UsageError } from './command';

/** `shapes`: dtype and shape of every tensor in model code, in the code's own names; the same as the hover. */
export const shapesCommand: Command = {
  usage: 'shapes FILE… [--root DIR] [--checkpoint PATH] [--at LINE:COL] [--json]',
  async run(argv) {
    const { options, words } = parseCommand(argv, {
      root: 'string',
      checkpoint: 'string',
      at: 'string',
      json: 'boolean',
    });
    if (words.length === 0) throw new UsageError('FILE is missing');
    const at = options.at === undefined ? undefined : placeOf(options.at);
    if (at && words.length > 1) throw new UsageError('--at needs a single FILE');
    for (const word of words) {
      if (!/\.(?:pyi?|[cm]?[jt]sx?)$/i.test(word))
        throw new FormatError(word, 'expected code (.py, .js, .ts)');
    }
    const workspace = openShapesWorkspace(
      path.resolve(options.root ?? '.'),
      await loadShapesParser(words.flatMap(grammarsFor), grammars()),
    );
    const weights = options.checkpoint === undefined ? [] : await shapesIn(options.checkpoint);
    const answers: Answer[] = [];
    let best: Match | undefined;
    for (const word of words) {
      const found = await workspace.answers(path.resolve(word)).catch((error: Error) => {
        // The line names the file as it was typed.
        throw error instanceof FormatError
          ? new FormatError(word, error.problem, error.where)
          : error;
      });
      if (weights.length > 0) {
        const { session } = await workspace.whole(path.resolve(word));
        const match = bestMatch(session.states(), weights);
        if (match && match.matched > (best?.matched ?? 0)) best = match;
      }
      const start = at && tokenAt(lineOf(found.source.text, at.line), at.column)?.start;
      answers.push(
        ...found.answers.filter(
          ({ line, column }) => !at || (line === at.line && column === start),
        ),
      );
    }
    const sized = best ? answers.map((answer) => withWeights(answer, best.sizes)) : answers;
    process.stdout.write(options.json ? asJson(sized) : asTable(sized));
    if (options.checkpoint !== undefined && !options.json)
      process.stdout.write(asComparison(options.checkpoint, best));
  },
};

async function shapesIn(checkpoint: string): Promise<NamedShape[]> {
  const { checkpoint: opened, close } = await openPath(checkpoint);
  try {
    return [...opened.tensors.values()].map(({ name, shape }) => ({ name, shape }));
  } finally {
    await close();
  }
}

const withWeights = (answer: Answer, sizes: Sizes): Answer => ({
  ...answer,
  shape: answer.shape.map((dim) =>
    typeof dim === 'string' ? (evaluate(dim, (symbol) => chosenSize(sizes, symbol)) ?? dim) : dim,
  ),
});

/** What `load_state_dict` would say. */
function asComparison(checkpoint: string, match: Match | undefined): string {
  if (!match) return `${checkpoint}: no class here has tensors of these names\n`;
  const { className, matched, missing, unexpected, different, isOpen } = match;
  return [
    `${checkpoint}: ${matched} tensors belong to ${className}`,
    ...missing.map((name) => `missing in the checkpoint: ${name}`),
    ...unexpected.map((name) => `${isOpen ? 'not found' : 'unexpected'} in the code: ${name}`),
    ...different.map(
      ({ name, code, checkpoint: shape }) =>
        `different: ${name} is [${code.join(', ')}] in the code, [${shape.join(', ')}] in the checkpoint`,
    ),
    '',
  ].join('\n');
}

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
