/** `npm run fuzz [rounds] [seed]` */
import { fuzzReaders } from './readers';

const [rounds = '2000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);

async function main() {
  process.stdout.write(`${rounds} rounds for each file, seed ${seed}\n`);
  const found = await fuzzReaders('test/fixtures/checkpoints', Number(rounds), Number(seed));
  for (const { file, seed: own, error } of found) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stdout.write(`${file}, seed ${own}: ${text}\n`);
  }
  process.stdout.write(`${found.length} were not handled\n`);
  process.exitCode = found.length ? 1 : 0;
}

void main();
