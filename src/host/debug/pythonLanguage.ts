/** Python under debugpy: everything goes through `evaluate`, which it answers at any time, with or without a frame. */
import { createRequire } from 'node:module';
import type { DebugSession } from 'vscode';
import type { Question } from './liveTensors';
import type { Drain, FrameAnswer, Language, SavedFile } from './language';
import type { helper } from './python/helper';

/** Bytes that are answered in line, as 256 KB of base64; more goes through a file. */
const inLine = 190 * 1024;
/** Without a frame debugpy evaluates in the main module, which may not see the builtins by that name. */
const globalHelper = `__import__('builtins').__mnemo__`;

export const python: Language = {
  types: ['debugpy', 'python', 'Python Kernel Debug Adapter'],
  documents: ['python'],
  async install(session, { path, mark }, conditions) {
    const code = Buffer.from(helperText()).toString('base64');
    // Names that debugpy takes for library code in either mode, so that stepping never lands in the helper.
    const justMyCode = (session.configuration as { justMyCode?: unknown }).justMyCode !== false;
    const name = justMyCode ? '<mnemoscope>' : '<frozen mnemoscope>';
    const watches = quoted(JSON.stringify(conditions));
    const names = `{'__name__': '__mnemoscope__', 'FOLDER': ${quoted(path)}, 'MARK': ${quoted(mark)}, 'WATCHES': ${watches}}`;
    await evaluate(
      session,
      `exec(compile(__import__('base64').b64decode('${code}').decode(), '${name}', 'exec'), ${names})`,
      { context: 'repl' },
    );
  },
  async frame(session, frameId, where, { pins, frame: setting }) {
    const everything = setting === 'all' ? 'True' : 'False';
    const list = `[${pins.map(quoted).join(', ')}]`;
    const question = `__mnemo__.frame(locals(), ${quoted(where)}, ${list}, globals(), ${everything})`;
    return decode<FrameAnswer>(await evaluate(session, question, { frameId }));
  },
  async answer<T>(session: DebugSession, frameId: number, question: Question) {
    const { tensor, question: what, slice, more } = question;
    const rest = [tensor, what].map(quoted).join(', ');
    const data = `*__import__('json').loads(${quoted(JSON.stringify([slice ?? null, more ?? null]))})`;
    const expression = `__mnemo__.answer(locals(), globals(), ${rest}, ${data})`;
    return decode<T>(await evaluate(session, expression, { frameId }));
  },
  async drain(session) {
    const answer = decode<Drain & { data?: string }>(
      await evaluate(session, `${globalHelper}.drain(${inLine})`),
    );
    const { data, ...rest } = answer;
    return data === undefined ? rest : { ...rest, data: Buffer.from(data, 'base64') };
  },
  async exact(session, operation, head) {
    const question = `${globalHelper}.exact(${operation}, ${head}, ${inLine})`;
    const { data, ...file } = decode<SavedFile & { data?: string }>(
      await evaluate(session, question),
    );
    return data === undefined ? file : Buffer.from(data, 'base64');
  },
  async readFile(session, path, start, count) {
    const part = await evaluate(
      session,
      `${globalHelper}.read_file(${quoted(path)}, ${start}, ${count})`,
    );
    return Buffer.from(unquoted(part), 'base64');
  },
  async removeFile(session, path) {
    await evaluate(session, `${globalHelper}.remove_file(${quoted(path)})`);
  },
  async watch(session, conditions) {
    const list = JSON.stringify(JSON.stringify(conditions));
    await evaluate(session, `${globalHelper}.watch(__import__('json').loads(${list}))`);
  },
  async saveWeights(session, frameId, expression) {
    const question = `__mnemo__.save_weights(locals(), globals(), ${quoted(expression)})`;
    return decode(await evaluate(session, question, { frameId }));
  },
  probeCondition(identity, expressions, role) {
    const values = expressions.map((one) => `${quoted(one)}: (${one})`).join(', ');
    const last = role ? `, ${quoted(role)}` : '';
    return `__mnemo__.probe(${quoted(identity)}, {${values}}${last})`;
  },
  hoverOf: (name) => `__mnemo__.hover(${name})`,
  async hits(session) {
    return decode(await evaluate(session, `${globalHelper}.hits()`));
  },
};

/** Throws the program's own exception as one line. `clipboard`: the only context that never truncates. */
async function evaluate(
  session: DebugSession,
  expression: string,
  more: { readonly frameId?: number; readonly context?: string } = {},
): Promise<string> {
  const { result } = (await session.customRequest('evaluate', {
    expression,
    context: 'clipboard',
    ...more,
  })) as { result: string };
  return result;
}

/** The answer's text: base64 of JSON inside a Python string literal. */
function decode<T>(literal: string): T {
  const text = unquoted(literal);
  // What the debugger says instead of an answer, e.g. that the program has ended: its last line is the reason.
  if (!/^[\w+/]*=*$/.test(text)) throw new Error(text.trim().split('\n').at(-1));
  const answer = JSON.parse(Buffer.from(text, 'base64').toString()) as T & { error?: string };
  if (typeof answer.error === 'string') throw new Error(answer.error);
  return answer;
}

const unquoted = (literal: string): string => literal.replace(/^['"]|['"]$/g, '');

/** A Python string literal: JSON's escapes are Python's too. */
const quoted = (text: string): string => JSON.stringify(text);

/** A bundle of its own, loaded with the first Python program that is debugged. */
function helperText(): string {
  const load = createRequire(__filename);
  return (load('./debugPython.js') as { readonly helper: typeof helper }).helper;
}
