/** Texts of a pickle. */

/** Python 2 names of modules that moved (CPython Lib/_compat_pickle.py). */
const moved: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
]);

export const python3 = (module: string) => moved.get(module) ?? module;

/** Made when it is needed, which for names it seldom is. */
let decoder: TextDecoder | undefined;

export function utf8(bytes: Uint8Array): string {
  // Most strings are short ASCII keys, for which the decoder's own overhead is ten times the work.
  if (bytes.length > 64 || bytes.some((byte) => byte > 127)) {
    decoder ??= new TextDecoder();
    return decoder.decode(bytes);
  }
  return String.fromCharCode(...bytes);
}

/** Python 2 strings have no encoding; as latin-1 no byte is lost. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) {
    text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  }
  return text;
}

/** A quoted Python string literal; its escapes other than \\xNN, \\n, \\t, \\r, \\\\ and quotes stay. */
export const unquote = (text: string): string =>
  text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|([ntr\\'"]))/g, (_, hex: string | undefined, plain: string) =>
      hex
        ? String.fromCharCode(parseInt(hex, 16))
        : ({ n: '\n', t: '\t', r: '\r' }[plain] ?? plain),
    );

/** raw-unicode-escape. */
export const unescape = (text: string): string =>
  text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (all, short?: string, long?: string) => {
    const code = parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
