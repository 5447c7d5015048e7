/**
 * A quick reading of Python model code: which classes there are, and what each assigns to `self`.
 * No parser: lines, indentation and brackets are enough for names, and thousands of files must not cost seconds.
 */

/** Something that a class holds under a name: a layer, a list of blocks, a dictionary of modules. */
export interface Member {
  /** 1-based line where it is assigned. */
  readonly line: number;
  /** Capitalised names on the right-hand side: the classes that may be inside. */
  readonly classes: readonly string[];
  /** Keys of a dictionary of modules (`nn.ModuleDict(dict(wte=…))`, `{'wte': …}`). */
  readonly entries: ReadonlyMap<string, Member>;
}

export interface PythonClass {
  readonly name: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly bases: readonly string[];
  /** By name; `*` stands for a number that a loop puts there (`add_module(f"C_{k}", …)`). */
  readonly members: ReadonlyMap<string, Member>;
  /** Line that computes attention weights, when one is seen in the body. */
  readonly attentionLine?: number;
  /** Line that reads from a memory or writes to it, when one is seen in the body. */
  readonly memoryLine?: number;
}

const classLine = /^(\s*)class\s+(\w+)\s*(?:\(([^)]*)\))?\s*:/;
const memberStart = /^\s*self\.(\w+)\s*(?::[^=]+)?=(?!=)\s*(.*)$/;
const registered = /^\s*self\.register_(?:buffer|parameter)\(\s*['"](\w+)['"]/;
const added = /^\s*self\.add_module\(\s*f?['"]([\w{}]+)['"]/;
const attention = /\bscaled_dot_product_attention\s*\(|\bsoftmax\s*\(/;
/** A weighted sum over a memory, a memory that is made of the one before, or a memory that is asked to do either. */
const access =
  /\b(?:einsum|matmul|bmm)\s*\(.*\bmem\w*|\bmem\w*\s*=\s*.*\bmem\w*\s*[*+-]|\bmem\w*\s*[+-]=|\bmem\w*\.(?:read|write)\s*\(/i;
/** A right-hand side longer than this is data, not a module. */
const longestStatement = 200;

/** All classes of one file, in order. `file` is only carried along. */
export function readClasses(file: string, text: string): PythonClass[] {
  const lines = text.split(/\r?\n/);
  const classes: PythonClass[] = [];
  lines.forEach((line, index) => {
    const [, indent, name, bases] = classLine.exec(line) ?? [];
    if (indent === undefined || name === undefined) return;
    const body = blockAfter(lines, index, indent.length);
    classes.push({
      name,
      file,
      line: index + 1,
      bases: (bases ?? '').split(',').map((base) => base.trim().split('.').at(-1) ?? ''),
      members: readMembers(lines, index + 1, body),
      ...lineOf('attentionLine', attention, lines, index + 1, body),
      ...lineOf('memoryLine', access, lines, index + 1, body),
    });
  });
  return classes;
}

/** Index after the last line that is indented more than `indent`. */
function blockAfter(lines: readonly string[], start: number, indent: number): number {
  let end = start + 1;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    if (line.trim() !== '' && line.search(/\S/) <= indent) break;
    end++;
  }
  return end;
}

/** The first line of a body that does what the pattern says, under its name. */
function lineOf<N extends 'attentionLine' | 'memoryLine'>(
  name: N,
  pattern: RegExp,
  lines: readonly string[],
  from: number,
  to: number,
): { readonly [K in N]?: number } {
  for (let index = from; index < to; index++) {
    if (pattern.test(withoutComment(lines[index] ?? ''))) {
      return { [name]: index + 1 } as { readonly [K in N]?: number };
    }
  }
  return {};
}

function readMembers(lines: readonly string[], from: number, to: number): Map<string, Member> {
  const members = new Map<string, Member>();
  for (let index = from; index < to; index++) {
    const line = withoutComment(lines[index] ?? '');
    const found = memberStart.exec(line) ?? registered.exec(line) ?? added.exec(line);
    const name = found?.[1]?.replace(/\{\w*\}/g, '*');
    if (name === undefined || members.has(name)) continue;
    members.set(name, readMember(statement(lines, index, to), index));
  }
  return members;
}

/** The lines of one statement: until its brackets are closed. */
function statement(lines: readonly string[], start: number, to: number): string[] {
  const taken: string[] = [];
  let depth = 0;
  for (let index = start; index < Math.min(to, start + longestStatement); index++) {
    const line = withoutComment(lines[index] ?? '');
    taken.push(line);
    for (const character of line) {
      if ('([{'.includes(character)) depth++;
      else if (')]}'.includes(character)) depth--;
    }
    if (depth <= 0) break;
  }
  return taken;
}

function readMember(code: readonly string[], start: number): Member {
  const entries = new Map<string, Member>();
  if (/ModuleDict|\bdict\(|\{/.test(code[0] ?? '')) {
    code.forEach((line, offset) => {
      const keyed = /(?:\b(\w+)\s*=|['"]([\w.]+)['"]\s*:)\s*([A-Za-z_].*)/g;
      for (const [, named, quoted, value] of line
        .replace(/^\s*self\.\w+\s*=/, '')
        .matchAll(keyed)) {
        const key = named ?? quoted ?? '';
        if (/[A-Z]/.test(value ?? '') && !entries.has(key)) {
          entries.set(key, {
            line: start + offset + 1,
            classes: classNames(value ?? ''),
            entries: new Map(),
          });
        }
      }
    });
  }
  return { line: start + 1, classes: classNames(code.join('\n')), entries };
}

function classNames(code: string): string[] {
  return [...new Set(code.match(/\b[A-Z]\w*/g) ?? [])];
}

function withoutComment(line: string): string {
  const hash = line.indexOf('#');
  return hash < 0 ? line : line.slice(0, hash);
}
