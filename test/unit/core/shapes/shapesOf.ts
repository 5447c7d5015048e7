/** Shapes of a piece of Python, by the word and the line that it stands on. */
import { analyse, type Answer, type SourceFile } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';

const parser = loadShapesParser(['python']);

/** Answers for `text`; `others` are workspace files by module path. */
export async function answersOf(
  text: string,
  others: Readonly<Record<string, string>> = {},
): Promise<(marked: string) => string | undefined> {
  const file = (module: string, content: string): SourceFile => ({
    module,
    file: `${module}.py`,
    text: content,
  });
  const files = new Map(
    Object.entries(others).map(([name, content]) => [name, file(name, content)]),
  );
  const answers = analyse(
    {
      parser: await parser,
      cache: new Map(),
      find: (name) => files.get(name),
      callers: [...files.values()],
    },
    file('model', text),
  );
  return (marked) => describe(text, answers, marked);
}

/** `'return ^x'`: the answer at the caret in the line that holds the text. */
function describe(text: string, answers: readonly Answer[], marked: string): string | undefined {
  const caret = marked.indexOf('^');
  const part = marked.replace('^', '');
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes(part));
  if (line < 0) throw new Error(`no line holds ${part}`);
  const column = lines[line]!.indexOf(part) + caret;
  const found = answers.find((one) => one.line === line + 1 && one.column === column);
  return found && `${found.dtype ?? '?'} [${found.shape.join(', ')}]`;
}
