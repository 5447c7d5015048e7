/** The suite that VS Code's extension host runs: mocha over every bundled test file. */
import { writeFileSync } from 'node:fs';
import type { Runner } from 'mocha';

/** Root folder of the project: the extension host's own working folder is another. */
export function projectRoot(): string {
  const root = process.env['MNEMOSCOPE_ROOT'];
  if (!root) throw new Error('MNEMOSCOPE_ROOT is not set: run these tests with scripts/host.mjs');
  return root;
}

/** Runs what `load` defines; rejects when a test fails, which VS Code turns into its exit code 1. */
export async function runSuite(load: () => void): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: 'base' });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  load();
  const failed = await new Promise<number>((resolve) => listen(mocha.run(resolve)));
  if (failed > 0) throw new Error(`${failed} failed`);
}

/** Prints a line for each test, and at the end writes the counts in the form of scripts/results.mjs. */
function listen(runner: Runner): void {
  const failures: { readonly name: string; readonly message: string }[] = [];
  runner.on('pass', (test) => say(`✔ ${test.fullTitle()} (${test.duration} ms)`));
  runner.on('pending', (test) => say(`﹣ ${test.fullTitle()} # SKIP`));
  runner.on('fail', (test, error) => {
    say(`✖ ${test.fullTitle()}\n${error.stack ?? error.message}`);
    failures.push({ name: test.fullTitle(), message: error.message });
  });
  runner.once('end', () => {
    const { passes: passed = 0, pending: skipped = 0 } = runner.stats ?? {};
    const results = { passed, failed: failures.length, skipped, failures };
    say(`${passed} passed, ${failures.length} failed, ${skipped} skipped`);
    const file = process.env['MNEMOSCOPE_RESULTS'];
    if (file) writeFileSync(file, JSON.stringify(results));
  });
}

/** The extension host hands its console on to whoever started it; the mark tells our lines from its own. */
function say(text: string): void {
  // eslint-disable-next-line no-console
  for (const line of text.split('\n')) console.log(`[test] ${line}`);
}
