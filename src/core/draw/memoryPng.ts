/** The panels of a memory's run as PNG, in the order and the colours of the drawing, one pixel or more to a step. */
import { createFigure } from './figure';
import type { HopsPicture } from './hopsSvg';
import { heightOf, type MemoryPicture, tileOf, widest } from './memorySvg';

const margin = 8;
const gap = 6;

/** Cells are whole pixels where there are fewer steps than pixels. */
export function memoryPng({ steps, panels }: Pick<MemoryPicture, 'steps' | 'panels'>): Uint8Array {
  const room = widest / Math.max(1, steps);
  const cell = room < 1 ? room : Math.min(16, Math.floor(room));
  const heights = panels.map(({ rows }) => heightOf(rows));
  const width = Math.ceil(steps * cell);
  const height = heights.reduce((sum, one) => sum + one + gap, 0) - gap;
  const figure = createFigure(width + 2 * margin, height + 2 * margin);
  let y = margin;
  panels.forEach((panel, i) => {
    const box = {
      x: margin + Math.round(panel.from * cell),
      y,
      width: Math.max(1, Math.round(panel.steps * cell)),
      height: heights[i]!,
    };
    figure.map(tileOf(panel, cell, box.height), panel.paint, box);
    y += box.height + gap;
  });
  return figure.png();
}

/** Sentences down, hops across. */
export function hopsPng({ hops, sentences, data, paint }: HopsPicture): Uint8Array {
  const [wide, high] = [48, 20];
  const turned = new Float32Array(data.length);
  const [rows, columns] = [sentences.length, hops.length];
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) turned[i * columns + k] = data[k * rows + i]!;
  }
  const box = { x: margin, y: margin, width: columns * wide, height: rows * high };
  const figure = createFigure(box.width + 2 * margin, box.height + 2 * margin);
  figure.map({ rows, columns, data: turned }, paint, box);
  return figure.png();
}
