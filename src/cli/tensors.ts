import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Checkpoint, Tensor } from '../core/checkpoint/checkpoint';
import { openPath } from '../engine/files';
import { type Command, onlyWord, parseCommand } from './command';
import { printable, tableLine } from './table';

/** `tensors PATH [--json]`: what is in a checkpoint, from its header alone. */
export const tensorsCommand: Command = {
  usage: 'tensors PATH [--json]',
  async run(argv) {
    const { options, words } = parseCommand(argv, { json: 'boolean' });
    const { checkpoint, close } = await openPath(onlyWord(words, 'PATH'));
    try {
      const lines = options.json ? asJson(checkpoint) : asTable(checkpoint);
      await pipeline(Readable.from(inPieces(lines)), process.stdout, { end: false });
    } finally {
      await close();
    }
  },
};

/** Lines per piece that is written: a list of 300,000 tensors is never one text. */
const atOnce = 1000;

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  for (const line of lines) {
    piece.push(line);
    if (piece.length < atOnce) continue;
    yield piece.join('');
    piece = [];
  }
  yield piece.join('');
}

function* asJson({ format, metadata, tensors, warnings }: Checkpoint): Generator<string> {
  // Metadata keys come from the file: written as text, since one may be called `__proto__`.
  const facts = [...metadata].map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  yield `{"format":${JSON.stringify(format)},"metadata":{${facts.join(',')}},"tensors":[`;
  let before = '';
  for (const { name, dtype, shape, bytes, file } of tensors.values()) {
    yield before + JSON.stringify({ name, dtype, shape, bytes, file });
    before = ',\n';
  }
  yield `],"warnings":${JSON.stringify(warnings)}}\n`;
}

function* asTable({ format, tensors, warnings }: Checkpoint): Generator<string> {
  const cells = ({ name, dtype, shape, bytes }: Tensor): readonly string[] => [
    printable(name),
    dtype,
    `[${shape.join(', ')}]`,
    String(bytes),
  ];
  let total = 0;
  const widths = [0, 0, 0, 0];
  for (const tensor of tensors.values()) {
    total += tensor.bytes;
    cells(tensor).forEach((cell, i) => (widths[i] = Math.max(widths[i]!, cell.length)));
  }
  for (const tensor of tensors.values()) yield `${tableLine(cells(tensor), widths, 3)}\n`;
  yield `${format}, ${tensors.size} tensors, ${total} bytes\n`;
  for (const warning of warnings) yield `warning: ${warning}\n`;
}
