/**
 * `hoverAfterEdit FILE…`: for every function of each file, one line of it is changed and a tensor of it is hovered at
 * once. Prints milliseconds of CPU until the answer as one line of JSON a file: those of a clock too for the median,
 * which is the same on a machine that does nothing else. Without FILE: a generated file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createShapesThread } from '../../src/host/shapes/thread';
import { hoverFile } from './hoverFile';

/** Median, ninth of ten, most, the line of that, and the median by the clock. */
type Times = readonly [number, number, number, number, number];
interface Time {
  readonly cpu: number;
  readonly wall: number;
}
/** The editor asks for a hover when the mouse rested so long, ms. */
const hoverDelay = 300;

interface Row {
  readonly file: string;
  readonly lines: number;
  readonly functions: number;
  /** Of hovers right after an edit of the same function. */
  readonly own: Times;
  /** The same, after an edit of the function before it. */
  readonly other: Times;
  /** And with the time between that the editor waits before it asks. */
  readonly later: Times;
  /** The first hover of all. */
  readonly first: number;
}

const grammars = path.resolve('node_modules/@vscode/tree-sitter-wasm/wasm');
const thread = createShapesThread(path.join(__dirname, 'main.cjs'), grammars, (how) => {
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
  const hover = async (line: number): Promise<Time> => {
    const start = performance.now();
    const before = process.cpuUsage();
    const column = (original[line] ?? '').search(/\S/);
    await thread.call('hover', { root, file, line: line + 1, column, sizes: {} });
    const { user, system } = process.cpuUsage(before);
    return { cpu: (user + system) / 1000, wall: performance.now() - start };
  };
  const edit = (lines: readonly string[]): void =>
    void thread.call('edit', { root, file, text: lines.join('\n') });
  /** A person has looked at the function, changes a line somewhere, and looks again. */
  const edited = async (change: number, at: number, delay = 0): Promise<Time> => {
    edit(original);
    await hover(at);
    await thread.call('prepare', { root, file, line: at + 1 });
    edit(original.map((line, index) => (index === change ? `${line} + 0` : line)));
    if (delay > 0) {
      // As the host does after every change.
      void thread.call('prepare', { root, file, line: change + 1 });
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
    return hover(at);
  };
  const first = await hover(bodies[0] ?? 0);
  const own: Time[] = [];
  const other: Time[] = [];
  const later: Time[] = [];
  for (const [index, line] of bodies.entries()) {
    const before = bodies[Math.max(0, index - 1)]!;
    own.push(await edited(line, line));
    other.push(await edited(before, line));
    later.push(await edited(before, line, hoverDelay));
  }
  const summary = (all: readonly Time[]): Times => {
    const sorted = all.map(({ cpu }) => cpu).sort((a, b) => a - b);
    const clock = all.map(({ wall }) => wall).sort((a, b) => a - b);
    const most = sorted.at(-1) ?? 0;
    const part = (of: readonly number[], share: number) =>
      of[Math.floor(share * (of.length - 1))] ?? 0;
    const line = bodies[all.findIndex(({ cpu }) => cpu === most)] ?? 0;
    return [part(sorted, 0.5), part(sorted, 0.9), most, line + 1, part(clock, 0.5)];
  };
  return {
    file: path.basename(file),
    lines: original.length,
    functions: bodies.length,
    own: summary(own),
    other: summary(other),
    later: summary(later),
    first: first.cpu,
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
