/** Magnitudes of a slice from a bounded number of its values, for a scale of colours before all is read. */
import { turned } from './pooled';
import { readRegion } from './region';
import type { View } from './slice';

/** Lines looked at, and values of each. */
const mostLines = 128;
const mostOfLine = 512;

export interface Glance {
  /** Magnitude below which each share of the finite values looked at lies, ascending; NaN where none is finite. */
  readonly magnitudes: readonly number[];
  /** One value in so many was looked at. */
  readonly sampled: number;
}

/** Reads at most 2^16 values, in stretches spread evenly. */
export async function glanceAt(of: View, shares: readonly number[]): Promise<Glance> {
  const view = of.across > of.down ? turned(of) : of;
  const lines = Math.min(view.rows, mostLines);
  // Few lines are looked at in more places.
  const width = Math.min(view.columns, Math.floor((mostLines * mostOfLine) / Math.max(1, lines)));
  const stretch = Math.min(width, mostOfLine);
  const perLine = stretch > 0 ? Math.floor(width / stretch) : 0;
  const jobs: Promise<Float32Array>[] = [];
  for (let line = 0; line < lines; line++) {
    const row = Math.floor((line * view.rows) / lines);
    for (let part = 0; part < perLine; part++) {
      const place = (part + (line + 0.5) / lines) / perLine;
      const column = Math.floor(place * (view.columns - stretch));
      jobs.push(readRegion(view, { row, column, rows: 1, columns: stretch }));
    }
  }
  const parts = await Promise.all(jobs);
  const seen = new Float32Array(parts.length * stretch);
  parts.forEach((part, i) => seen.set(part, i * stretch));
  const magnitudes = seen.filter(Number.isFinite).map(Math.abs).sort();
  const last = magnitudes.length - 1;
  return {
    magnitudes: shares.map((share) => magnitudes[Math.round(share * last)] ?? Number.NaN),
    sampled: Math.max(1, Math.round((view.rows * view.columns) / Math.max(1, seen.length))),
  };
}
