/** Lists the tensors of one file in this fresh process; prints what that took as one line of JSON. */
async function main(path: string): Promise<void> {
  const started = performance.now();
  const processorBefore = process.cpuUsage();
  const before = process.resourceUsage().maxRSS;
  // Loading our code is part of it.
  const { openPath } = await import('../../src/engine/files');
  const { checkpoint, close } = await openPath(path);
  const tensors = checkpoint.tensors.size;
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(processorBefore);
  const added = (process.resourceUsage().maxRSS - before) / 1024;
  const processor = (user + system) / 1000;
  await close();
  process.stdout.write(`${JSON.stringify({ milliseconds, processor, added, tensors })}\n`);
}

void main(process.argv[2] ?? '');
