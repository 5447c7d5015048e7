/** Child processes that never outlive the command that started them, however it ends. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { colourEnvironment } from './terminal.mjs';

/** Every process of one run carries this variable, so that even a daemonised grandchild is found (Linux). */
const MARK = 'MNEMOSCOPE_RUN';
const isOutermost = !process.env[MARK];
const run = process.env[MARK] ?? `${process.pid}-${Date.now()}`;
const windows = process.platform === 'win32';
const started = new Set();

/** Starts a child in a process group of its own; stdin is closed unless `options.stdio` says otherwise. */
export function start(command, args, { env, ...options } = {}) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: !windows,
    windowsHide: true,
    ...options,
    env: { ...process.env, ...colourEnvironment, ...env, [MARK]: run },
  });
  started.add(child.pid);
  child.once('exit', () => {
    started.delete(child.pid);
    signal(-child.pid, 'SIGTERM'); // what it left in its group
  });
  return child;
}

/**
 * Runs a child to its end and returns its exit code and, with `quiet`, all it printed. A child that
 * passes `timeout` (ms) is ended with everything it started, and its code is 124.
 */
export function finish(command, args, { timeout, quiet = false, ...options } = {}) {
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
  return new Promise((resolve, reject) => {
    const child = start(command, args, { stdio, ...options });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    let late = false;
    const timer = timeout && setTimeout(() => ((late = true), end([child.pid])), timeout);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? 1), output });
    });
  });
}

/** Like `finish`, quiet, but throws an error that holds the last lines printed when the code is not 0. */
export async function succeed(what, command, args, options) {
  const { code, output } = await finish(command, args, { quiet: true, ...options });
  if (code === 0) return output;
  const lines = output.split('\n').filter((line) => line.trim() && !/^\s+at /.test(line));
  throw new Error(`${what} failed (exit code ${code})\n${lines.slice(-25).join('\n')}`);
}

/** Command and arguments that run npm, by Node itself where npm started us, so that no shell is needed. */
export function npm(args, node = process.execPath) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return [node, [script, ...args]];
  return windows ? ['cmd', ['/c', 'npm', ...args]] : ['npm', args];
}

/** Ends the processes and all that descends from them: a polite signal, two seconds, then a hard one. */
export function end(pids, marked = false) {
  if (windows) {
    for (const pid of pids) spawnSync('taskkill', ['/T', '/F', '/PID', String(pid)]);
    return;
  }
  const family = descendants(pids, marked);
  for (const pid of family) signal(pid, 'SIGTERM');
  const alive = () => new Set(table().map((row) => row.pid));
  for (let wait = 0; wait < 20 && intersects(family, alive()); wait++) sleep(100);
  const left = alive();
  for (const pid of family) if (left.has(pid)) signal(pid, 'SIGKILL');
  for (const pid of descendants(pids, marked)) signal(pid, 'SIGKILL');
}

function descendants(pids, marked) {
  const rows = table();
  const family = new Set(pids);
  let size = -1;
  while (size !== family.size) {
    size = family.size;
    for (const { pid, parent, group, mark } of rows) {
      if (pid === process.pid) continue;
      if (family.has(parent) || family.has(group) || (marked && mark)) family.add(pid);
    }
  }
  return family;
}

/** The living processes. Linux: /proc, because a bare machine has no `ps`; elsewhere `ps`. */
function table() {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' });
    const rows = lines
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    return rows
      .filter(([, , , state]) => !state.startsWith('Z'))
      .map(([pid, parent, group]) => ({ pid: +pid, parent: +parent, group: +group, mark: false }));
  }
  const rows = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      const mark = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${MARK}=${run}`);
      rows.push({ pid: +pid, parent: +parent, group: +group, mark });
    } catch {
      continue; // ended while we read, or another person's
    }
  }
  return rows;
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    return; // gone already
  }
}

const intersects = (a, b) => [...a].some((item) => b.has(item));
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => process.exit(130));
process.on('exit', () => end([...started], isOutermost));
