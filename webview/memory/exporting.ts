/** The strips on screen as a file: a picture as they are, or a drawing of the whole run. */
import { type MemoryPanel, memorySvg } from '../../src/core/draw/memorySvg';
import { plain, tileEdge } from '../../src/core/trace/trace';
import { host } from '../host';
import { report, trace } from '../state';
import { length } from './state';
import { answer, paintOf, type Placed, placed } from './stripLayout';
import { titleOf } from './stripLabels';

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
    for (const one of placed.value) panels.push(await panelOf(one));
    const target = answer.value;
    const at = panels.findIndex((_, i) => placed.value[i]?.strip.role === 'output');
    if (target && at >= 0) {
      const { rows } = target.target;
      const whole = { strip: target.target, top: 0, height: 0, rows, rowAt: (row: number) => row };
      panels.splice(at + 1, 0, { ...(await panelOf(whole)), from: target.from });
    }
    const { model, verdict } = current;
    const text = memorySvg({
      model: model.sentence,
      ...(verdict && { verdict: verdict.text }),
      steps: length.value,
      panels,
    });
    await host.call('saveFile', { name: 'memory.svg', text });
  } catch (error) {
    report(error);
  }
}

/** Every value of a strip in the rows that it shows. */
async function panelOf({ strip, rows, rowAt }: Placed): Promise<MemoryPanel> {
  const [steps, all] = strip.source.weighting.shape;
  if (steps * all > mostValues) {
    throw new Error(`${strip.name} has ${steps * all} values, too many for a drawing`);
  }
  const data = new Float32Array(steps * rows);
  const places = Array.from({ length: rows }, (_, row) => rowAt(row));
  for (let row = 0; row * tileEdge < steps; row++) {
    for (let column = 0; column * tileEdge < all; column++) {
      const tile = await strip.source.weighting.tile(0, row, column, plain);
      places.forEach((place, shown) => {
        const across = place - column * tileEdge;
        if (across < 0 || across >= tile.columns) return;
        for (let step = 0; step < tile.rows; step++) {
          const value = tile.data[step * tile.columns + across]!;
          data[(row * tileEdge + step) * rows + shown] = value;
        }
      });
    }
  }
  return { title: titleOf(strip), from: 0, steps, rows, data, paint: paintOf(strip) };
}
