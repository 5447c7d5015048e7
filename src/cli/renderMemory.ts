import { drawingPage } from '../core/draw/drawingPage';
import { hopsSvg } from '../core/draw/hopsSvg';
import { hopsPng, memoryPng } from '../core/draw/memoryPng';
import { type MemoryPanel, memorySvg } from '../core/draw/memorySvg';
import type { Paint } from '../core/draw/raster';
import { unit } from '../core/draw/scale';
import type { AccessBlock, Axis, Series, Trace } from '../core/trace/trace';
import { UsageError } from './command';

/** Values of one panel, at most. */
const mostValues = 1 << 24;

/** The run of a memory. Throws Error for a trace without one, UsageError for an ending other than .svg, .png and .html. */
export async function memoryPicture(
  path: string,
  trace: Trace,
  out: string,
): Promise<string | Uint8Array> {
  const ending = /\.(svg|png|html)$/i.exec(out)?.[1]?.toLowerCase();
  if (ending === undefined) {
    throw new UsageError(`--view memory writes .svg, .png and .html, not ${out}`);
  }
  const { svg, png } = await drawn(path, trace);
  if (ending === 'png') return png();
  return ending === 'svg' ? svg() : drawingPage(trace.model.sentence, svg());
}

interface Drawn {
  svg(): string;
  png(): Uint8Array;
}

async function drawn(path: string, trace: Trace): Promise<Drawn> {
  const { model, verdict, blocks } = trace;
  const heads = blocks.filter(
    ({ rows, columns }) => rows.kind === 'step' && columns.kind === 'slot',
  );
  const hop = blocks.find(({ id }) => id.startsWith('hop.'));
  if (heads.length === 0 && hop) return hopsPicture(trace, hop);
  const steps = heads[0]?.rows.length ?? stepsOfStates(trace);
  const panels = await panelsOf(trace, heads, steps);
  if (panels.length === 0) throw new Error(`${path}: it holds no memory and no states over time`);
  const picture = {
    model: model.sentence,
    ...(verdict ? { verdict: verdict.text } : {}),
    steps,
    panels,
  };
  return { svg: () => memorySvg(picture), png: () => memoryPng(picture) };
}

const stepsOfStates = ({ series }: Trace): number =>
  series.find(({ name }) => name.startsWith('state.'))?.steps.length ?? 0;

/** Inputs and outputs, what was added, erased and read, then where; usage, gates where there are no heads. */
async function panelsOf(
  { series }: Trace,
  heads: readonly AccessBlock[],
  steps: number,
): Promise<MemoryPanel[]> {
  const panels: MemoryPanel[] = [];
  const add = async (title: string, one: Series, paint?: Paint): Promise<void> => {
    const length = one.steps.length;
    const rows = one.shape.reduce((product, side) => product * side, 1);
    if (one.shape.length > 1 || length > steps || length * rows > mostValues || rows === 0) return;
    const data = await (one.range?.(0, length) ?? one.at(0));
    const of = { from: steps - length, steps: length, rows, data };
    panels.push({ title, ...of, paint: paint ?? paintOf(data) });
  };
  const named = async (pattern: RegExp, paint?: Paint): Promise<void> => {
    for (const one of series) if (pattern.test(one.name)) await add(one.name, one, paint);
  };
  const vectors = async (part: string): Promise<void> => {
    for (const { id, vectors: of } of heads) {
      const one = of.get(part);
      if (one) await add(`${id}: ${part}`, one);
    }
  };
  await named(/^input\./);
  await named(/^output\.(y|target)$/);
  await vectors('add');
  await vectors('erase');
  await vectors('read');
  for (const act of ['write', 'read'] as const) {
    for (const head of heads) if (head.act === act) panels.push(await weightingPanel(head));
  }
  await named(/^memory\d*\.usage$/, weights);
  if (heads.length === 0) await named(/^state\./);
  return panels;
}

const weights: Paint = { map: 'viridis', scale: 'linear', domain: unit };

async function weightingPanel({ id, weighting, columns }: AccessBlock): Promise<MemoryPanel> {
  const [steps, rows] = weighting.shape;
  if (steps * rows > mostValues) throw new Error(`${id}: ${steps} steps are too many to draw`);
  const title = `${id}: weighting over ${columns.length} slots`;
  return { title, from: 0, steps, rows, data: await weighting.values(), paint: weights };
}

/** From the extremes; 0 is in the middle where values lie on both sides. */
function paintOf(data: Float32Array): Paint {
  let [low, high] = [0, 0];
  for (const value of data) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const end = Math.max(-low, high) || 1;
  return low < 0
    ? { map: 'signed', scale: 'diverging', domain: { low: -end, high: end } }
    : { map: 'viridis', scale: 'linear', domain: { low: 0, high: end } };
}

async function hopsPicture({ model, verdict }: Trace, hop: AccessBlock): Promise<Drawn> {
  const labels = (axis: Axis): string[] =>
    Array.from({ length: axis.length }, (_, place) => axis.label(place));
  const [hops, sentences] = hop.weighting.shape;
  if (hops * sentences > mostValues) throw new Error(`${sentences} sentences are too many to draw`);
  const picture = {
    model: model.sentence,
    ...(verdict ? { verdict: verdict.text } : {}),
    sentences: labels(hop.columns),
    hops: labels(hop.rows),
    data: await hop.weighting.values(),
    paint: weights,
  };
  return { svg: () => hopsSvg(picture), png: () => hopsPng(picture) };
}
