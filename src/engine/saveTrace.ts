/** Writes a trace to its file form. */
import { open, rename, rm } from 'node:fs/promises';
import type { Recording } from '../core/trace/recording';
import type { BlockId, Trace } from '../core/trace/trace';
import { planRecording, planTrace } from '../core/trace/writeTrace';

/** A recording whole, of another trace what has arrived: written beside `path` and put in its place when complete. */
export async function saveTrace(
  trace: Trace & { readonly recording?: Recording | undefined },
  ready: ReadonlySet<BlockId>,
  checkpoint: string,
  path: string,
): Promise<void> {
  const { recording, source } = trace;
  const { header, chunks } = recording
    ? planRecording(recording, source, checkpoint)
    : planTrace(trace, ready, checkpoint);
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
