/** Shapes and ranges beside the code of a stopped program, and in the debugger's hover; nothing is evaluated for them. */
import * as vscode from 'vscode';
import { number } from '../../core/draw/text';
import type { FrameTensor } from '../../protocol/session';
import { languageOf } from './languages';
import type { LiveSession } from './liveSession';
import type { Sessions } from './sessions';

const documents = ['python', 'javascript', 'typescript', 'javascriptreact', 'typescriptreact'];
/** Milliseconds after which a frame that was not described has no values beside it. */
const patience = 3000;
/** A name with what it belongs to: `memory.weights`. */
const names = /(?<![\w$.'"])[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*/gu;

/** A name that a call gives to what follows it: `f(bits=8)`. */
const argument = /^\w+=(?!=)/;

/** `float32 [8, 5] · 0 … 0.98 · 2 NaN`. */
export function tensorText({ dtype, shape, min, max, nan, inf, note }: FrameTensor): string {
  const parts = [`${dtype} [${shape.map((length) => length ?? '?').join(', ')}]`];
  if (min !== undefined && max !== undefined) {
    parts.push(shape.length === 0 ? number(min) : `${number(min)} … ${number(max)}`);
  }
  if (nan) parts.push(`${nan} NaN`);
  if (inf) parts.push(`${inf} Inf`);
  if (note !== undefined) parts.push(note);
  return parts.join(' · ');
}

export function registerInlineValues(sessions: Sessions): vscode.Disposable {
  const stopped = (): LiveSession | undefined => {
    const live = sessions.active();
    return live?.state().state === 'stopped' ? live : undefined;
  };
  const tensorOf = (live: LiveSession, name: string): FrameTensor | undefined =>
    live.state().frame?.tensors.find((one) => one.name === name && one.dtype !== '');
  /** VS Code asks when the program stops, which is before the frame has been described. */
  const described = (line: number, token: vscode.CancellationToken): Promise<unknown> => {
    const isThere = (): boolean => stopped()?.state().frame?.line === line;
    if (!sessions.active() || isThere()) return Promise.resolve();
    const watching: vscode.Disposable[] = [];
    const done = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      watching.push({ dispose: () => clearTimeout(timer) });
      watching.push(sessions.onDidChange(() => isThere() && resolve()));
      watching.push(token.onCancellationRequested(() => resolve()));
    });
    return done.finally(() => watching.forEach((one) => one.dispose()));
  };
  return vscode.Disposable.from(
    vscode.languages.registerInlineValuesProvider(documents, {
      async provideInlineValues(document, viewPort, { stoppedLocation }, token) {
        await described(stoppedLocation.start.line + 1, token);
        const live = stopped();
        if (!live) return [];
        const values: vscode.InlineValue[] = [];
        for (const line of linesAbove(document, stoppedLocation.end.line)) {
          if (line > viewPort.end.line) continue;
          for (const match of document.lineAt(line).text.matchAll(names)) {
            const tensor = tensorOf(live, match[0]);
            if (!tensor || argument.test(document.lineAt(line).text.slice(match.index))) continue;
            const range = new vscode.Range(line, match.index, line, match.index + match[0].length);
            values.push(new vscode.InlineValueText(range, `${match[0]}: ${tensorText(tensor)}`));
          }
        }
        return values;
      },
    }),
    vscode.languages.registerEvaluatableExpressionProvider(documents, {
      provideEvaluatableExpression(document, { line, character }) {
        const live = stopped();
        const text = document.lineAt(line).text;
        for (const match of text.matchAll(names)) {
          const end = match.index + match[0].length;
          // Up to the part under the cursor: `memory` of `memory.weights`, too.
          const rest = /^[\w$]*/.exec(text.slice(character))?.[0].length ?? 0;
          const name = text.slice(match.index, Math.min(end, character + rest));
          if (character < match.index || character > end || !live || !tensorOf(live, name))
            continue;
          const range = new vscode.Range(line, match.index, line, match.index + name.length);
          const expression = languageOf(live.session.type)?.hoverOf(name) ?? name;
          return new vscode.EvaluatableExpression(range, expression);
        }
        return undefined;
      },
    }),
  );
}

/** Lines above the one where the program stands, at most. */
const linesShown = 60;
const definition =
  /^(?:async\s+)?(?:def|class)\b|\bfunction\b|=>\s*\{$|^(?!(?:if|for|while|switch|catch|with)\b)(?:\w+\s+)*[\w$#]+\([^()]*\)[^(){}]*\{$/;

/** The lines, from the last to the first, of the function in which the program stands; not those of functions inside of it or above. */
function linesAbove(document: vscode.TextDocument, last: number): readonly number[] {
  const indentOf = (line: number): number => document.lineAt(line).firstNonWhitespaceCharacterIndex;
  const found: number[] = [];
  let outermost = Infinity;
  for (let line = last; line > Math.max(-1, last - linesShown); line--) {
    const text = document.lineAt(line).text.trim();
    if (text === '') continue;
    const indent = indentOf(line);
    if (line === last || !definition.test(text)) found.push(line);
    else if (indent < outermost) return [...found, line];
    // Another function's: what is further in than its first line.
    else while (found.length > 0 && indentOf(found.at(-1)!) > indent) found.pop();
    outermost = Math.min(outermost, indent);
  }
  return found;
}
