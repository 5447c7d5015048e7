/** Looks at every value of one file; prints what that took as one line of JSON. */
import { openSync, readSync } from 'node:fs';
import type { Tensor } from '../../src/core/checkpoint/checkpoint';
import { partsOf } from '../../src/core/statistics/blocks';
import type { Thoroughness } from '../../src/core/statistics/look';
import { openPath } from '../../src/engine/files';
import { createCrew } from '../../src/engine/statistics/crew';
import { createExamination } from '../../src/engine/statistics/examine';
import { createLooking } from '../../src/engine/statistics/looking';

/** Milliseconds of processor time of this process, all threads. */
async function processor(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The run that was least disturbed. */
async function least(work: () => Promise<number>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 5; i++) best = Math.min(best, await work());
  return best;
}

async function main(path: string): Promise<void> {
  const { checkpoint, close } = await openPath(path);
  const tensor = [...checkpoint.tensors.values()][0] as Tensor;
  const chunk = new Uint8Array(1 << 19);
  const file = openSync(path, 'r');
  const reading = await least(() =>
    processor(() => {
      for (let at = 0; at < tensor.bytes; at += chunk.length) {
        readSync(file, chunk, 0, chunk.length, at);
      }
    }),
  );
  const looking = createLooking(checkpoint, () => false);
  const { signal } = new AbortController();
  const look = (how: Thoroughness) =>
    least(() => processor(() => looking.look({ parts: partsOf(tensor), how }, signal)));
  const moments = await look('moments');
  const health = await look('health');
  const allCores = await least(async () => {
    const started = performance.now();
    const crew = createCrew(path, checkpoint, [tensor]);
    const audience = { examined: () => undefined, unreadable: () => undefined };
    await createExamination([tensor], 'health', audience).run(crew);
    const took = performance.now() - started;
    await crew.close();
    return took;
  });
  await close();
  const memory = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ reading, moments, health, allCores, memory })}\n`);
}

void main(process.argv[2] ?? '');
