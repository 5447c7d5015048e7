import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { openPath } from '../engine/files';
import { type Command, onlyWord, parseCommand } from './command';
import { printable, table } from './table';

/** `tensors PATH [--json]`: what is in a checkpoint, from its header alone. */
export const tensorsCommand: Command = {
  usage: 'tensors PATH [--json]',
  async run(argv) {
    const { options, words } = parseCommand(argv, { json: 'boolean' });
    const { checkpoint, close } = await openPath(onlyWord(words, 'PATH'));
    try {
      process.stdout.write(options.json ? asJson(checkpoint) : asTable(checkpoint));
    } finally {
      await close();
    }
  },
};

function asJson({ format, metadata, tensors, warnings }: Checkpoint): string {
  const rows = [...tensors.values()].map(({ name, dtype, shape, bytes, file }) =>
    JSON.stringify({ name, dtype, shape, bytes, file }),
  );
  // Metadata keys come from the file: written as text, since one may be called `__proto__`.
  const facts = [...metadata].map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  return `{"format":${JSON.stringify(format)},"metadata":{${facts.join(',')}},"tensors":[${rows.join(
    ',\n',
  )}],"warnings":${JSON.stringify(warnings)}}\n`;
}

function asTable({ format, tensors, warnings }: Checkpoint): string {
  const rows = [...tensors.values()].map(({ name, dtype, shape, bytes }) => [
    printable(name),
    dtype,
    `[${shape.join(', ')}]`,
    String(bytes),
  ]);
  const lines = table(rows, 3);
  const total = [...tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...lines,
    `${format}, ${tensors.size} tensors, ${total} bytes`,
    ...warnings.map((warning) => `warning: ${warning}`),
    '',
  ].join('\n');
}
