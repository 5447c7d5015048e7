import { drawingPage } from '../core/draw/drawingPage';
import { energyPng } from '../core/draw/energyPng';
import { energySvg } from '../core/draw/energySvg';
import { energyPicture as pictureOf } from '../core/trace/energyPicture';
import type { Trace } from '../core/trace/trace';
import { UsageError } from './command';

/** The picture of a descent. Throws Error for a trace without one, UsageError for an ending other than .svg, .png and .html. */
export async function energyPicture(
  path: string,
  trace: Trace,
  out: string,
): Promise<string | Uint8Array> {
  const ending = /\.(svg|png|html)$/i.exec(out)?.[1]?.toLowerCase();
  if (ending === undefined) {
    throw new UsageError(`--view energy writes .svg, .png and .html, not ${out}`);
  }
  const picture = await pictureOf(trace);
  if (!picture) throw new Error(`${path}: it holds no energy.E`);
  if (ending === 'png') return energyPng(picture);
  const svg = energySvg(picture);
  return ending === 'svg' ? svg : drawingPage(trace.model.sentence, svg);
}
