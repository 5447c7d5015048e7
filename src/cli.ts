/** The command line: the same core and engine as the editor, no VS Code. */
import { FormatError } from './core/checkpoint/bytes';
import { type Command, UsageError } from './cli/command';
import { diffCommand } from './cli/diff';
import { exportCommand } from './cli/export';
import { renderCommand } from './cli/render';
import { shapesCommand } from './cli/shapes';
import { statsCommand } from './cli/stats';
import { tensorsCommand } from './cli/tensors';
import { traceCommand } from './cli/trace';

/** Adding a command is one file and one line. */
const commands: Readonly<Record<string, Command>> = {
  tensors: tensorsCommand,
  stats: statsCommand,
  diff: diffCommand,
  export: exportCommand,
  trace: traceCommand,
  render: renderCommand,
  shapes: shapesCommand,
};

function help(): string {
  const lines = Object.values(commands).map(({ usage }) => `  mnemoscope ${usage}`);
  return ['usage:', ...lines].join('\n');
}

async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...rest] = argv;
  if (name === '--help' || name === 'help' || rest.includes('--help')) {
    console.log(help());
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    console.error(name === '' ? help() : `error: unknown command ${name}\n${help()}`);
    return 2;
  }
  try {
    await command.run(rest);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`error: ${error.message}\nusage: mnemoscope ${command.usage}`);
      return 2;
    }
    console.error(`error: ${oneLine(error)}`);
    return 1;
  }
}

function oneLine(error: unknown): string {
  if (error instanceof FormatError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, ' ');
}

// A reader of our output may stop early (`| head`): that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
