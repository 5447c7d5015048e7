/** What each line of the equations gave, beside it: VS Code's own inline values. */
import * as vscode from 'vscode';
import { assignedAt } from '../../core/replay/assigned';
import { short } from '../../core/replay/describe';
import type { Moment } from '../../core/replay/moments';
import type { Program, Values } from './values';

/** Of the lines that have run in this step, the one that it stands on included. */
export async function inlineValues(
  document: vscode.TextDocument,
  { trace, lines }: Program,
  values: Values,
  { step, line: now }: Moment,
): Promise<vscode.InlineValue[]> {
  const found: vscode.InlineValue[] = [];
  for (let line = 0; line <= now && line < document.lineCount; line++) {
    const texts: string[] = [];
    for (const { name } of assignedAt(trace, lines, line)) {
      const value = await values.get(name, { step, line });
      if (value) texts.push(`${name} = ${short(value)}`);
    }
    const { range } = document.lineAt(line);
    if (texts.length > 0) found.push(new vscode.InlineValueText(range, texts.join(', ')));
  }
  return found;
}
