import { energySvg } from '../core/draw/energySvg';
import { energyPicture as pictureOf } from '../core/trace/energyPicture';
import type { Trace } from '../core/trace/trace';
import { UsageError } from './command';

/** The picture of a descent. Throws Error for a trace without one, UsageError for an ending other than .svg. */
export async function energyPicture(path: string, trace: Trace, out: string): Promise<string> {
  if (!/\.svg$/i.test(out)) throw new UsageError(`--view energy writes .svg, not ${out}`);
  const picture = await pictureOf(trace);
  if (!picture) throw new Error(`${path}: it holds no energy.E`);
  return energySvg(picture);
}
