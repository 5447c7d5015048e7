/** `npm start`: installs what is missing, builds, and opens VS Code with this extension on `samples`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';
import { bold, dim, green, red, say } from './terminal.mjs';
import { cache, hasDisplay, onPath, startServer } from './vscode.mjs';

const samples = join(root, 'samples');

/** Opens the person's own VS Code; false when there is none, or when it refuses. */
async function openDesktop() {
  const own = onPath('code', 'code-insiders', 'codium');
  const command = process.env.VSCODE_EXECUTABLE || (hasDisplay ? own : undefined);
  if (!command) return false;
  say(`${bold('›')} Opening ${command}`);
  const isScript = command.endsWith('.cmd');
  const quote = (text) => (isScript ? `"${text}"` : text);
  const args = ['--new-window', `--extensionDevelopmentPath=${root}`, samples];
  // Plain spawn: the person's own programs are theirs, and outlive this command.
  const child = spawn(quote(command), args.map(quote), { shell: isScript, stdio: 'inherit' });
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (status) => resolve(status ?? 1));
  });
  if (code !== 0)
    say(red(`  ${command} ended with code ${code}; using the VS Code that npm carries`));
  return code === 0;
}

/** Opens the carried VS Code in the browser and stays until Ctrl+C. */
async function openCarried() {
  const { child, address } = await startServer({ data: join(cache, 'start'), port: '8217-8316' });
  const url = address({ folder: samples, extension: root });
  const line = dim('─'.repeat(78));
  say(`\n${line}\n  ${bold(green('Mnemoscope runs. Open this address in a browser:'))}\n`);
  say(`${url}\n`);
  say(
    `  Then right-click a checkpoint in the Explorer. ${bold('Ctrl+C')} here ends everything.\n${line}\n`,
  );
  if (hasDisplay) openBrowser(url);
  await new Promise((resolve) => child.once('exit', resolve));
  throw new Error('the VS Code server ended by itself');
}

function openBrowser(url) {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['explorer', [url]]
        : ['xdg-open', [url]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => say(dim('  (no browser found to open)'))).unref();
}

try {
  await install();
  await build();
  if (!(await openDesktop())) await openCarried();
} catch (error) {
  say(red(error.message));
  process.exit(1);
}
