/**
 * Scripts of a JavaScript program as it loads them: classes with a memory or an energy are seen before they are used, and
 * a line of what was compiled is told as one of its source. By a session of the inspector inside the program: what it
 * needs happens between the loading of a script and its first line, and no other debugger is asked.
 */
import type { Session } from 'node:inspector';
import type { SourceMap } from 'node:module';

type Found<T> = (error: Error | null, found: T) => void;
interface Parsed {
  readonly params: {
    readonly scriptId: string;
    readonly url: string;
    readonly sourceMapURL?: string;
  };
}
interface Place {
  readonly file: string;
  readonly line: number;
  readonly function: string;
}

export type Scripts = ReturnType<typeof createScripts>;

/** The text of the function is evaluated in the program: it uses nothing from outside of itself. */
export function createScripts() {
  // Not before Node 20.16; without it, classes are seen when a frame shows them, and lines are those of the compiled code.
  const builtin: (typeof process)['getBuiltinModule'] | undefined = process.getBuiltinModule;
  /** Of each script that has one: the address of its source map, by the script's. */
  const mapAddresses = new Map<string, string>();
  const maps = new Map<string, { readonly map: SourceMap; readonly base: string } | undefined>();
  const breakpoints = new Map<number, string>();
  let session: Session | undefined;

  const isOwn = (address: string): boolean =>
    /^(file:|\/|[A-Za-z]:[\\/])/.test(address) && !/[\\/]node_modules[\\/]/.test(address);
  const addressOf = (file: string): string =>
    file.startsWith('file:') || !builtin ? file : builtin('node:url').pathToFileURL(file).href;
  const pathOf = (address: string): string =>
    address.startsWith('file:') && builtin ? builtin('node:url').fileURLToPath(address) : address;

  const named = /\b(?:memory|mem|M|slots|bank|memoryMatrix|memory_matrix|[eE]nergy|\w+Energy)\b/;
  const method =
    /\b_?(?:read|readMemory|recall|retrieve|write|writeMemory|store|address|contentAddress|addressing|energy|getEnergy|computeEnergy|hopfieldEnergy)\s*\(/;
  /** Where each class that may own a memory begins to run: in its constructor, before or after the one of its parent. */
  const beginnings = (text: string): readonly number[] => {
    const heads = [...text.matchAll(/\bclass\b[^{}()]*\{/g)];
    return heads.flatMap(({ index, 0: { length } }, at) => {
      const body = text.slice(index + length, heads[at + 1]?.index);
      if (!named.test(body) || !method.test(body)) return [];
      const parent = /\bsuper\([^;\n]*[;\n]/.exec(body);
      const start = index + length;
      return [start, ...(parent ? [start + parent.index + parent[0].length] : [])];
    });
  };
  /** Where a class of recurrent cells of TensorFlow.js has got its name, and what it is called there; bundled or not. */
  const cells =
    /\.className(?<=([\w$]{1,80})\.className)\s*=\s*["'](?:LSTM|GRU|SimpleRNN)Cell["']/g;
  const isOfTensorflow = (address: string): boolean =>
    /[\\/]node_modules[\\/]@tensorflow[\\/]/.test(address);
  const placeAt = (scriptId: string, text: string, offset: number) => {
    const lines = text.slice(0, offset).split('\n');
    return { scriptId, lineNumber: lines.length - 1, columnNumber: lines.at(-1)!.length };
  };
  /** Has the helper look at what an `expression` gives when the program first comes by. */
  const watch = (scriptId: string, text: string, offset: number, expression: string): void => {
    const [start, end] = [offset, offset + 4000].map((at) => placeAt(scriptId, text, at));
    const breakAt: Found<{ locations: readonly object[] }> = (_error, found) => {
      const [location] = found?.locations ?? [];
      const number = breakpoints.size;
      breakpoints.set(number, '');
      const condition = `(globalThis.__mnemo?.see(${number}, () => ${expression}), false)`;
      if (location) ask('Debugger.setBreakpoint', { location, condition }, known(number));
    };
    ask('Debugger.getPossibleBreakpoints', { start, end }, breakAt);
  };
  const known =
    (number: number): Found<{ breakpointId: string }> =>
    (_error, found) => {
      if (found) breakpoints.set(number, found.breakpointId);
    };
  /** Answers come before it returns: both ends are in this thread. */
  const ask = <T>(method: string, params: object, answered: Found<T>): void => {
    session?.post(method, params, answered as Found<unknown>);
  };

  const mapOf = (address: string): ReturnType<typeof maps.get> => {
    if (maps.has(address)) return maps.get(address);
    maps.set(address, undefined);
    const told = mapAddresses.get(address);
    if (told === undefined || !builtin) return undefined;
    const inline = /^data:[^,]*?(;base64)?,/.exec(told);
    const base = inline ? address : new URL(told, address).href;
    const text = !inline
      ? builtin('node:fs').readFileSync(new URL(base), 'utf8')
      : inline[1]
        ? Buffer.from(told.slice(inline[0].length), 'base64').toString()
        : decodeURIComponent(told.slice(inline[0].length));
    const payload = JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0];
    const found = { map: new (builtin('node:module').SourceMap)(payload), base };
    if (payload.sourceRoot) found.base = new URL(`${payload.sourceRoot}/`, base).href;
    maps.set(address, found);
    return found;
  };
  const sourceOf = (file: string, line: number, column: number): Omit<Place, 'function'> => {
    try {
      const found = mapOf(addressOf(file));
      const entry = found?.map.findEntry(line - 1, column - 1);
      if (found && entry && 'originalSource' in entry) {
        const { href, protocol } = new URL(entry.originalSource, found.base);
        if (protocol === 'file:') return { file: pathOf(href), line: entry.originalLine + 1 };
      }
    } catch {
      // A map that cannot be read: the compiled line, then.
    }
    return { file: pathOf(file), line };
  };
  const there = new Map<string, boolean>();
  const isThere = (file: string): boolean => {
    const known = there.get(file) ?? builtin?.('node:fs').existsSync(file) ?? true;
    there.set(file, known);
    return known;
  };
  /** Frames as they were compiled, whatever the program does to stacks. */
  const sites = (): readonly NodeJS.CallSite[] => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    try {
      Error.stackTraceLimit = 64;
      Error.prepareStackTrace = (_error, found) => found;
      return (new Error().stack ?? []) as unknown as readonly NodeJS.CallSite[];
    } finally {
      Object.assign(Error, { prepareStackTrace, stackTraceLimit });
    }
  };

  return {
    /** The innermost line that is the person's. */
    placeOf(): Place {
      let compiled: Place | undefined;
      for (const site of sites()) {
        const file = site.getFileName() ?? '';
        if (!isOwn(file)) continue;
        const source = sourceOf(file, site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1);
        const place = { ...source, function: site.getFunctionName() ?? '' };
        // A bundle holds packages too, whose own maps tell of files that are nowhere.
        if (isOwn(place.file) && isThere(place.file)) return place;
        compiled ??= place;
      }
      return compiled ?? { file: '', line: 0, function: '' };
    },
    /** Has `globalThis.__mnemo.see` told, once each, of what belongs to a class that may own a memory. */
    start(): void {
      if (!builtin) return;
      session = new (builtin('node:inspector').Session)();
      session.connect();
      session.on('Debugger.scriptParsed', ({ params: { scriptId, url, sourceMapURL } }: Parsed) => {
        const own = isOwn(url);
        if (!own && !isOfTensorflow(url)) return;
        if (own && sourceMapURL) mapAddresses.set(url, sourceMapURL);
        ask<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId }, (_error, found) => {
          const text = found?.scriptSource ?? '';
          for (const { index, 0: named, 1: name } of text.matchAll(cells)) {
            watch(scriptId, text, index + named.length, name!);
          }
          for (const offset of own ? beginnings(text) : []) watch(scriptId, text, offset, 'this');
        });
      });
      ask('Debugger.enable', {}, () => undefined);
    },
    seen(number: number): void {
      const breakpointId = breakpoints.get(number);
      if (breakpointId) ask('Debugger.removeBreakpoint', { breakpointId }, () => undefined);
    },
    stop(): void {
      session?.disconnect();
      session = undefined;
    },
  };
}
