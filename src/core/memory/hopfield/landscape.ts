/**
 * The plane in which the stored patterns spread most (principal components of ±patterns, so that the origin stays in the
 * middle), and what states on it fall into.
 */
import { seeded } from '../random';
import { dot, type Numbers } from '../vector';
import { descend } from './asynchronous';
import { energyOf, fieldsOf, type Network } from './network';
import { placeOf } from './outcome';

export interface Plane {
  /** Two orthonormal directions, [N] each. */
  readonly axes: readonly [Float64Array, Float64Array];
  /** Coordinates of a state: x·v / √N, so that |coordinates| ≤ 1 for states of ±1. */
  project(x: Numbers): readonly [number, number];
}

export interface Landscape {
  /** Cells along an edge. */
  readonly grid: number;
  /** Cells span −extent … extent both ways; rows from the lowest second coordinate up. */
  readonly extent: number;
  /** What a cell falls into, [grid, grid]: p for pattern p, −1 − p for its reverse, P for anything else. */
  readonly basin: Float32Array;
  /** Energy of the state of ±1 nearest to the cell, [grid, grid]. */
  readonly height: Float32Array;
}

/** Power iterations for a direction; the plane is for looking, not for measuring. */
const iterations = 60;
/** Sweeps that a cell is given to settle. */
const sweeps = 20;

export function planeOf(patterns: Numbers, n: number, seed: number): Plane {
  const random = seeded(seed);
  const first = direction(patterns, n, random.next, []);
  const axes = [first, direction(patterns, n, random.next, [first])] as const;
  const project = (x: Numbers) =>
    [dot(axes[0], x) / Math.sqrt(n), dot(axes[1], x) / Math.sqrt(n)] as const;
  return { axes, project };
}

/** The direction of the largest Σ (ξ·v)² that is at right angles to `others`. */
function direction(
  patterns: Numbers,
  n: number,
  random: () => number,
  others: readonly Float64Array[],
): Float64Array {
  let v = Float64Array.from({ length: n }, () => random() - 0.5);
  const tidy = (x: Float64Array) => {
    for (const other of others) {
      const along = dot(other, x);
      x = x.map((value, i) => value - along * other[i]!);
    }
    const length = Math.sqrt(dot(x, x));
    return length > 1e-12 ? x.map((value) => value / length) : undefined;
  };
  v = tidy(v) ?? v;
  for (let i = 0; i < iterations; i++) {
    const next = new Float64Array(n);
    for (let at = 0; at < patterns.length; at += n) {
      const along = dot(patterns, v, at, 0, n);
      for (let k = 0; k < n; k++) next[k]! += along * patterns[at + k]!;
    }
    const better = tidy(next);
    // Nothing is left at right angles to the others: one pattern spans a line.
    if (!better) break;
    v = better;
  }
  return v;
}

/** Cells along an edge that take a moment for N units; 0 where it would take too long. */
export function gridFor(n: number): number {
  return n <= 64 ? 48 : n <= 128 ? 32 : n <= 256 ? 24 : n <= 512 ? 12 : 0;
}

/** Yields after every cell. */
export function* landscapeOf(
  net: Network,
  patterns: Numbers,
  { axes }: Plane,
  { grid, extent, seed }: { readonly grid: number; readonly extent: number; readonly seed: number },
): Generator<void, Landscape, void> {
  const { n } = net;
  const count = patterns.length / n;
  const basin = new Float32Array(grid * grid);
  const height = new Float32Array(grid * grid);
  const at = (index: number) => extent * ((2 * index + 1) / grid - 1);
  for (let cell = 0; cell < grid * grid; cell++) {
    const [u, v] = [at(cell % grid), at(Math.floor(cell / grid))];
    const start = Int8Array.from({ length: n }, (_, i) =>
      u * axes[0][i]! + v * axes[1][i]! < 0 ? -1 : 1,
    );
    height[cell] = energyOf(net, start, fieldsOf(net, start));
    // The same order for every cell, so that neighbours differ by their state alone.
    const run = descend(net, start, { sweeps, random: seeded(seed) });
    let next = run.next();
    while (!next.done) next = run.next();
    const place = placeOf(patterns, n, next.value.last);
    basin[cell] =
      place.kind === 'pattern'
        ? place.pattern
        : place.kind === 'reverse'
          ? -1 - place.pattern
          : count;
    yield;
  }
  return { grid, extent, basin, height };
}
