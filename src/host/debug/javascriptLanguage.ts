/** JavaScript and TypeScript in Node under js-debug: names of the frame from its scopes, then one `evaluate`. */
import type { DebugSession } from 'vscode';
import { helperText } from './javascript/helper';
import type { Drain, FrameAnswer, Language, SavedFile } from './language';

/** Bytes of arrays that one evaluation hands over: 256 KB of base64. */
const atOnce = 190 * 1024;
/** Names that a frame lists at most. */
const mostNames = 200;
const isName = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const helper = 'globalThis.__mnemo';

export const javascript: Language = {
  types: ['pwa-node'],
  documents: ['javascript', 'typescript', 'javascriptreact', 'typescriptreact'],
  // js-debug starts a session that has no program of its own, and a child of it per process.
  follows: ({ parentSession }) => parentSession !== undefined,
  async install(session, { path, mark }, conditions) {
    await evaluate(session, helperText(conditions, { path, mark }));
  },
  async frame(session, frameId, where, { pins, frame }) {
    const names = frame === 'all' ? await namesOf(session, frameId) : [];
    const pinned = thunks(pins.filter(isExpression));
    const expression = `${helper}.frame(${thunks(names)}, ${JSON.stringify(where)}, ${pinned})`;
    return decode<FrameAnswer>(await evaluate(session, expression, frameId));
  },
  async answer<T>(
    session: DebugSession,
    frameId: number,
    question: Parameters<Language['answer']>[2],
  ) {
    const { tensor, question: what, slice = null, more = {} } = question;
    const root = /^[\p{ID_Continue}$]+/u.exec(tensor)?.[0] ?? '';
    const data = [tensor, what, slice, more].map((one) => JSON.stringify(one)).join(', ');
    const asked = isName.test(tensor) || isName.test(root) ? [root] : [];
    const expression = `${helper}.answer([...${thunks(asked)}, ...${thunks([tensor].filter(isExpression))}], ${data})`;
    return decode<T>(await evaluate(session, expression, frameId));
  },
  async drain(session) {
    const answer = await evaluate(session, `${helper}.drain(${atOnce})`);
    const { data, ...rest } = decode<Drain & { data?: string }>(answer);
    return data === undefined ? rest : { ...rest, data: Buffer.from(data, 'base64') };
  },
  async exact(session, operation, head) {
    return handed(await evaluate(session, `${helper}.exact(${operation}, ${head}, ${atOnce})`));
  },
  async readFile(session, path, start, count) {
    const name = JSON.stringify(path);
    const part = await evaluate(session, `${helper}.read(${name}, ${start}, ${count})`);
    return Buffer.from(unquoted(part), 'base64');
  },
  async removeFile(session, path) {
    await evaluate(session, `${helper}.remove(${JSON.stringify(path)})`);
  },
  async saveWeights(session, frameId, expression) {
    if (!isExpression(expression)) throw new Error(`${expression} is no expression`);
    // Always a file: that is what is opened.
    const saved = await evaluate(session, `${helper}.weights(() => (${expression}), 0)`, frameId);
    return decode<SavedFile>(saved);
  },
  async watch(session, conditions) {
    await evaluate(session, `${helper}.watch(${JSON.stringify(conditions)})`);
  },
  // What stands for an await has no source either.
  isHelper: ({ source, presentationHint }) => !source && presentationHint !== 'label',
  async stay(session) {
    await evaluate(session, `${helper}.stay()`);
  },
  probeCondition(identity, expressions, role) {
    const values = expressions.map((one) => `${JSON.stringify(one)}: (${one})`).join(', ');
    // What a flat array belongs to says how many slots it has.
    const owner = /^([\w$.]+)\.[\w$]+$/.exec(expressions[0] ?? '')?.[1] ?? 'undefined';
    const marked = role ? `, ${JSON.stringify(role)}, ${owner}` : '';
    return `${helper}.probe(${JSON.stringify(identity)}, {${values}}${marked})`;
  },
  hoverOf: (name) => `${helper}.hover(${name})`,
  async hits(session) {
    return decode(await evaluate(session, `${helper}.hits()`));
  },
};

/** Pairs of a name and a function that reads it: what is not initialised yet throws there and nowhere else. */
const thunks = (names: readonly string[]): string =>
  `[${names.map((name) => `[${JSON.stringify(name)}, () => (${name})]`).join(', ')}]`;

/** What cannot be closed early by a bracket too many. */
function isExpression(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character) && --depth < 0) return false;
  }
  return depth === 0 && !/[;\n]|\/\//.test(text);
}

interface Scope {
  readonly name: string;
  readonly variablesReference: number;
}

/** Names of the frame's own scopes, innermost first; the global one is left out. */
async function namesOf(session: DebugSession, frameId: number): Promise<readonly string[]> {
  const { scopes } = (await session.customRequest('scopes', { frameId })) as {
    scopes: readonly Scope[];
  };
  const names = new Set<string>();
  for (const { name, variablesReference } of scopes) {
    // That of a module counts as expensive too.
    if (/^global/i.test(name)) continue;
    const { variables } = (await session.customRequest('variables', { variablesReference })) as {
      variables: readonly { readonly name: string }[];
    };
    for (const { name: one } of variables) {
      if (names.size < mostNames && isName.test(one)) names.add(one);
    }
  }
  return [...names];
}

async function evaluate(
  session: DebugSession,
  expression: string,
  frameId?: number,
): Promise<string> {
  const { result } = (await session.customRequest('evaluate', {
    expression,
    context: 'clipboard',
    ...(frameId !== undefined && { frameId }),
  })) as { result: string };
  return result;
}

/** Base64 of JSON, bare or inside a string literal. */
function decode<T>(literal: string): T {
  const text = unquoted(literal);
  if (!/^[\w+/]+=*$/.test(text)) throw new Error(literal.split('\n')[0]);
  const answer = JSON.parse(Buffer.from(text, 'base64').toString()) as T & { error?: string };
  if (typeof answer.error === 'string') throw new Error(answer.error);
  return answer;
}

const unquoted = (literal: string): string => literal.replace(/^['"`]|['"`]$/g, '');

/** Bytes, or the file that holds them. */
function handed(literal: string): Uint8Array | SavedFile {
  const { data, ...file } = decode<SavedFile & { data?: string }>(literal);
  return data === undefined ? file : Buffer.from(data, 'base64');
}
