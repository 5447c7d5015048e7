/** A descent as PNG: E over the steps with the levels of the patterns, overlaps, states as images. */
import type { EnergyPicture } from './energySvg';
import { type Box, createFigure, type Figure, type Ink } from './figure';
import type { Paint } from './raster';

const margin = 12;
const width = 480;
const gap = 16;
const imageEdge = 96;
const lines: readonly Ink[] = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

export function energyPng({ energy, levels, overlaps, states }: EnergyPicture): Uint8Array {
  const plot = { x: margin, y: margin, width, height: 200 };
  const below = { x: margin, y: plot.y + plot.height + gap, width, height: 120 };
  const imagesAt = overlaps.length > 0 ? below.y + below.height + gap : below.y;
  const end = states.length > 0 ? imagesAt + imageEdge + gap : imagesAt;
  const wide = Math.max(width, states.length * (imageEdge + gap));
  const figure = createFigure(wide + 2 * margin, end + margin - gap);
  const last = Math.max(1, energy.length - 1);
  drawEnergy(
    figure,
    plot,
    energy,
    levels.map((level) => level.energy),
  );
  if (overlaps.length > 0) {
    figure.frame(below, 'grey');
    overlaps.forEach(({ steps, values }, i) => {
      const points = steps.map((step, place) => at(below, step / last, (1 - values[place]!) / 2));
      figure.line(points, lines[i % lines.length]!);
    });
  }
  states.forEach(({ values, columns }, i) => {
    const rows = Math.ceil(values.length / columns);
    const cell = Math.max(1, Math.floor(imageEdge / Math.max(rows, columns)));
    const box = {
      x: margin + i * (imageEdge + gap),
      y: imagesAt,
      width: columns * cell,
      height: rows * cell,
    };
    const data = Float32Array.from(values);
    if (data.every((value) => Math.abs(value) === 1)) drawBits(figure, data, columns, cell, box);
    else figure.map({ rows, columns, data }, paintOf(data), box);
    figure.frame(
      { x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 },
      'grey',
    );
  });
  return figure.png();
}

function drawEnergy(
  figure: Figure,
  box: Box,
  energy: ArrayLike<number>,
  levels: readonly number[],
): void {
  const values = Array.from(energy);
  const finite = [...values, ...levels].filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const down = (value: number) => (high > low ? (high - value) / (high - low) : 0.5);
  const last = Math.max(1, values.length - 1);
  figure.frame(box, 'grey');
  for (const level of levels)
    figure.line([at(box, 0, down(level)), at(box, 1, down(level))], 'grey');
  figure.line(
    values.map((value, step) => at(box, step / last, down(value))),
    'first',
  );
}

/** A point of a box, both shares from its upper left corner. */
function at(box: Box, across: number, down: number): readonly [number, number] {
  return [box.x + across * (box.width - 1), box.y + down * (box.height - 1)];
}

/** Black is +1. */
function drawBits(
  figure: Figure,
  data: Float32Array,
  columns: number,
  cell: number,
  { x, y }: Box,
): void {
  data.forEach((value, i) => {
    const place = { x: x + (i % columns) * cell, y: y + Math.floor(i / columns) * cell };
    if (value > 0) figure.fill({ ...place, width: cell, height: cell }, 'black');
  });
}

/** 0 is in the middle. */
function paintOf(data: Float32Array): Paint {
  const most = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  return { map: 'signed', scale: 'diverging', domain: { low: -most, high: most } };
}
