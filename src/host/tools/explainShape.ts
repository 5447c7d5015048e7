/** `explain_shape`: what the tensors in a line of code are, without running it. */
import * as vscode from 'vscode';
import type { Hovered } from '../../protocol/shapes';
import { formula } from '../shapes/formula';
import { shapeText, tupleText } from '../shapes/hover';
import type { Shapes } from '../shapes/register';
import { pathOf, type Tool, wholeOf } from './tool';

/** Words of a line that are asked for. */
const most = 40;

export const explainShape = (shapes: Pick<Shapes, 'ask'>): Tool => ({
  async run(input, _engine, signal) {
    const document = await vscode.workspace.openTextDocument(pathOf(input));
    const line = wholeOf(input, 'line', 0);
    if (line < 1 || line > document.lineCount)
      throw new Error(`line: expected 1 to ${document.lineCount}, found ${line}`);
    const wanted = input['name'];
    const { text } = document.lineAt(line - 1);
    const words = [...text.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)].filter(
      ([word]) => wanted === undefined || word === wanted,
    );
    const found: Hovered[] = [];
    for (const { index } of words.slice(0, most)) {
      signal.throwIfAborted();
      const one = await shapes.ask(document, new vscode.Position(line - 1, index));
      if (one) found.push(one);
    }
    if (found.length === 0)
      throw new Error(`nothing is known of a tensor in line ${line}: ${text.trim()}`);
    const origins = found.flatMap((one) => ('origins' in one ? one.origins : []));
    return [
      ...new Set([
        `line ${line}: ${text.trim()}`,
        ...found.map(described),
        ...origins.map((origin) => `${origin.symbol} from line ${origin.line}: ${origin.code}`),
      ]),
    ].join('\n');
  },
});

/** `q: float32 [B, n_head, T, 64], 2·B·T²·C FLOPs`. */
function described(one: Hovered): string {
  const { flops, parameters } = one.cost ?? {};
  const text = (size: number | string | undefined, unit: string): string[] => {
    const printed = size === undefined ? undefined : formula(size);
    return printed === undefined ? [] : [`${printed} ${unit}`];
  };
  const what =
    'members' in one
      ? tupleText(one.members)
      : 'shape' in one
        ? `${one.dtype ?? ''} ${shapeText(one.shape)}`.trim()
        : (one.className ?? '');
  const { concrete } = one;
  const sizes = Object.entries(concrete?.sizes ?? {}).map(([name, size]) => `${name}=${size}`);
  const numbers =
    concrete && 'shape' in concrete ? [`${shapeText(concrete.shape)} at ${sizes.join(', ')}`] : [];
  const owned = one.tensors?.map(({ name, shape }) => `checkpoint: ${name} ${shapeText(shape)}`);
  return [
    `${one.name ?? ''}: ${what}`,
    ...text(flops, 'FLOPs'),
    ...text(parameters, 'parameters'),
    ...(sizes.length > 0 ? numbers : []),
    ...(owned ?? []),
  ].join(', ');
}
