/** `npm test`: installs, builds, runs every stage whatever the one before it did, and adds up the results. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish } from './processes.mjs';
import { build, install, root } from './setup.mjs';
import { bold, dim, green, red, say, seconds } from './terminal.mjs';
import { carriedObstacle } from './vscode.mjs';

const MINUTE = 60_000;
const temporary = mkdtempSync(join(tmpdir(), 'mnemoscope-results-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

const node = (...args) => [process.execPath, args];
const bin = (path, ...args) => node(join('node_modules', path), ...args);

/** A check is one result: it passes when its exit code is 0. */
const check = async (name, command, args) => {
  const { code } = await finish(command, args, { cwd: root, timeout: 5 * MINUTE });
  const failures = code === 0 ? [] : [{ name, message: `exit code ${code}` }];
  return { passed: 1 - failures.length, failed: failures.length, skipped: 0, failures };
};

/** A suite writes its results to a file; when it does not, or ends badly without a failure, that is one. */
const suite = async (name, minutes, words = []) => {
  const file = join(temporary, `${[name, ...words].join('')}.json`);
  const [command, args] = node(`scripts/${name}.mjs`, ...words);
  const options = { cwd: root, timeout: minutes * MINUTE, env: { MNEMOSCOPE_RESULTS: file } };
  const { code } = await finish(command, args, options);
  const results = read(file) ?? { passed: 0, failed: 0, skipped: 0, failures: [] };
  const ran = results.passed + results.skipped > 0;
  if (results.failed > 0 || (code === 0 && ran)) return results;
  const late = `did not end within ${minutes} minutes`;
  const why = code === 124 ? late : code === 0 ? 'ran no test' : `ended with exit code ${code}`;
  const failures = [{ name: `the ${name} tests`, message: why }];
  return { ...results, failed: 1, failures };
};

const skip = (why) => {
  say(`skipped: ${why}`);
  return { passed: 0, failed: 0, skipped: 1, failures: [] };
};

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const attempt = async (name, work) => {
  try {
    await work();
    return { passed: 1, failed: 0, skipped: 0, failures: [] };
  } catch (error) {
    say(red(error.message));
    return { passed: 0, failed: 1, skipped: 0, failures: [{ name, message: error.message }] };
  }
};

const needsCarried = (stage) => () => (carriedObstacle ? skip(carriedObstacle) : stage());
const host = () => suite('host', 9);
const stages = {
  build: () => attempt('build', build),
  types: () => check('tsc', ...bin('typescript/bin/tsc', '--noEmit')),
  lint: () => check('eslint', ...bin('eslint/bin/eslint.js', '.')),
  format: () => check('prettier', ...bin('prettier/bin/prettier.cjs', '--check', '.')),
  unit: () => suite('unit', 10),
  'extension host': process.env.VSCODE_EXECUTABLE ? host : needsCarried(host),
  browser: needsCarried(() => suite('browser', 15)),
  'installed VSIX': needsCarried(() => suite('browser', 5, ['--installed', 'workbench'])),
};

const started = Date.now();
const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
const times = [];
const add = (name, since, results) => {
  for (const key of ['passed', 'failed', 'skipped']) total[key] += results[key];
  total.failures.push(...results.failures.map((failure) => ({ stage: name, ...failure })));
  const sum = `${results.passed} passed, ${results.failed} failed, ${results.skipped} skipped`;
  times.push(`${name.padEnd(15)}${seconds(since).padStart(9)}   ${sum}`);
};

const installed = await attempt('install', install);
add('install', started, { ...installed, passed: 0 });
if (installed.failed === 0) {
  for (const [name, stage] of Object.entries(stages)) {
    say(`\n${bold(`── ${name} ${'─'.repeat(70 - name.length)}`)}`);
    const since = Date.now();
    add(name, since, await stage());
  }
}

say(`\n${bold('── summary ' + '─'.repeat(63))}`);
for (const line of times) say(dim(line));
say(dim(`${'all'.padEnd(15)}${seconds(started).padStart(9)}`));
for (const { stage, name, message } of total.failures) {
  say(red(`✖ ${stage}: ${name}`));
  say(`    ${message.split('\n').slice(0, 6).join('\n    ')}`);
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
const verdict = `${total.passed} passed, ${total.failed} failed${skipped}`;
say((total.failed > 0 ? red : green)(verdict));
process.exit(total.failed > 0 ? 1 : 0);
