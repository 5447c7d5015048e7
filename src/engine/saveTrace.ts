/** Writes a trace to its file form. */
import { open, rename, rm } from 'node:fs/promises';
import type { BlockId, Trace } from '../core/trace/trace';
import { planTrace } from '../core/trace/writeTrace';

/** What has arrived of a trace, written beside `path` and put in its place when complete. */
export async function saveTrace(
  trace: Trace,
  ready: ReadonlySet<BlockId>,
  checkpoint: string,
  path: string,
): Promise<void> {
  const { header, chunks } = planTrace(trace, ready, checkpoint);
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'wx');
  try {
    await file.writeFile(header);
    for await (const chunk of chunks()) await file.writeFile(chunk);
    await file.close();
    await rename(part, path);
  } catch (error) {
    await file.close();
    await rm(part, { force: true });
    throw error;
  }
}
