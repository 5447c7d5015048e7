import { energyPng } from '../core/draw/energyPng';
import { energySvg } from '../core/draw/energySvg';
import { energyPicture as pictureOf } from '../core/trace/energyPicture';
import type { Trace } from '../core/trace/trace';
import { UsageError } from './command';

/** The picture of a descent. Throws Error for a trace without one, UsageError for an ending other than .svg and .png. */
export async function energyPicture(
  path: string,
  trace: Trace,
  out: string,
): Promise<string | Uint8Array> {
  const ending = /\.(svg|png)$/i.exec(out)?.[1]?.toLowerCase();
  if (ending === undefined) throw new UsageError(`--view energy writes .svg and .png, not ${out}`);
  const picture = await pictureOf(trace);
  if (!picture) throw new Error(`${path}: it holds no energy.E`);
  return ending === 'png' ? energyPng(picture) : energySvg(picture);
}
