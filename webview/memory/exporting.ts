/** The strips on screen as a file: a picture as they are, or a drawing of the whole run. */
import { type MemoryPanel, memorySvg } from '../../src/core/draw/memorySvg';
import { plain, tileEdge } from '../../src/core/trace/trace';
import { host } from '../host';
import { report, trace } from '../state';
import { length } from './state';
import { answer, paintOf, placed } from './stripLayout';
import type { Strip } from './stripList';
import { titleOf } from './stripLabels';
import { verdictWords } from '../verdictWords';

/** Values of one strip in a drawing, at most. */
const mostValues = 1 << 21;

export async function saveStripsPng(): Promise<void> {
  const canvas = document.querySelector<HTMLCanvasElement>('.strips-pictures canvas');
  const url = canvas?.toDataURL('image/png');
  if (url === undefined) return;
  const base64 = url.slice(url.indexOf(',') + 1);
  await host.call('saveFile', { name: 'memory.png', base64 }).catch(report);
}

export async function saveStripsSvg(): Promise<void> {
  const current = trace.value;
  if (!current) return;
  try {
    const panels: MemoryPanel[] = [];
    for (const { strip } of placed.value) panels.push(await panelOf(strip));
    const target = answer.value;
    const at = panels.findIndex((_, i) => placed.value[i]?.strip.role === 'output');
    if (target && at >= 0) {
      panels.splice(at + 1, 0, { ...(await panelOf(target.target)), from: target.from });
    }
    const { model, verdict } = current;
    const text = memorySvg({
      model: model.sentence,
      ...(verdict && { verdict: verdictWords(verdict) }),
      steps: length.value,
      panels,
    });
    await host.call('saveFile', { name: 'memory.svg', text });
  } catch (error) {
    report(error);
  }
}

/** Every value of a strip; all of its rows, so that they can be numbered. */
async function panelOf(strip: Strip): Promise<MemoryPanel> {
  const [steps, rows] = strip.source.weighting.shape;
  if (steps * rows > mostValues) {
    throw new Error(`${strip.name} has ${steps * rows} values, too many for a drawing`);
  }
  const data = new Float32Array(steps * rows);
  for (let row = 0; row * tileEdge < steps; row++) {
    for (let column = 0; column * tileEdge < rows; column++) {
      const tile = await strip.source.weighting.tile(0, row, column, plain);
      for (let step = 0; step < tile.rows; step++) {
        const part = tile.data.subarray(step * tile.columns, (step + 1) * tile.columns);
        data.set(part, (row * tileEdge + step) * rows + column * tileEdge);
      }
    }
  }
  return { title: titleOf(strip), from: 0, steps, rows, data, paint: paintOf(strip) };
}
