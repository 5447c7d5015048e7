/** Finds a Python that can be debugged and has torch; in CI, makes one in the cache. The debug tests need it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finish } from './processes.mjs';
import { say, step } from './terminal.mjs';
import { cache, onPath } from './vscode.mjs';

const MINUTE = 60_000;
const NEEDED = ['debugpy', 'numpy', 'torch'];
/** Libraries whose tests say that they are skipped where they are missing. */
const USEFUL = ['keras', 'safetensors', 'transformers'];
const hasAll = async (python) => {
  const code = `import ${NEEDED.join(', ')}`;
  return (await finish(python, ['-c', code], { quiet: true })).code === 0;
};

/** Path of such a Python, or undefined where none can be had; the tests that need it then say so. */
export async function findPython() {
  const given = process.env.MNEMOSCOPE_PYTHON;
  if (given) return given;
  const system = onPath('python3', 'python');
  if (!system) return undefined;
  if (await hasAll(system)) return system;
  const folder = join(cache, 'python');
  const own = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (existsSync(own) && (await hasAll(own))) return own;
  if (!process.env.CI) {
    // Hundreds of megabytes that a person has not asked for.
    say('  no Python with debugpy and torch: the tests that debug Python programs are skipped');
    return undefined;
  }
  const made = await step('Installing debugpy and torch for the debug tests (pip)', async () => {
    const venv = await finish(system, ['-m', 'venv', folder], { quiet: true, timeout: MINUTE });
    if (venv.code !== 0) return false;
    // One try: where there is no network, waiting for it helps nobody.
    const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', ...NEEDED];
    await finish(own, pip, { quiet: true, timeout: 8 * MINUTE });
    if (!(await hasAll(own))) return false;
    const useful = [...pip.slice(0, -NEEDED.length), ...USEFUL];
    await finish(own, useful, { quiet: true, timeout: 3 * MINUTE });
    return true;
  });
  if (made) return own;
  say('  pip has no debugpy and torch here: the tests that debug Python programs are skipped');
  return undefined;
}
