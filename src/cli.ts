/** The command line: the same core and engine as the editor, no VS Code. */
import { FormatError } from './core/checkpoint/bytes';
import { type Command, UsageError } from './cli/command';
/** Adding a command is one file and one line. Only the one that is asked for is loaded. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  tensors: async () => (await import('./cli/tensors')).tensorsCommand,
  stats: async () => (await import('./cli/stats')).statsCommand,
  diff: async () => (await import('./cli/diff')).diffCommand,
  export: async () => (await import('./cli/export')).exportCommand,
  trace: async () => (await import('./cli/trace')).traceCommand,
  render: async () => (await import('./cli/render')).renderCommand,
  shapes: async () => (await import('./cli/shapes')).shapesCommand,
};

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  return ['usage:', ...all.map(({ usage }) => `  mnemoscope ${usage}`)].join('\n');
}

async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...rest] = argv;
  if (name === '--help' || name === 'help' || rest.includes('--help')) {
    console.log(await help());
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    const usage = await help();
    console.error(name === '' ? usage : `error: unknown command ${name}\n${usage}`);
    return 2;
  }
  const command = await load();
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
