/**
 * `hoverAfterEdit FILE…`: for every function of each file, one line of it is changed and a tensor of it is hovered at
 * once. Prints milliseconds until the answer as one line of JSON a file. Without FILE: a generated file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createShapesThread } from '../../src/host/shapes/thread';
import { hoverFile } from './hoverFile';

interface Row {
  readonly file: string;
  readonly lines: number;
  readonly functions: number;
  /** Of hovers right after an edit of the same function: median, ninth of ten, most, and the line of that. */
  readonly own: readonly [number, number, number, number];
  /** The same, after an edit of the function before it. */
  readonly other: readonly [number, number, number, number];
  /** The first hover of all. */
  readonly first: number;
}

const grammars = path.resolve('node_modules/@vscode/tree-sitter-wasm/wasm');
const thread = createShapesThread(path.join(__dirname, 'shapesMain.cjs'), grammars, (how) => {
  throw new Error(how);
});

async function measure(root: string, file: string): Promise<Row> {
  const original = readFileSync(file, 'utf8').split('\n');
  const bodies = original.flatMap((line, index) => {
    const [, indent] = /^(\s*)def \w+\(/.exec(line) ?? [];
    if (indent === undefined) return [];
    const inner = new RegExp(`^${indent} +(?:\\w+ = .+|return .+)[\\w)]$`);
    const rest = original.slice(index + 1, index + 60);
    const end = rest.findIndex((each) => /^\s*(?:def|class) /.test(each));
    const place = rest.slice(0, end < 0 ? 60 : end).findIndex((each) => inner.test(each));
    return place < 0 ? [] : [index + 1 + place];
  });
  const hover = async (line: number): Promise<number> => {
    const start = performance.now();
    const column = (original[line] ?? '').search(/\S/);
    await thread.call('hover', { root, file, line: line + 1, column, sizes: {} });
    return performance.now() - start;
  };
  const edited = async (change: number, at: number): Promise<number> => {
    const lines = [...original];
    lines[change] += ' + 0';
    const text = lines.join('\n');
    // As the editor does: both at once, whatever the thread is doing.
    void thread.call('edit', { root, file, text });
    return hover(at);
  };
  const first = await hover(bodies[0] ?? 0);
  // A person has looked at the function before changing it.
  const own: number[] = [];
  const other: number[] = [];
  for (const [index, line] of bodies.entries()) {
    await hover(line);
    await thread.call('prepare', { root, file, line: line + 1 });
    own.push(await edited(line, line));
    other.push(await edited(bodies[Math.max(0, index - 1)]!, line));
  }
  const summary = (all: readonly number[]): Row['own'] => {
    const sorted = [...all].sort((a, b) => a - b);
    const most = sorted.at(-1) ?? 0;
    const part = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return [part(0.5), part(0.9), most, (bodies[all.indexOf(most)] ?? 0) + 1];
  };
  return {
    file: path.basename(file),
    lines: original.length,
    functions: bodies.length,
    own: summary(own),
    other: summary(other),
    first,
  };
}

async function main(): Promise<void> {
  const files = process.argv.slice(2);
  if (files.length === 0) {
    const root = mkdtempSync(path.join(tmpdir(), 'mnemoscope-hover-'));
    const file = path.join(root, 'generated.py');
    writeFileSync(file, hoverFile());
    process.stdout.write(`${JSON.stringify(await measure(root, file))}\n`);
    rmSync(root, { recursive: true });
  }
  for (const file of files) {
    const row = await measure(path.dirname(path.resolve(file)), path.resolve(file));
    process.stdout.write(`${JSON.stringify(row)}\n`);
  }
}
void main().then(() => thread.stop());
