/**
 * `npm run fuzz -- [--minutes N | --rounds N] [--seed N] [part of a path]`: breaks checkpoints until it is stopped.
 * `--again SEED PATH` does once more what was not handled.
 */
import { parseArgs } from 'node:util';
import { corpus, fuzzAgain, fuzzOne, type Broken } from './readers';

/** A checkpoint is broken so many times, then comes the next: a short run sees all of them. */
const roundsAtOnce = 25;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    rounds: { type: 'string' },
    again: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});

/** One line per reader: its checkpoints, how often they were broken, what was not handled. */
interface Row {
  checkpoints: number;
  rounds: number;
  broken: number;
}

const print = (text: string) => void process.stdout.write(`${text}\n`);

function show({ file, seed, error }: Broken): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  print(`${file} --again ${seed}: ${text}`);
}

async function main(): Promise<void> {
  const originals = corpus('test/fixtures/checkpoints', positionals[0]);
  if (!originals.length) throw new Error(`no checkpoint is called ${positionals[0]}`);
  if (values.again !== undefined) {
    const found = await Promise.all(originals.map((one) => fuzzAgain(one, Number(values.again))));
    found.forEach((broken) => broken && show(broken));
    return;
  }
  const limit = Number(values.rounds ?? Infinity);
  const end = Date.now() + 60_000 * Number(values.minutes ?? Infinity);
  const rows = new Map<string, Row>();
  const megabytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);
  print(`${originals.length} checkpoints, seed ${values.seed}`);
  let pass = 0;
  for (; pass * roundsAtOnce < limit && Date.now() < end; pass++) {
    for (const original of originals) {
      if (Date.now() >= end) break;
      const rounds = Math.min(roundsAtOnce, limit - pass * roundsAtOnce);
      const found = await fuzzOne(original, rounds, Number(values.seed) + pass);
      found.forEach(show);
      const reader = readerOf(original.file);
      const row = rows.get(reader) ?? { checkpoints: 0, rounds: 0, broken: 0 };
      if (!pass) row.checkpoints++;
      row.rounds += rounds;
      row.broken += found.length;
      rows.set(reader, row);
    }
    // Often at first, so that a person sees that it runs; then once in a while.
    if (Number.isInteger(Math.log2(pass + 1)) || pass % 64 === 0) {
      report(rows, pass + 1, megabytes());
    }
  }
  report(rows, pass, megabytes());
  const broken = [...rows.values()].reduce((sum, row) => sum + row.broken, 0);
  print(`${broken} were not handled`);
  process.exitCode = broken ? 1 : 0;
}

/** The folder of a checkpoint, else the ending of its name. */
const readerOf = (file: string): string => /^(.+?)\//.exec(file)?.[1] ?? file.replace(/^.*\./, '.');

function report(rows: ReadonlyMap<string, Row>, pass: number, megabytes: number): void {
  print(`after ${pass} ${pass === 1 ? 'pass' : 'passes'}, ${megabytes} MB`);
  for (const [reader, { checkpoints, rounds, broken }] of rows) {
    const counts = `${String(checkpoints).padStart(3)} checkpoints ${String(rounds).padStart(8)} rounds`;
    print(`  ${reader.padEnd(20)} ${counts}  ${broken} not handled`);
  }
}

void main();
