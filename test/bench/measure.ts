/** One cold process: opens the benchmark checkpoint, runs it, prints what it measured as one line of JSON. */
import { type Model, openModel } from '../../src/engine/model';
import { gpt2File, shape } from './gpt2File';

export interface Measured {
  /** Milliseconds since the parent started this process. */
  readonly firstPicture: number;
  readonly everyPicture: number;
  /** Processor time until then, user and system, in milliseconds. */
  readonly processor: number;
  /** Largest resident set until then, in MB. */
  readonly memory: number;
  /** Milliseconds of the fastest of three passes more. */
  readonly warm: number;
  /** Largest resident set until then, in MB: a small model's weights stay in memory from the second pass on. */
  readonly warmMemory: number;
  /** Milliseconds from one generated token to the next, each with every row of attention: the median of 16. */
  readonly perToken: number;
  /** Milliseconds until every value of a head that was not looked at before. */
  readonly exactHead: number;
  /** Milliseconds for the statistics of one layer's heads. */
  readonly statistics: number;
}

const since = () => performance.timeOrigin + performance.now() - Number(process.env['BENCH_START']);

async function measure(length: number): Promise<Measured> {
  const model = await openModel(await gpt2File());
  const ids = Array.from({ length }, (_, place) => (place * 7919) % shape.vocabulary);
  let firstPicture = 0;
  const run = await model.run({ ids });
  run.on(({ blocks }) => {
    if (blocks && firstPicture === 0) firstPicture = since();
  });
  await run.ended;
  const everyPicture = since();
  if (run.state.kind !== 'done') throw new Error(`the run ended as ${run.state.kind}`);
  const { user, system } = process.cpuUsage();
  const memory = process.resourceUsage().maxRSS / 1024;

  const warm = await fastest(3, async () => {
    const again = await model.run({ ids });
    await again.ended;
    await again.close();
  });
  const warmMemory = process.resourceUsage().maxRSS / 1024;
  const perToken = await generating(model, ids);
  // The first look loads the graph; another head of another layer is what a person waits for afterwards.
  const look = (layer: number, head: number) =>
    run.blocks[layer * shape.heads + head]!.weighting.values();
  await look(0, 0);
  let layer = 0;
  const exactHead = await fastest(3, () => look(++layer, 3));
  const block = run.blocks[6 * shape.heads]!;
  const statistics = await fastest(1, async () => block.statistics?.());
  await run.close();
  await model.close();
  const processor = (user + system) / 1000;
  const cold = { firstPicture, everyPicture, processor, memory };
  return { ...cold, warm, warmMemory, perToken, exactHead, statistics };
}

/** The first tokens bring the prompt, the graph and the output projection into memory. */
async function generating(model: Model, ids: readonly number[]): Promise<number> {
  const prompt = ids.slice(0, shape.context - 20);
  const { steps } = await model.generate({ ids: prompt }, 20, new AbortController().signal);
  const times: number[] = [];
  let before = performance.now();
  for await (const { rows } of steps) {
    const now = performance.now();
    if (rows.length === shape.layers) times.push(now - before);
    before = now;
  }
  const last = times.slice(4).toSorted((a, b) => a - b);
  return last[last.length >> 1] ?? NaN;
}

async function fastest(times: number, work: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work();
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

void measure(Number(process.argv[2])).then((measured) =>
  process.stdout.write(`${JSON.stringify(measured)}\n`),
);
