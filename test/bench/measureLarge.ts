/** One cold process: runs the large checkpoint, then cancels a second run; prints one line of JSON. */
import { openModel } from '../../src/engine/model';
import { shape } from './largeFile';

const since = () => performance.timeOrigin + performance.now() - Number(process.env['BENCH_START']);

async function measure(path: string, length: number) {
  const model = await openModel(path);
  const ids = Array.from({ length }, (_, place) => (place * 7919) % shape.vocabulary);
  const arrived: number[] = [];
  const run = await model.run({ ids });
  run.on(({ blocks }) => {
    if (blocks) arrived.push(since());
  });
  await run.ended;
  if (run.state.kind !== 'done') throw new Error(JSON.stringify(run.state));
  const apart = arrived.slice(1).map((time, i) => time - arrived[i]!);
  const perLayer = apart.toSorted((a, b) => a - b)[apart.length >> 1];

  const other = await model.run({ ids });
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 100));
  other.cancel();
  await other.ended;
  const cancelled = performance.now() - began - 100;
  const memory = process.resourceUsage().maxRSS / 1024;
  await model.close();
  return { firstPicture: arrived[0], perLayer, cancelled, memory };
}

void measure(process.argv[2] ?? '', Number(process.argv[3])).then((measured) =>
  process.stdout.write(`${JSON.stringify(measured)}\n`),
);
